// The session engine against a fake server: what goes over the wire, and what the application sees.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { load } from "./client.mjs";
import { fetchWithCookies, startFakeServer } from "./fake-server.mjs";

const { newClient } = await load("session.js");
const { call } = await load("http.js");
const { ApiError, NetworkError, TimeoutError } = await load("errors.js");
const { memoryStorage, STORED } = await load("storage.js");

const SIGN_IN = {
  id: "signIn",
  method: "POST",
  path: "/signin",
  rid: "emailpassword",
  tenant: true,
};
const SIGN_OUT = {
  id: "signOut",
  method: "POST",
  path: "/signout",
  rid: "session",
  signsOut: true,
};
const get = (path) => ({ id: "probe", method: "GET", path });

let server;
beforeEach(async () => {
  server = await startFakeServer();
});
afterEach(() => server.close());

function open(options = {}) {
  const client = newClient({ apiDomain: server.origin, ...options });
  const events = [];
  client.onSession((event) => events.push(event.type));
  return { client, events };
}

async function openSignedIn(options) {
  const opened = open(options);
  await call(opened.client, SIGN_IN);
  return opened;
}

test("three parallel calls with an expired access token share one refresh", async () => {
  const { client, events } = await openSignedIn();
  server.expireAccessToken();
  const answers = await Promise.all(
    ["/a", "/b", "/c"].map((path) => client.fetch(server.origin + path)),
  );
  assert.deepEqual(
    answers.map((answer) => answer.status),
    [200, 200, 200],
  );
  assert.equal(server.calls("/auth/session/refresh").length, 1);
  assert.equal(server.requests.length, 1 + 3 + 1 + 3);
  assert.deepEqual(events, ["created", "refreshed"]);
});

test("a call that learns of the expiry after the refresh only tries again", async () => {
  const { client } = await openSignedIn();
  server.expireAccessToken();
  let release;
  server.hold.set("/late", new Promise((done) => (release = done)));
  const late = client.fetch(`${server.origin}/late`);
  while (server.calls("/late").length === 0) {
    await new Promise((done) => setTimeout(done, 5));
  }
  assert.equal((await client.fetch(`${server.origin}/early`)).status, 200);
  release();
  assert.equal((await late).status, 200);
  assert.equal(server.calls("/auth/session/refresh").length, 1);
});

test("a refresh without an answer throws and signs nobody out", async () => {
  const { client, events } = await openSignedIn();
  server.expireAccessToken();
  server.refresh = "drop";
  await assert.rejects(client.fetch(`${server.origin}/a`), (error) => {
    assert.ok(error instanceof NetworkError);
    assert.equal(error.operation, "refreshSession");
    return true;
  });
  assert.equal((await client.getSession()).userId, "ada");
  server.refresh = "ok";
  assert.equal((await client.fetch(`${server.origin}/a`)).status, 200);
  assert.deepEqual(events, ["created", "refreshed"]);
});

test("a refresh that the server cannot do now throws and signs nobody out", async () => {
  const { client } = await openSignedIn();
  server.expireAccessToken();
  for (const trouble of ["broken", "no-front-token"]) {
    server.refresh = trouble;
    await assert.rejects(client.refresh(), (error) => {
      assert.ok(error instanceof ApiError, String(error));
      assert.equal(error.operation, "refreshSession");
      return true;
    });
    assert.ok(await client.getSession());
  }
  server.refresh = "ok";
  assert.equal(await client.refresh(), true);
});

test("a refused refresh ends the session, and the application sees its own 401", async () => {
  const { client, events } = await openSignedIn();
  server.expireAccessToken();
  server.refresh = "expired";
  const answer = await client.fetch(`${server.origin}/a`);
  assert.equal(answer.status, 401);
  assert.deepEqual(await answer.json(), { message: "try refresh token" });
  assert.equal(await client.getSession(), undefined);
  assert.deepEqual(events, ["created", "expired"]);

  assert.equal((await client.fetch(`${server.origin}/a`)).status, 401);
  assert.equal(await client.refresh(), false);
  assert.equal(server.calls("/auth/session/refresh").length, 1);
});

