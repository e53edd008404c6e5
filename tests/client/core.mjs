// A stand-in for the SuperTokens core, a Java service that does not run in a test: as much of the Core
// Driver Interface 5.4 as supertokens-node asks for to sign up and in with email and password and to
// keep a session. Users and sessions live in memory; there is one tenant, `public`.

import { createHash, randomUUID } from "node:crypto";
import { createServer } from "node:http";

import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from "jose";

export async function startCore({ accessTokenSeconds = 3600 } = {}) {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const kid = `d-${Date.now()}`;
  const users = new Map();
  const sessions = new Map();
  const state = { accessTokenSeconds, sessions, requests: [] };

  const described = ({ handle, userId, payload }) => ({
    handle,
    userId,
    recipeUserId: userId,
    userDataInJWT: payload,
    tenantId: "public",
  });

  async function accessToken(session, exp) {
    const iat = Math.floor(Date.now() / 1000);
    const claims = {
      ...session.payload,
      sub: session.userId,
      rsub: session.userId,
      tId: "public",
      sessionHandle: session.handle,
      refreshTokenHash1: createHash("sha256").update(session.refreshToken).digest("hex"),
      parentRefreshTokenHash1: null,
      antiCsrfToken: session.antiCsrf ?? null,
      iat,
      exp,
    };
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: "RS256", typ: "JWT", kid, version: "5" })
      .sign(privateKey);
    return { token, createdTime: iat * 1000, expiry: exp * 1000 };
  }

  async function tokens(session) {
    const now = Math.floor(Date.now() / 1000);
    session.refreshToken = `${session.handle}.${randomUUID()}`;
    session.expires = now + state.accessTokenSeconds;
    return {
      status: "OK",
      session: described(session),
      accessToken: await accessToken(session, session.expires),
      refreshToken: {
        token: session.refreshToken,
        createdTime: now * 1000,
        expiry: (now + 8_640_000) * 1000,
      },
      antiCsrfToken: session.antiCsrf,
    };
  }

  function userOf({ id, email, timeJoined }) {
    const method = { recipeId: "emailpassword", recipeUserId: id, tenantIds: ["public"], email };
    return {
      id,
      isPrimaryUser: false,
      tenantIds: ["public"],
      emails: [email],
      phoneNumbers: [],
      thirdParty: [],
      webauthn: { credentialIds: [] },
      loginMethods: [{ ...method, timeJoined, verified: false }],
      timeJoined,
    };
  }

  const routes = {
    "GET /apiversion": () => ({ versions: ["5.4"] }),
    "GET /.well-known/jwks.json": async () => ({
      keys: [{ ...(await exportJWK(publicKey)), kid, alg: "RS256", use: "sig" }],
    }),
    "GET /recipe/multitenancy/tenant/v2": () => ({
      status: "OK",
      tenantId: "public",
      thirdParty: { providers: [] },
      coreConfig: {},
    }),
    "GET /users/by-accountinfo": ({ email }) => ({
      status: "OK",
      users: [...users.values()].filter((user) => user.email === email).map(userOf),
    }),
    "GET /user/id": ({ userId }) => {
      const user = [...users.values()].find(({ id }) => id === userId);
      return user ? { status: "OK", user: userOf(user) } : { status: "UNKNOWN_USER_ID_ERROR" };
    },
    "POST /recipe/signup": ({ email, password }) => {
      if (users.has(email)) {
        return { status: "EMAIL_ALREADY_EXISTS_ERROR" };
      }
      const user = { id: randomUUID(), email, password, timeJoined: Date.now() };
      users.set(email, user);
      return { status: "OK", user: userOf(user), recipeUserId: user.id };
    },
    "POST /recipe/signin": ({ email, password }) => {
      const user = users.get(email);
      return user?.password === password
        ? { status: "OK", user: userOf(user), recipeUserId: user.id }
        : { status: "WRONG_CREDENTIALS_ERROR" };
    },
    "POST /recipe/session": ({ userId, userDataInJWT, enableAntiCsrf }) => {
      const session = { handle: randomUUID(), userId, payload: userDataInJWT };
      session.antiCsrf = enableAntiCsrf ? randomUUID() : undefined;
      sessions.set(session.handle, session);
      return tokens(session);
    },
    "POST /recipe/session/refresh": ({ refreshToken, antiCsrfToken }) => {
      const session = sessions.get(refreshToken.split(".")[0]);
      if (session === undefined || session.antiCsrf !== antiCsrfToken) {
        return { status: "UNAUTHORISED", message: "no such session" };
      }
      if (session.refreshToken !== refreshToken) {
        const { handle, userId } = session;
        sessions.delete(handle);
        return {
          status: "TOKEN_THEFT_DETECTED",
          session: { handle, userId, recipeUserId: userId },
        };
      }
      session.antiCsrf &&= randomUUID();
      return tokens(session);
    },
    "POST /recipe/session/regenerate": async (given) => {
      const session = sessions.get(decodeJwt(given.accessToken).sessionHandle);
      if (session === undefined) {
        return { status: "UNAUTHORISED", message: "no such session" };
      }
      session.payload = given.userDataInJWT;
      return {
        status: "OK",
        session: described(session),
        accessToken: await accessToken(session, session.expires),
      };
    },
    "POST /recipe/session/remove": ({ sessionHandles }) => ({
      status: "OK",
      sessionHandlesRevoked: sessionHandles.filter((handle) => sessions.delete(handle)),
    }),
  };

  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) {
      text += chunk;
    }
    const { pathname, searchParams } = new URL(request.url, "http://core");
    const route = `${request.method} ${pathname.replace(/^\/public(?=\/)/, "")}`;
    state.requests.push(route);
    const answer = routes[route];
    response.writeHead(answer ? 200 : 404, { "content-type": "application/json" });
    const given = text === "" ? Object.fromEntries(searchParams) : JSON.parse(text);
    response.end(JSON.stringify(answer ? await answer(given) : { message: `no ${route}` }));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  state.origin = `http://127.0.0.1:${server.address().port}`;
  state.close = () => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  };
  return state;
}
