// Who is signed in, here and in other tabs, and its events.

import assert from "node:assert/strict";

import { test } from "vitest";

import {
  call,
  memoryStorage,
  open,
  openSignedIn,
  server,
  SIGN_IN,
  SIGN_OUT,
  STORED,
} from "./session.mjs";

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

test("events report what happened, until the listener is removed", async () => {
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

test("signing out of a session that has ended succeeds", async () => {
  const { client } = await openSignedIn();
  server.expireAccessToken();
  server.refresh = "expired";
  assert.deepEqual(await call(client, SIGN_OUT), { status: "OK" });
  assert.equal(await client.getSession(), undefined);
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

test("a lock that was not released does not stop the refresh", async () => {
  const storage = { ...memoryStorage(), shared: true };
  const { client } = await openSignedIn({ storage });
  storage.set(STORED.lock, String(Date.now() + 60.5));
  assert.equal(await client.refresh(), true);
  assert.equal(storage.get(STORED.lock), undefined);
});

test("an event of one tab is dispatched in the others", async () => {
  const storage = { ...memoryStorage(), shared: true };
  const { client } = await openSignedIn({ storage });
  const other = open({ storage });
  const told = new Promise((done) => other.client.onSession(done));
  await call(client, SIGN_OUT);
  assert.deepEqual(await told, { type: "signedOut" });
  assert.equal(await other.client.getSession(), undefined);
});