test("an API that refuses everything gets eleven calls and ten refreshes, not more", async () => {
  const { client } = await openSignedIn();
  server.alwaysRefuse = true;
  server.refreshDelay = 0;
  assert.equal((await client.fetch(`${server.origin}/a`)).status, 401);
  assert.equal(server.calls("/a").length, 11);
  assert.equal(server.calls("/auth/session/refresh").length, 10);
});

test("header mode: what each kind of request carries", async () => {
  const { client } = await openSignedIn({ tokenTransferMethod: "header" });
  server.expireAccessToken();
  await client.fetch(`${server.origin}/a`);
  const [signIn, first, refresh, second] = server.requests.map((request) => request.headers);
  const picked = ({ rid, authorization, ...all }) => [
    rid,
    all["fdi-version"],
    all["st-auth-mode"],
    all["anti-csrf"],
    authorization,
  ];
  const fdi = "3.1,4.0,4.1,4.2";
  assert.deepEqual(picked(signIn), ["emailpassword", fdi, "header", undefined, undefined]);
  assert.deepEqual(picked(first), ["anti-csrf", undefined, "header", undefined, "Bearer access-1"]);
  assert.deepEqual(picked(refresh), ["session", fdi, "header", undefined, "Bearer refresh-1"]);
  assert.deepEqual(picked(second), [
    "anti-csrf",
    undefined,
    "header",
    undefined,
    "Bearer access-2",
  ]);
  assert.equal(await client.getAccessToken(), "access-2");
});

test("cookie mode: what each kind of request carries", async () => {
  const options = { tokenTransferMethod: "cookie", fetch: fetchWithCookies() };
  const { client } = await openSignedIn(options);
  server.expireAccessToken();
  assert.equal((await client.fetch(`${server.origin}/a`, { method: "POST" })).status, 200);
  const [signIn, first, refresh, second] = server.requests.map((request) => request.headers);
  const picked = ({ rid, authorization, cookie, ...all }) => [
    rid,
    all["st-auth-mode"],
    all["anti-csrf"],
    authorization,
    cookie,
  ];
  assert.deepEqual(picked(signIn), ["emailpassword", "cookie", undefined, undefined, undefined]);
  assert.deepEqual(picked(first), [
    "anti-csrf",
    "cookie",
    "csrf-1",
    undefined,
    "sAccessToken=access-1",
  ]);
  assert.deepEqual(picked(refresh), [
    "session",
    "cookie",
    "csrf-1",
    undefined,
    "sAccessToken=access-1; sRefreshToken=refresh-1",
  ]);
  assert.deepEqual(picked(second), [
    "anti-csrf",
    "cookie",
    "csrf-2",
    undefined,
    "sAccessToken=access-2",
  ]);
});

test("cookie mode: a page that knows nothing yet asks once whether there is a session", async () => {
  const { client, events } = open({ tokenTransferMethod: "cookie", fetch: fetchWithCookies() });
  assert.equal((await client.fetch(`${server.origin}/a`)).status, 401);
  assert.equal((await client.fetch(`${server.origin}/a`)).status, 401);
  assert.equal(server.calls("/auth/session/refresh").length, 1);
  assert.deepEqual(events, []);
});

test("header mode: without a session there is nothing to refresh", async () => {
  const { client } = open();
  assert.equal((await client.fetch(`${server.origin}/a`)).status, 401);
  assert.equal(server.calls("/auth/session/refresh").length, 0);
});

test("the front token is UTF-8", async () => {
  server.claims = { name: "é✓ 名 😀" };
  const { client } = await openSignedIn();
  const session = await client.getSession();
  assert.equal(session.accessTokenPayload.name, "é✓ 名 😀");
  assert.equal(session.userId, "ada");
  assert.ok(Math.abs(session.expiresAt - Date.now() - 3_600_000) < 5_000);
});

test("an unreadable front token is no session", async () => {
  const storage = memoryStorage();
  storage.set(STORED.frontToken, "%%%");
  assert.equal(await open({ storage }).client.getSession(), undefined);
});

