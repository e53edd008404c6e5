// A server that speaks as much of the Frontend Driver Interface as `<auth-login>` needs for all its
// login methods. It stands in where the generated server has no built-in behaviour: everything lives
// in memory, mails are an array, and the provider of third-party logins is a route of its own. What
// proves something is checked for real: PKCE, one-time codes, the signatures of passkeys.
//
// The client's JavaScript is served as it was generated, so its pages have no build step.

import {
  createHash,
  createHmac,
  createPublicKey,
  randomBytes,
  randomUUID,
  verify,
} from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { resolve } from "node:path";

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Sign in</title>
    <link rel="icon" href="data:,">
    <script type="module" src="/page.js"></script>
  </head>
  <body><main></main></body>
</html>`;

const PAGE_SCRIPT = `
import { createAuthClient } from "/client/index.js";
import "/client/login.js";

const client = createAuthClient({ apiDomain: location.origin });
const element = document.createElement("auth-login");
for (const [name, value] of new URLSearchParams(sessionStorage.getItem("attributes") ?? "")) {
  element.setAttribute(name, value);
}
element.client = client;
const events = [];
element.addEventListener("auth-success", ({ detail }) => events.push(detail));
document.querySelector("main").append(element);
window.app = { client, element, events };
`;

/** The code that an authenticator app shows (RFC 6238: SHA-1, 6 digits, 30 seconds). */
export function totpCode(secret, time = Date.now()) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0"));
  const key = Buffer.from(
    bits
      .join("")
      .match(/.{8}/g)
      .map((byte) => Number.parseInt(byte, 2)),
  );
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(time / 30_000)));
  const hash = createHmac("sha1", key).update(counter).digest();
  const number = hash.readUInt32BE(hash[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

export async function startStandIn(client) {
  const state = {
    firstFactors: ["emailpassword", "thirdparty", "webauthn", "otp-email", "link-email"],
    flowType: "USER_INPUT_CODE_AND_MAGIC_LINK",
    providers: [{ id: "acme", name: "Acme" }],
    /** What the provider does: "ok", "deny", "no-email". */
    provider: "ok",
    verifyEmails: false,
    secondFactor: false,
    nextFactor: "totp",
    /** A refresh is answered when this is. */
    hold: undefined,
    /** The newest comes last: { to, code, link }. */
    mails: [],
    requests: [],
    /** Routes that it does not have. */
    lacks: [],
    origin: "",
    /** Ends every session, as if each had been revoked. */
    forgetSessions: () => sessions.clear(),
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  const users = new Map();
  const devices = new Map();
  const options = new Map();
  const grants = new Map();
  const verifications = new Map();
  const sessions = new Map();

  const userOf = (email, more = {}) => {
    const known = users.get(email);
    const user = known ?? { id: randomUUID(), email, verified: false, devices: new Map(), ...more };
    users.set(email, user);
    return [user, known === undefined];
  };

  function giveTokens(response, session) {
    const iat = Math.floor(Date.now() / 1000);
    const { user, handle } = session;
    session.token = randomUUID();
    const up = { sub: user.id, iat, exp: iat + 3600, sessionHandle: handle };
    if (state.verifyEmails) {
      up["st-ev"] = { v: user.verified, t: iat };
    }
    if (state.secondFactor) {
      up["st-mfa"] = { c: {}, v: session.factor === true };
    }
    const front = { uid: user.id, ate: (iat + 3600) * 1000, up };
    response.setHeader("front-token", Buffer.from(JSON.stringify(front)).toString("base64"));
    response.setHeader("set-cookie", [
      `sAccessToken=${session.token}; Path=/; HttpOnly; SameSite=Lax`,
      `sRefreshToken=${handle}; Path=/auth/session/refresh; HttpOnly; SameSite=Lax`,
    ]);
  }

  function signIn(response, user, more = {}) {
    const session = { handle: randomUUID(), user };
    sessions.set(session.handle, session);
    giveTokens(response, session);
    return { status: "OK", user: { id: user.id, emails: [user.email] }, ...more };
  }

  const cookie = (request, name) =>
    new RegExp(`(?:^|; )${name}=([^;]*)`).exec(request.headers.cookie ?? "")?.[1];
  const sessionOf = (request) => {
    const token = cookie(request, "sAccessToken");
    return [...sessions.values()].find((session) => session.token === token);
  };

  function sendCode(device) {
    const code = String(Math.floor(Math.random() * 1_000_000)).padStart(6, "0");
    const linkCode = randomBytes(16).toString("base64url");
    Object.assign(device, { code, linkCode });
    const link = `${state.origin}/auth/verify?preAuthSessionId=${device.preAuthSessionId}&tenantId=public#${linkCode}`;
    state.mails.push({ to: device.contact, code, link });
  }

  function newOptions(email) {
    const webauthnGeneratedOptionsId = randomUUID();
    const challenge = randomBytes(32).toString("base64url");
    options.set(webauthnGeneratedOptionsId, { challenge, email });
    return { status: "OK", webauthnGeneratedOptionsId, challenge, timeout: 60_000 };
  }

  /** The options that a credential answers to, spent; nothing where it does not. */
  function ceremony({ webauthnGeneratedOptionsId, credential }, type) {
    const asked = options.get(webauthnGeneratedOptionsId);
    options.delete(webauthnGeneratedOptionsId);
    const data = JSON.parse(Buffer.from(credential.response.clientDataJSON, "base64url"));
    const fits =
      data.type === type && data.challenge === asked?.challenge && data.origin === state.origin;
    return fits ? asked : undefined;
  }

  const value = (body, id) => body.formFields.find((field) => field.id === id)?.value;
  const fieldError = (id, error) => ({ status: "FIELD_ERROR", formFields: [{ id, error }] });

  const routes = {
    "GET /loginmethods": () => ({
      status: "OK",
      thirdParty: { enabled: true, providers: state.providers },
      firstFactors: state.firstFactors,
    }),
    "POST /signup": (body, response) => {
      const email = value(body, "email");
      if (users.has(email)) {
        return fieldError("email", "This email already exists. Please sign in instead.");
      }
      const [user] = userOf(email, { password: value(body, "password") });
      return signIn(response, user);
    },
    "POST /signin": (body, response) => {
      const user = users.get(value(body, "email"));
      return user?.password === value(body, "password")
        ? signIn(response, user)
        : { status: "WRONG_CREDENTIALS_ERROR" };
    },
    "POST /user/password/reset/token": () => ({ status: "OK" }),
    "POST /user/password/reset": ({ token }) => ({
      status: token === "good" ? "OK" : "RESET_PASSWORD_INVALID_TOKEN_ERROR",
    }),
    "POST /signinup/code": ({ email, phoneNumber }) => {
      const contact = phoneNumber ?? email.trim();
      if (!phoneNumber && !/^[^@\s]+@[^@\s]+$/.test(contact)) {
        return { status: "GENERAL_ERROR", message: "Email is invalid" };
      }
      const deviceId = randomBytes(32).toString("base64");
      const preAuthSessionId = createHash("sha256").update(deviceId).digest("base64url");
      const device = { deviceId, preAuthSessionId, contact, failed: 0 };
      devices.set(preAuthSessionId, device);
      sendCode(device);
      return { status: "OK", deviceId, preAuthSessionId, flowType: state.flowType };
    },
    "POST /signinup/code/resend": ({ deviceId, preAuthSessionId }) => {
      const device = devices.get(preAuthSessionId);
      if (device?.deviceId !== deviceId) {
        return { status: "RESTART_FLOW_ERROR" };
      }
      sendCode(device);
      return { status: "OK" };
    },
    "POST /signinup/code/consume": (body, response) => {
      const device = devices.get(body.preAuthSessionId);
      const isRight =
        body.linkCode === undefined
          ? device?.deviceId === body.deviceId && device?.code === body.userInputCode
          : device?.linkCode === body.linkCode;
      if (device === undefined || (!isRight && body.linkCode !== undefined)) {
        return { status: "RESTART_FLOW_ERROR" };
      }
      if (!isRight) {
        device.failed += 1;
        if (device.failed >= 5) {
          devices.delete(body.preAuthSessionId);
          return { status: "RESTART_FLOW_ERROR" };
        }
        return {
          status: "INCORRECT_USER_INPUT_CODE_ERROR",
          failedCodeInputAttemptCount: device.failed,
          maximumCodeInputAttempts: 5,
        };
      }
      devices.delete(body.preAuthSessionId);
      const [user, isNew] = userOf(device.contact, { verified: true });
      return signIn(response, user, { createdNewRecipeUser: isNew });
    },
    "GET /authorisationurl": ({ thirdPartyId, redirectURIOnProviderDashboard }) => {
      const pkceCodeVerifier = randomBytes(32).toString("base64url");
      const url = new URL("/idp", state.origin);
      url.search = new URLSearchParams({
        client_id: thirdPartyId,
        redirect_uri: redirectURIOnProviderDashboard,
        code_challenge: createHash("sha256").update(pkceCodeVerifier).digest("base64url"),
      });
      return { status: "OK", urlWithQueryParams: url.href, pkceCodeVerifier };
    },
    "POST /signinup": ({ thirdPartyId, redirectURIInfo: info }, response) => {
      const grant = grants.get(info.redirectURIQueryParams.code);
      grants.delete(info.redirectURIQueryParams.code);
      const challenge = createHash("sha256").update(info.pkceCodeVerifier).digest("base64url");
      if (
        grant?.challenge !== challenge ||
        grant.client !== thirdPartyId ||
        grant.redirectUri !== info.redirectURIOnProviderDashboard
      ) {
        return undefined;
      }
      if (state.provider === "no-email") {
        return { status: "NO_EMAIL_GIVEN_BY_PROVIDER" };
      }
      const [user, isNew] = userOf("ada@acme.example", { verified: true });
      return signIn(response, user, { createdNewRecipeUser: isNew });
    },
    "POST /webauthn/options/register": ({ email }) =>
      email.includes("@")
        ? {
            ...newOptions(email),
            attestation: "none",
            pubKeyCredParams: [-8, -7, -257].map((alg) => ({ alg, type: "public-key" })),
            excludeCredentials: [],
            rp: { id: "localhost", name: "Stand-in" },
            user: { id: Buffer.from(email).toString("base64url"), name: email, displayName: email },
            authenticatorSelection: {
              requireResidentKey: true,
              residentKey: "required",
              userVerification: "preferred",
            },
          }
        : { status: "INVALID_EMAIL_ERROR", err: "Email is invalid" },
    "POST /webauthn/signup": (body, response) => {
      const asked = ceremony(body, "webauthn.create");
      if (asked === undefined) {
        return { status: "INVALID_CREDENTIALS_ERROR" };
      }
      if (users.has(asked.email)) {
        return { status: "EMAIL_ALREADY_EXISTS_ERROR" };
      }
      const key = Buffer.from(body.credential.response.publicKey, "base64url");
      const [user] = userOf(asked.email, { passkey: { id: body.credential.id, key } });
      return signIn(response, user);
    },
    "POST /webauthn/options/signin": () => ({
      ...newOptions(),
      rpId: "localhost",
      userVerification: "preferred",
    }),
    "POST /webauthn/signin": (body, response) => {
      const asked = ceremony(body, "webauthn.get");
      const user = [...users.values()].find(({ passkey }) => passkey?.id === body.credential.id);
      if (asked === undefined || user === undefined) {
        return { status: "INVALID_CREDENTIALS_ERROR" };
      }
      const { authenticatorData, clientDataJSON, signature } = body.credential.response;
      const raw = (text) => Buffer.from(text, "base64url");
      const hash = createHash("sha256").update(raw(clientDataJSON)).digest();
      const key = createPublicKey({ key: user.passkey.key, format: "der", type: "spki" });
      const algorithm = key.asymmetricKeyType === "ed25519" ? null : "sha256";
      const signed = Buffer.concat([raw(authenticatorData), hash]);
      return verify(algorithm, signed, key, raw(signature))
        ? signIn(response, user)
        : { status: "INVALID_CREDENTIALS_ERROR" };
    },
    "POST /user/email/verify/token": (_, __, session) => {
      if (session.user.verified) {
        return { status: "EMAIL_ALREADY_VERIFIED_ERROR" };
      }
      const token = randomUUID();
      verifications.set(token, session.user);
      const link = `${state.origin}/auth/verify-email?token=${token}&tenantId=public`;
      state.mails.push({ to: session.user.email, link });
      return { status: "OK" };
    },
    "POST /user/email/verify": ({ token }, response, session) => {
      const user = verifications.get(token);
      verifications.delete(token);
      if (user === undefined) {
        return { status: "EMAIL_VERIFICATION_INVALID_TOKEN_ERROR" };
      }
      user.verified = true;
      if (session) {
        giveTokens(response, session);
      }
      return { status: "OK" };
    },
    "GET /user/email/verify": (_, response, session) => {
      giveTokens(response, session);
      return { status: "OK", isVerified: session.user.verified };
    },
    "PUT /mfa/info": (_, __, session) => {
      const isDone = !state.secondFactor || session.factor;
      const verified = [...session.user.devices.values()].some((device) => device.verified);
      return {
        status: "OK",
        factors: {
          next: isDone ? [] : [state.nextFactor],
          alreadySetup: verified ? ["totp"] : [],
          allowedToSetup: ["totp"],
        },
        emails: {},
        phoneNumbers: {},
      };
    },
    "POST /totp/device": (_, __, session) => {
      const secret = Array.from(
        randomBytes(32),
        (byte) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[byte & 31],
      ).join("");
      const deviceName = "TOTP Device 0";
      session.user.devices.set(deviceName, { secret, verified: false });
      const qrCodeString = `otpauth://totp/Stand-in:ada?secret=${secret}&issuer=Stand-in&digits=6&period=30`;
      return { status: "OK", deviceName, secret, qrCodeString };
    },
    "POST /totp/device/verify": ({ deviceName, totp }, response, session) => {
      const device = session.user.devices.get(deviceName);
      return checkTotp(device, totp, response, session, { wasAlreadyVerified: false });
    },
    "POST /totp/verify": ({ totp }, response, session) => {
      const [device] = session.user.devices.values();
      return checkTotp(device, totp, response, session);
    },
    "POST /signout": (_, response, session) => {
      sessions.delete(session.handle);
      response.setHeader("front-token", "remove");
      return { status: "OK" };
    },
    "POST /session/refresh": async (_, response, __, request) => {
      await state.hold;
      const session = sessions.get(cookie(request, "sRefreshToken"));
      if (session === undefined) {
        response.setHeader("front-token", "remove");
        return 401;
      }
      giveTokens(response, session);
      return {};
    },
  };
  const NEEDS_SESSION =
    /^(POST \/user\/email\/verify\/token|GET \/user|PUT \/mfa|POST \/totp|POST \/signout)/;

  function checkTotp(device, totp, response, session, more = {}) {
    if (device === undefined) {
      return { status: "UNKNOWN_DEVICE_ERROR" };
    }
    if (session.failed >= 5) {
      return { status: "LIMIT_REACHED_ERROR", retryAfterMs: 900_000 };
    }
    if (![0, -30_000, 30_000].some((skew) => totpCode(device.secret, Date.now() + skew) === totp)) {
      session.failed = (session.failed ?? 0) + 1;
      return {
        status: "INVALID_TOTP_ERROR",
        currentNumberOfFailedAttempts: session.failed,
        maxNumberOfFailedAttempts: 5,
      };
    }
    device.verified = true;
    session.factor = true;
    giveTokens(response, session);
    return { status: "OK", ...more };
  }

  async function page(pathname, searchParams, response) {
    if (pathname === "/idp") {
      state.idp = Object.fromEntries(searchParams);
      const back = new URL(searchParams.get("redirect_uri"));
      back.searchParams.set("state", searchParams.get("state"));
      if (state.provider === "deny") {
        back.searchParams.set("error", "access_denied");
      } else {
        const code = randomUUID();
        grants.set(code, {
          challenge: searchParams.get("code_challenge"),
          client: searchParams.get("client_id"),
          redirectUri: searchParams.get("redirect_uri"),
        });
        back.searchParams.set("code", code);
      }
      response.writeHead(302, { location: back.href }).end();
    } else if (pathname.startsWith("/client/")) {
      response.writeHead(200, { "content-type": "text/javascript" });
      response.end(await readFile(resolve(client, "js", pathname.slice("/client/".length))));
    } else if (pathname === "/bare") {
      // A page without any script, whose base is another folder.
      response.writeHead(200, { "content-type": "text/html" });
      response.end(
        `<!doctype html><title>bare</title><link rel="icon" href="data:,"><base href="/folder/"><main></main>`,
      );
    } else {
      const isScript = pathname === "/page.js";
      response.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html" });
      response.end(isScript ? PAGE_SCRIPT : PAGE);
    }
  }

  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://localhost");
    if (request.headers["st-auth-mode"] === undefined) {
      await page(pathname, searchParams, response).catch(() => response.writeHead(404).end());
      return;
    }
    let text = "";
    for await (const chunk of request) {
      text += chunk;
    }
    const route = `${request.method} ${pathname.replace(/^\/auth(\/public(?=\/))?/, "")}`;
    const body = text === "" ? Object.fromEntries(searchParams) : JSON.parse(text);
    state.requests.push({ route, body });
    const session = sessionOf(request);
    const refused = NEEDS_SESSION.test(route) && session === undefined;
    const isThere = !state.lacks.includes(route);
    const answer = !isThere
      ? 404
      : refused
        ? 401
        : await routes[route]?.(body, response, session, request);
    const status = typeof answer === "number" ? answer : answer === undefined ? 500 : 200;
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(status === 200 ? answer : { message: "no" }));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  state.origin = `http://localhost:${server.address().port}`;
  return state;
}
