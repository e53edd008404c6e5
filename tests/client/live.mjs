// The whole job against a running server, with the generated package.
//
//   AUTH_URL=http://localhost:3001 AUTH_CLIENT=<folder of the generated client> node live.mjs
//
// PROTECTED_PATH names a route that answers 200 with a session and 401 without (/sessioninfo where
// it is left out); with `none`, signing out plays that part alone. ACCESS_TOKEN_SECONDS says that the
// server's access tokens live as long as that (its AUTH_ACCESS_TOKEN_SECONDS), and that it is short
// enough to wait for the end of one.

import assert from "node:assert/strict";

import { load } from "./client.mjs";

const apiDomain = process.env.AUTH_URL ?? "http://localhost:3001";
const protectedPath = process.env.PROTECTED_PATH ?? "/sessioninfo";
const { createAuthClient, emailExists, memoryStorage, signIn, signOut, signUp, STORED } =
  await load("index.js");

/** The server may have been started a moment ago. */
async function untilThere() {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    try {
      return await fetch(apiDomain);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error(`no server listens at ${apiDomain}`);
}

const storage = memoryStorage();
let refreshes = 0;
let refused = 0;
const client = createAuthClient({
  apiDomain,
  storage,
  async fetch(request) {
    refreshes += request.url.endsWith("/session/refresh") ? 1 : 0;
    const answer = await fetch(request);
    refused += answer.status === 401 ? 1 : 0;
    return answer;
  },
});
const events = [];
client.onSession((event) => events.push(event.type));

const email = `ada-${Date.now()}@example.com`;
const form = (password) => ({
  formFields: [
    { id: "email", value: email },
    { id: "password", value: password },
  ],
});
const step = (text) => console.log(`ok  ${text}`);
const call = (path, init) => client.fetch(new URL(path, apiDomain), init);

await untilThere();
assert.equal((await emailExists(client, { email })).exists, false);
step("the address is not taken");

const up = await signUp(client, form("Passw0rd!1"));
assert.equal(up.status, "OK");
assert.ok(up.user.emails.includes(email));
assert.equal((await client.getSession()).userId, up.user.id);
step("sign up");

assert.equal((await signUp(client, form("Passw0rd!1"))).status, "FIELD_ERROR");
step("the address is taken now");

assert.equal((await signIn(client, form("wrong password 1"))).status, "WRONG_CREDENTIALS_ERROR");
step("a wrong password is refused");

const signedIn = await signIn(client, form("Passw0rd!1"));
assert.equal(signedIn.status, "OK");
step("sign in");

if (protectedPath !== "none") {
  assert.equal((await call(protectedPath)).status, 200);
  step(`a protected call (${protectedPath})`);

  // An access token that no server takes: the client cannot tell and has to be told by a 401.
  const good = await client.getAccessToken();
  storage.set(STORED.accessToken, `${good.slice(0, -8)}AAAAAAAA`);
  const answers = await Promise.all([1, 2, 3].map(() => call(protectedPath)));
  assert.deepEqual(
    answers.map((answer) => answer.status),
    [200, 200, 200],
  );
  assert.equal(refreshes, 1);
  step("three parallel calls with a bad access token: one refresh, three answers");
}

const seconds = Number(process.env.ACCESS_TOKEN_SECONDS ?? 0);
if (protectedPath !== "none" && seconds > 0) {
  const before = { refreshes, refused, token: await client.getAccessToken() };
  await new Promise((resolve) => setTimeout(resolve, (seconds + 1) * 1000));
  assert.equal((await call(protectedPath)).status, 200);
  assert.equal(refreshes, before.refreshes + 1);
  assert.equal(refused, before.refused);
  assert.notEqual(await client.getAccessToken(), before.token);
  step("the access token expires: it is renewed before the call, which is not refused");
}

assert.equal(await client.refresh(), true);
step("an explicit refresh");

assert.deepEqual(await signOut(client), { status: "OK" });
assert.equal(await client.getSession(), undefined);
if (protectedPath !== "none") {
  assert.equal((await call(protectedPath)).status, 401);
}
step("sign out");

assert.deepEqual([events[0], events.at(-1)], ["created", "signedOut"]);
step(`events: ${events.join(", ")}`);