test("tokens go to the API's origins only", async () => {
  const other = await startFakeServer();
  const third = await startFakeServer();
  try {
    const { client } = await openSignedIn({ apiOrigins: [third.origin] });
    await client.fetch(`${other.origin}/a`, { headers: { "x-own": "1" } });
    await client.fetch(`${third.origin}/a`);
    const [foreign] = other.requests;
    assert.equal(foreign.headers.authorization, undefined);
    assert.equal(foreign.headers["st-auth-mode"], undefined);
    assert.equal(foreign.headers.rid, undefined);
    assert.equal(foreign.headers["x-own"], "1");
    assert.equal(third.requests[0].headers.authorization, "Bearer access-1");
  } finally {
    await Promise.all([other.close(), third.close()]);
  }
});

test("headers that the application sets win", async () => {
  const { client } = await openSignedIn();
  await client.fetch(`${server.origin}/a`, { headers: { rid: "mine", authorization: "Basic x" } });
  const { rid, authorization } = server.calls("/a")[0].headers;
  assert.deepEqual([rid, authorization], ["mine", "Basic x"]);
});

test("a body that can be read only once is sent again after a refresh", async () => {
  const { client } = await openSignedIn();
  const streamed = () =>
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode("streamed"));
        controller.close();
      },
    });
  for (const input of [
    [`${server.origin}/a`, { method: "POST", body: streamed(), duplex: "half" }],
    [new Request(`${server.origin}/a`, { method: "POST", body: "streamed" })],
  ]) {
    server.expireAccessToken();
    const answer = await client.fetch(...input);
    assert.deepEqual(await answer.json(), { body: "streamed" });
  }
});

test("a relative URL means the API where there is no page", async () => {
  const { client } = await openSignedIn();
  assert.equal((await client.fetch("/a?b=c")).status, 200);
  assert.equal(server.calls("/a")[0].url, "/a?b=c");
});

test("one caller that gives up does not stop the refresh of the others", async () => {
  const { client } = await openSignedIn();
  server.expireAccessToken();
  server.refreshDelay = 100;
  const controller = new AbortController();
  const given = client.fetch(`${server.origin}/a`, { signal: controller.signal });
  const kept = client.fetch(`${server.origin}/b`);
  while (server.calls("/auth/session/refresh").length === 0) {
    await new Promise((done) => setTimeout(done, 5));
  }
  let keptIsDone = false;
  kept.then(() => (keptIsDone = true));
  controller.abort(new Error("enough"));
  await assert.rejects(given, /enough/);
  assert.equal(keptIsDone, false);
  assert.equal((await kept).status, 200);
  assert.equal(server.calls("/auth/session/refresh").length, 1);
});

test("events tell what happened, until the listener is taken away", async () => {
  const { client, events } = await openSignedIn();
  const stop = client.onSession(() => events.push("second listener"));
  await client.refresh();
  stop();
  await call(client, SIGN_OUT);
  assert.deepEqual(events, ["created", "refreshed", "second listener", "signedOut"]);
  assert.equal(await client.getSession(), undefined);
  assert.equal(await client.getAccessToken(), undefined);
});

test("a sign-in over a session is a new session", async () => {
  const { client, events } = await openSignedIn();
  await call(client, SIGN_IN);
  assert.deepEqual(events, ["created", "created"]);
});

test("signing out with an expired access token refreshes first", async () => {
  const { client, events } = await openSignedIn();
  server.expireAccessToken();
  assert.deepEqual(await call(client, SIGN_OUT), { status: "OK" });
  assert.equal(server.calls("/auth/signout").length, 2);
  assert.deepEqual(events, ["created", "refreshed", "signedOut"]);
});

test("signing out of a session that is gone is done", async () => {
  const { client } = await openSignedIn();
  server.expireAccessToken();
  server.refresh = "expired";
  assert.deepEqual(await call(client, SIGN_OUT), { status: "OK" });
  assert.equal(await client.getSession(), undefined);
});

