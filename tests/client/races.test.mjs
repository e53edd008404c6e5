// Answers that arrive when the session is not what it was when their requests left.

import assert from "node:assert/strict";

import { test } from "vitest";

import { fetchWithCookies } from "./fake-server.mjs";
import {
  call,
  get,
  memoryStorage,
  NetworkError,
  open,
  openSignedIn,
  server,
  SIGN_IN,
  SIGN_OUT,
  STORED,
} from "./session.mjs";

/** Holds the answers of a path back until the returned function is called. */
function hold(path) {
  let release;
  server.hold.set(path, new Promise((done) => (release = done)));
  return release;
}

async function untilAsked(path) {
  while (server.calls(path).length === 0) {
    await new Promise((done) => setTimeout(done, 5));
  }
}

test("signing out waits for a refresh in flight and ends what that renewed", async () => {
  const { client, events } = await openSignedIn();
  server.refreshDelay = 80;
  const refreshed = client.refresh();
  await untilAsked("/auth/session/refresh");
  assert.deepEqual(await call(client, SIGN_OUT), { status: "OK" });
  assert.equal(await refreshed, true);
  assert.equal(server.calls("/auth/signout")[0].headers.authorization, "Bearer access-2");
  assert.deepEqual(events, ["created", "refreshed", "signedOut"]);
  assert.equal(await client.getSession(), undefined);
});

test("a refresh that is answered after another tab signed out brings nothing back", async () => {
  const storage = { ...memoryStorage(), shared: true };
  const { client } = await openSignedIn({ storage });
  const other = open({ storage });
  server.refreshDelay = 80;
  const refreshed = client.refresh();
  await untilAsked("/auth/session/refresh");
  await call(other.client, SIGN_OUT);
  assert.equal(await refreshed, false);
  assert.equal(await client.getSession(), undefined);
  for (const name of [STORED.accessToken, STORED.refreshToken]) {
    assert.equal(storage.get(name), undefined);
  }
});

test("new claims that arrive after signing out bring nothing back", async () => {
  for (const tokenTransferMethod of ["header", "cookie"]) {
    const { client, events } = await openSignedIn({ tokenTransferMethod });
    const release = hold("/auth/update");
    const late = client.fetch(`${server.origin}/auth/update`);
    await untilAsked("/auth/update");
    await client.forget();
    release();
    assert.equal((await late).status, 200);
    assert.equal(await client.getSession(), undefined);
    assert.deepEqual(events, ["created", "signedOut"]);
    server.requests.length = 0;
  }
});

test("the end of an old session is not the end of the next one", async () => {
  const { client, events } = await openSignedIn();
  const release = hold("/auth/revoked");
  const late = client.fetch(`${server.origin}/auth/revoked`);
  await untilAsked("/auth/revoked");
  await call(client, SIGN_IN);
  const session = await client.getSession();
  release();
  assert.equal((await late).status, 200);
  assert.deepEqual(events, ["created", "created"]);
  assert.deepEqual(await client.getSession(), session);
});

test("tokens of two answers never mix, however slow the storage is", async () => {
  const values = memoryStorage();
  let slow = false;
  const storage = {
    get: (name) => values.get(name),
    async set(name, value) {
      if (slow && name === STORED.frontToken) {
        slow = false;
        await new Promise((done) => setTimeout(done, 80));
      }
      values.set(name, value);
    },
  };
  const { client } = await openSignedIn({ storage });
  slow = true;
  const first = client.fetch(`${server.origin}/auth/update`);
  while (values.get(STORED.accessToken) !== "access-2") {
    await new Promise((done) => setTimeout(done, 5));
  }
  await Promise.all([first, client.fetch(`${server.origin}/auth/update`)]);
  const { accessTokenPayload } = await client.getSession();
  assert.equal(values.get(STORED.accessToken), "access-3");
  assert.equal(accessTokenPayload.refreshTokenHash1, "hash-3");
});

test("a payload counts as changed only where a claim did", async () => {
  const { client, events } = await openSignedIn();
  await client.fetch(`${server.origin}/auth/update`);
  assert.deepEqual(events, ["created"]);
  server.claims = { plan: { name: "gold" } };
  await client.fetch(`${server.origin}/auth/update`);
  assert.deepEqual(events, ["created", "updated"]);
});

test("an access token to hand on is renewed before it is handed out", async () => {
  server.lifetime = -1;
  const { client } = await openSignedIn();
  server.lifetime = 3600;
  assert.equal(await client.getAccessToken(), "access-2");
  assert.equal(await client.getAccessToken(), "access-2");
});

test("a page that remembers nothing asks once who is signed in", async () => {
  const fetch = fetchWithCookies();
  const options = { tokenTransferMethod: "cookie", fetch };
  await openSignedIn(options);
  const { client, events } = open(options);
  assert.equal(await client.getSession(), undefined);
  assert.equal((await client.checkSession()).userId, "ada");
  assert.equal((await client.checkSession()).userId, "ada");
  assert.deepEqual(events, ["created"]);
  assert.equal(server.calls("/auth/session/refresh").length, 1);

  const stranger = open({ tokenTransferMethod: "cookie", fetch: fetchWithCookies() });
  assert.equal(await stranger.client.checkSession(), undefined);
  assert.equal(await stranger.client.checkSession(), undefined);
  assert.equal(server.calls("/auth/session/refresh").length, 2);
});

test("getSession without a network signs no user out", async () => {
  server.lifetime = -1;
  const { client } = await openSignedIn();
  server.refresh = "drop";
  await assert.rejects(client.checkSession(), NetworkError);
  assert.equal((await client.getSession()).userId, "ada");
});

test("a caller that gives up before its turn sends nothing", async () => {
  const { client } = await openSignedIn();
  server.refreshDelay = 80;
  const refreshed = client.refresh();
  await untilAsked("/auth/session/refresh");
  await assert.rejects(call(client, get("/late"), { signal: AbortSignal.timeout(20) }), {
    name: "TimeoutError",
  });
  assert.equal(await refreshed, true);
  assert.equal(server.calls("/auth/late").length, 0);
});
