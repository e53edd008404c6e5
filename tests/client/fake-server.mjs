// A server that knows just enough of the protocol to test the client against: one session at a
// time, tokens that expire when the test says so, and switches for everything that can go wrong.

import { createServer } from "node:http";

export async function startFakeServer() {
  const state = {
    /** Every request, in order: { method, path, headers, body }. */
    requests: [],
    /** What a refresh does: "ok", "expired", "broken", "drop", "no-front-token", "busy", "nonsense". */
    refresh: "ok",
    /** Milliseconds that a refresh takes. */
    refreshDelay: 20,
    /** The protected route refuses everything. */
    alwaysRefuse: false,
    /** Who signs in. */
    user: "ada",
    /** Claims that go into the front token. */
    claims: {},
    /** Seconds that an access token lives, and that this clock is ahead. */
    lifetime: 3600,
    clockAhead: 0,
    /** What `/auth/claims` wants of the session. */
    claimValidationErrors: [],
    /** The access token that is good now; anything else is expired. */
    good: undefined,
    generation: 0,
    handle: 0,
    /** What a busy server says about when to come back, and its status. */
    retryAfter: "1",
    busyStatus: 429,
    /** Holds back the answer of a protected call: path → promise. */
    hold: new Map(),
    /** Paths that lead elsewhere: path → [status, location]. */
    redirects: new Map(),
    calls: (path) => state.requests.filter((request) => request.path === path),
    expireAccessToken() {
      state.good = undefined;
    },
  };

  function frontToken(session = `h${state.handle}`) {
    const iat = Math.floor(Date.now() / 1000) + state.clockAhead;
    const claims = {
      sub: state.user,
      iat,
      exp: iat + state.lifetime,
      sessionHandle: session,
      refreshTokenHash1: `hash-${state.generation}`,
      ...state.claims,
    };
    const json = JSON.stringify({ uid: state.user, ate: claims.exp * 1000, up: claims });
    return Buffer.from(json, "utf8").toString("base64");
  }

  function giveTokens(request, response) {
    state.generation += 1;
    state.good = `access-${state.generation}`;
    response.setHeader("front-token", frontToken());
    if (request.headers["st-auth-mode"] === "cookie") {
      response.setHeader("anti-csrf", `csrf-${state.generation}`);
      response.setHeader("set-cookie", [
        `sAccessToken=${state.good}; Path=/; HttpOnly`,
        `sRefreshToken=refresh-${state.generation}; Path=/auth/session/refresh; HttpOnly`,
      ]);
    } else {
      response.setHeader("st-access-token", state.good);
      response.setHeader("st-refresh-token", `refresh-${state.generation}`);
    }
  }

  /** A new access token of the same session, as when an application changes its claims. */
  function giveAccessToken(response, session) {
    state.good = `access-${(state.generation += 1)}`;
    response.setHeader("front-token", frontToken(session));
    response.setHeader("st-access-token", state.good);
  }

  function takeTokens(response) {
    state.good = undefined;
    response.setHeader("front-token", "remove");
    response.setHeader("st-access-token", "");
    response.setHeader("st-refresh-token", "");
  }

  function tokenOf(request, cookie) {
    const bearer = request.headers.authorization?.replace(/^Bearer /, "");
    const found = new RegExp(`(?:^|; )${cookie}=([^;]*)`).exec(request.headers.cookie ?? "");
    return bearer ?? found?.[1];
  }

  const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
  const json = (response, status, value) => {
    response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
    response.end(JSON.stringify(value));
  };

  async function answer(request, response, path) {
    const signedIn = state.good !== undefined && tokenOf(request, "sAccessToken") === state.good;
    if (state.redirects.has(path)) {
      const [status, location] = state.redirects.get(path);
      response.writeHead(status, { location });
      return response.end();
    }
    switch (path) {
      case "/auth/signin":
        state.handle += 1;
        giveTokens(request, response);
        return json(response, 200, { status: "OK" });
      case "/auth/signout":
        if (!signedIn) {
          return json(response, 401, { message: "try refresh token" });
        }
        takeTokens(response);
        return json(response, 200, { status: "OK" });
      case "/auth/session/refresh":
        await sleep(state.refreshDelay);
        switch (state.refresh) {
          case "drop":
            return request.socket.destroy();
          case "broken":
            return json(response, 503, { message: "later" });
          case "no-front-token":
            return json(response, 200, {});
          case "nonsense":
            response.setHeader("front-token", "e30=");
            return json(response, 200, {});
          case "busy":
            response.setHeader("retry-after", state.retryAfter);
            return json(response, state.busyStatus, { message: "later" });
        }
        if (state.refresh !== "ok" || !tokenOf(request, "sRefreshToken")?.startsWith("refresh-")) {
          takeTokens(response);
          return json(response, 401, { message: "unauthorised" });
        }
        giveTokens(request, response);
        return json(response, 200, {});
      case "/auth/update": {
        const session = `h${state.handle}`;
        await state.hold.get(path);
        giveAccessToken(response, session);
        return json(response, 200, {});
      }
      case "/auth/revoked": {
        // The session that asked first has ended; the next one is fine.
        const held = state.hold.get(path);
        if (held === undefined) {
          return json(response, 200, {});
        }
        state.hold.delete(path);
        await held;
        response.setHeader("front-token", "remove");
        return json(response, 401, { message: "unauthorised" });
      }
      case "/expire":
        state.good = undefined;
        return json(response, 200, {});
      case "/auth/html":
        response.writeHead(200, { "content-type": "text/html" });
        return response.end("<p>hello");
      case "/auth/bad":
        return json(response, 400, { message: "no good" });
      case "/auth/elsewhere":
        response.writeHead(302, { location: "https://example.com/" });
        return response.end();
      case "/auth/claims": {
        const { claimValidationErrors } = state;
        return json(response, 403, { message: "invalid claim", claimValidationErrors });
      }
      case "/auth/endless":
        // A refusal whose body never ends.
        response.writeHead(403, { "content-type": "application/json" });
        return response.write('{"message":');
      case "/auth/slow":
        await sleep(500);
        return json(response, 200, {});
      default: {
        const verdict = signedIn && !state.alwaysRefuse;
        await state.hold.get(path);
        return verdict
          ? json(response, 200, { body: request.text })
          : json(response, 401, { message: "try refresh token" });
      }
    }
  }

  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) {
      text += chunk;
    }
    const path = request.url.split("?")[0];
    const { method, headers, url } = request;
    state.requests.push({ method, path, url, headers, body: text });
    request.text = text;
    await answer(request, response, path);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  state.origin = `http://127.0.0.1:${server.address().port}`;
  state.close = () => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  };
  return state;
}

/** `fetch` with the one thing that Node lacks against a browser: cookies. */
export function fetchWithCookies() {
  const jar = new Map();
  const cookieFetch = async (request) => {
    const sent = [...jar.values()].filter((cookie) =>
      new URL(request.url).pathname.startsWith(cookie.path),
    );
    if (request.credentials === "include" && sent.length > 0) {
      request.headers.set("cookie", sent.map((cookie) => cookie.pair).join("; "));
    }
    const response = await fetch(request);
    for (const line of response.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split("; ");
      const path = attributes.find((attribute) => attribute.startsWith("Path="))?.slice(5) ?? "/";
      jar.set(pair.split("=")[0], { pair, path });
    }
    return response;
  };
  return cookieFetch;
}