test("a storage may take its time", async () => {
  const slow = memoryStorage();
  const later = () => new Promise((done) => setTimeout(done, 2));
  const storage = {
    get: (name) => later().then(() => slow.get(name)),
    set: (name, value) => later().then(() => slow.set(name, value)),
  };
  const { client } = await openSignedIn({ storage });
  server.expireAccessToken();
  const answers = await Promise.all(["/a", "/b"].map((path) => client.fetch(server.origin + path)));
  assert.deepEqual(
    answers.map((answer) => answer.status),
    [200, 200],
  );
  assert.equal(server.calls("/auth/session/refresh").length, 1);
  // A second client with the same storage is signed in as well.
  assert.equal((await open({ storage }).client.getSession()).userId, "ada");
});

test("clients that share a storage share the refresh", async () => {
  const storage = { ...memoryStorage(), shared: true };
  const { client } = await openSignedIn({ storage });
  const second = open({ storage });
  server.expireAccessToken();
  const answers = await Promise.all(
    [client, second.client].map((one) => one.fetch(`${server.origin}/a`)),
  );
  assert.deepEqual(
    answers.map((answer) => answer.status),
    [200, 200],
  );
  assert.equal(server.calls("/auth/session/refresh").length, 1);
});

test("a lock that nobody gave back does not stop the refresh", async () => {
  const storage = { ...memoryStorage(), shared: true };
  const { client } = await openSignedIn({ storage });
  storage.set(STORED.lock, `gone|${Date.now() + 60}`);
  assert.equal(await client.refresh(), true);
  assert.equal(storage.get(STORED.lock), undefined);
});

test("what happens in one tab is told in the others", async () => {
  const storage = { ...memoryStorage(), shared: true };
  const { client } = await openSignedIn({ storage });
  const other = open({ storage });
  const told = new Promise((done) => other.client.onSession(done));
  await call(client, SIGN_OUT);
  assert.deepEqual(await told, { type: "signedOut" });
  assert.equal(await other.client.getSession(), undefined);
});

test("an access token that is about to expire is renewed before it is sent", async () => {
  server.lifetime = 1;
  const { client, events } = await openSignedIn();
  server.lifetime = 3600;
  await new Promise((done) => setTimeout(done, 950));
  server.requests.length = 0;
  const answers = await Promise.all(
    ["/a", "/b"].map((path) => client.fetch(server.origin + path)),
  );
  assert.deepEqual(
    answers.map((answer) => answer.status),
    [200, 200],
  );
  assert.deepEqual(server.requests.map((request) => request.path).sort(), [
    "/a",
    "/auth/session/refresh",
    "/b",
  ]);
  assert.deepEqual(events, ["created", "refreshed"]);
});

test("a refresh ahead of time that fails does not stop the call", async () => {
  server.lifetime = -5;
  const { client } = await openSignedIn();
  server.refresh = "drop";
  assert.equal((await client.fetch(`${server.origin}/a`)).status, 200);
});

test("a clock that is wrong by hours refreshes neither too often nor too late", async () => {
  for (const hours of [-5, 5]) {
    server.clockAhead = hours * 3600;
    const storage = memoryStorage();
    const { client } = await openSignedIn({ storage });
    server.requests.length = 0;
    await client.fetch(`${server.origin}/a`);
    assert.equal(server.requests.length, 1);
    const skew = Number(storage.get(STORED.clockSkew));
    assert.ok(Math.abs(skew - hours * 3_600_000) < 5_000, `${skew}`);
  }
  server.clockAhead = 0;
  const storage = memoryStorage();
  await openSignedIn({ storage });
  assert.equal(storage.get(STORED.clockSkew), undefined);
});

test("claims that the session lacks are named", async () => {
  const { client } = await openSignedIn();
  const told = [];
  client.onSession((event) => told.push(event));
  const claims = [{ id: "st-ev", reason: { message: "wrong value", expectedValue: true } }];
  server.claimValidationErrors = claims;
  await assert.rejects(call(client, get("/claims")), (error) => {
    assert.deepEqual([error.status, error.claims], [403, claims]);
    return true;
  });
  assert.deepEqual(told, [{ type: "claimsRefused", claims }]);
  const response = await client.fetch(`${server.origin}/auth/claims`);
  assert.deepEqual((await response.json()).claimValidationErrors, claims);
});

