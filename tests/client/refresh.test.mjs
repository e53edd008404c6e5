// When the access token is renewed, how often, and what a refresh that fails means.

import assert from "node:assert/strict";

import { test, vi } from "vitest";

import { fetchWithCookies } from "./fake-server.mjs";
import {
  ApiError,
  call,
  get,
  memoryStorage,
  NetworkError,
  open,
  openSignedIn,
  server,
  STORED,
} from "./session.mjs";

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

test("a refresh without an answer throws and signs no user out", async () => {
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

test("a refresh that the server cannot do now throws and signs no user out", async () => {
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

test("an API that refuses everything gets two calls and one refresh, not more", async () => {
  const { client } = await openSignedIn();
  server.alwaysRefuse = true;
  server.refreshDelay = 0;
  assert.equal((await client.fetch(`${server.origin}/a`)).status, 401);
  assert.equal(server.calls("/a").length, 2);
  assert.equal(server.calls("/auth/session/refresh").length, 1);
});

test("a refusal that a new access token does not cure is refreshed for once by each call", async () => {
  const { client } = await openSignedIn();
  server.alwaysRefuse = true;
  const answers = await Promise.all(["/a", "/b", "/c"].map((path) => client.fetch(path)));
  assert.deepEqual(
    answers.map(({ status }) => status),
    [401, 401, 401],
  );
  assert.equal(server.calls("/auth/session/refresh").length, 1);
});

test("an own Authorization header: what the client has handed out is renewed, others are not", async () => {
  const { client } = await openSignedIn();
  const authorization = `Bearer ${await client.getAccessToken()}`;
  server.expireAccessToken();
  const answer = await client.fetch("/a", { headers: { authorization } });
  assert.equal(answer.status, 200);
  assert.equal(server.calls("/a")[1].headers.authorization, "Bearer access-2");

  // Renewed before it is sent, where that is known to be needed.
  server.lifetime = -1;
  await client.refresh();
  server.lifetime = 3600;
  server.requests.length = 0;
  await client.fetch("/b", { headers: { authorization: "Bearer access-3" } });
  assert.equal(server.calls("/b")[0].headers.authorization, "Bearer access-4");

  server.requests.length = 0;
  for (const other of ["Basic x", authorization]) {
    assert.equal((await client.fetch("/a", { headers: { authorization: other } })).status, 401);
    assert.equal(server.calls("/a").at(-1).headers.authorization, other);
  }
  assert.equal(server.requests.length, 2);
});

test("cookie mode: a request that takes no cookies along is not refreshed for", async () => {
  const { client } = await openSignedIn({
    tokenTransferMethod: "cookie",
    fetch: fetchWithCookies(),
  });
  assert.equal((await client.fetch("/a", { credentials: "omit" })).status, 401);
  assert.equal(server.calls("/a").length, 1);
  // Another header says nothing about the cookies.
  server.expireAccessToken();
  await client.fetch("/a", { headers: { authorization: "Basic x" } });
  assert.equal(server.calls("/auth/session/refresh").length, 1);
});

test("a server that asks for time at a refresh gets it, whatever is called meanwhile", async () => {
  for (const status of [429, 503]) {
    const { client } = await openSignedIn();
    server.requests.length = 0;
    Object.assign(server, { refresh: "busy", busyStatus: status, retryAfter: "1" });
    server.expireAccessToken();
    const isBusy = (error) => {
      assert.ok(error instanceof ApiError, String(error));
      assert.deepEqual([error.status, error.headers.get("retry-after")], [status, "1"]);
      return true;
    };
    for (const path of ["/a", "/b", "/c"]) {
      await assert.rejects(client.fetch(path), isBusy);
    }
    await assert.rejects(client.refresh(), isBusy);
    assert.equal(server.calls("/auth/session/refresh").length, 1);
    assert.equal((await client.getSession()).userId, "ada");
    server.refresh = "ok";
    await new Promise((done) => setTimeout(done, 1_050));
    assert.equal((await client.fetch("/a")).status, 200);
  }
});

test("a time that makes no sense, or is too long, does not lock the session", async () => {
  for (const [retryAfter, wait] of [
    ["soon", 0],
    ["-5", 0],
    ["999999999", 600_001],
  ]) {
    const { client } = await openSignedIn();
    Object.assign(server, { refresh: "busy", retryAfter });
    await assert.rejects(client.refresh(), ApiError);
    server.refresh = "ok";
    const now = performance.now();
    vi.spyOn(performance, "now").mockImplementation(() => now + wait);
    assert.equal(await client.refresh(), true, retryAfter);
    vi.restoreAllMocks();
  }
});

test("cookie mode: a page without a stored state asks once whether there is a session", async () => {
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

test("an access token that is about to expire is renewed before it is sent", async () => {
  server.lifetime = 1;
  const { client, events } = await openSignedIn();
  server.lifetime = 3600;
  await new Promise((done) => setTimeout(done, 950));
  server.requests.length = 0;
  const answers = await Promise.all(["/a", "/b"].map((path) => client.fetch(server.origin + path)));
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
