// A server with as much of the Frontend Driver Interface as `<auth-login>` needs for all its
// login methods. It replaces the generated server where that has no built-in behaviour: everything is
// in memory, mails are an array, and the provider of third-party logins is a route of its own. Proofs
// are verified: PKCE, one-time codes, the signatures of passkeys.
//
// The client's JavaScript is served as it was generated, so its pages have no build step.

import { createHash, randomBytes, randomUUID } from "node:crypto";
import { createServer } from "node:http";

import { answerPage } from "./stand-in/pages.mjs";
import { passkeyRoutes } from "./stand-in/passkeys.mjs";
import { totpRoutes } from "./stand-in/totp.mjs";

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
    ...passkeyRoutes({ state, users, userOf, signIn }),
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
    ...totpRoutes({ giveTokens }),
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

  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://localhost");
    const { pathname, searchParams } = url;
    if (request.headers["st-auth-mode"] === undefined) {
      await answerPage({ client, state, grants }, url, response).catch(() =>
        response.writeHead(404).end(),
      );
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