test("errors say which operation failed and how", async () => {
  const { client } = open();
  await assert.rejects(call(client, get("/bad")), (error) => {
    assert.ok(error instanceof ApiError);
    assert.deepEqual(
      [error.status, error.body, error.operation],
      [400, { message: "no good" }, "probe"],
    );
    assert.equal(error.message, "probe answered 400: no good");
    return true;
  });
  await assert.rejects(call(client, get("/html")), (error) => {
    assert.ok(error instanceof ApiError);
    assert.deepEqual([error.status, error.body], [200, "<p>hello"]);
    return true;
  });
  assert.equal(await call(client, { ...get("/html"), anyBody: true }), "<p>hello");
  await assert.rejects(call(client, { ...get("/elsewhere"), redirects: true }), (error) => {
    assert.deepEqual([error.status, error.headers.get("location")], [302, "https://example.com/"]);
    return true;
  });
  const nobody = newClient({ apiDomain: "http://127.0.0.1:1" });
  await assert.rejects(call(nobody, get("/")), (error) => {
    assert.ok(error instanceof NetworkError);
    assert.ok(error.cause instanceof TypeError);
    return true;
  });
});

test("time limits and signals end a call", async () => {
  const { client } = open();
  await assert.rejects(call(client, get("/slow"), { timeout: 20 }), TimeoutError);
  await assert.rejects(
    call(client, get("/slow"), { signal: AbortSignal.abort(new Error("no")) }),
    /^Error: no$/,
  );
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 20);
  await assert.rejects(call(client, get("/slow"), { signal: controller.signal }), {
    name: "AbortError",
  });
});

test("requests are written the way the spec says", async () => {
  const { client } = open({ tenantId: "t1" });
  const probe = { id: "probe", method: "POST", path: "/x", anyBody: true };
  const sent = async (operation, options) => {
    await call(client, { ...probe, ...operation }, options).catch(() => undefined);
    const { url, body, headers } = server.requests.at(-1);
    return [url, body, headers["content-type"]];
  };
  assert.deepEqual(await sent({ tenant: true, json: { a: 1, b: undefined } }), [
    "/auth/t1/x",
    '{"a":1}',
    "application/json",
  ]);
  assert.deepEqual(await sent({ tenant: true, json: {} }, { tenantId: "public" }), [
    "/auth/x",
    "{}",
    "application/json",
  ]);
  assert.deepEqual(await sent({ form: { a: "é &", list: ["1", "2"], none: undefined } }), [
    "/auth/x",
    "a=%C3%A9+%26&list=1&list=2",
    "application/x-www-form-urlencoded;charset=UTF-8",
  ]);
  assert.deepEqual(await sent({ query: { q: ["a b", 2], no: undefined, yes: true, nil: null } }), [
    "/auth/x?q=a+b&q=2&yes=true",
    "",
    undefined,
  ]);
  assert.deepEqual(await sent({ absolute: true, headers: { "x-a": 1, "x-b": undefined } }), [
    "/x",
    "",
    undefined,
  ]);
  const { headers } = server.requests.at(-1);
  assert.deepEqual(
    [headers["x-a"], headers["x-b"], headers["fdi-version"]],
    ["1", undefined, undefined],
  );
});

test("domains and paths of appInfo are understood", () => {
  const domain = (apiDomain) => newClient({ apiDomain }).apiDomain;
  assert.equal(domain("api.example.com"), "https://api.example.com");
  assert.equal(domain("HTTP://API.Example.com:8080/one?x=1"), "http://api.example.com:8080");
  assert.equal(domain("localhost:3001"), "http://localhost:3001");
  assert.equal(domain("127.0.0.1:4000"), "http://127.0.0.1:4000");
  assert.equal(domain(".example.com"), "https://example.com");
  const path = (apiBasePath) => newClient({ apiDomain: "localhost", apiBasePath }).apiBasePath;
  assert.equal(path(undefined), "/auth");
  assert.equal(path("/"), "");
  assert.equal(path("api/auth/"), "/api/auth");
});
