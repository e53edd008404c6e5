// The client against supertokens-node itself: a server of the same protocol that auth-gen did not
// write. Its core is a stand-in (`core.mjs`); everything that the client sees is the real SDK's.

import assert from "node:assert/strict";
import { createServer } from "node:http";

import SuperTokens from "supertokens-node";
import { handleAuthAPIRequest, withSession } from "supertokens-node/custom";
import EmailPassword from "supertokens-node/recipe/emailpassword";
import Session from "supertokens-node/recipe/session";
import { afterAll, beforeAll, test } from "vitest";

import { startCore } from "./core.mjs";
import { fetchWithCookies } from "./fake-server.mjs";
import { ApiError, call, memoryStorage, newClient } from "./session.mjs";

const EMAIL_PASSWORD = { method: "POST", rid: "emailpassword", tenant: true };
const SIGN_UP = { ...EMAIL_PASSWORD, id: "signUp", path: "/signup" };
const SIGN_IN = { ...EMAIL_PASSWORD, id: "signIn", path: "/signin" };
const SIGN_OUT = {
  id: "signOut",
  method: "POST",
  path: "/signout",
  rid: "session",
  signsOut: true,
};

let core;
let backend;
let origin;
const paths = [];

beforeAll(async () => {
  core = await startCore();
  backend = createServer(async (request, response) => {
    const answer = await serve(request);
    const headers = [...answer.headers].filter(([name]) => name !== "set-cookie");
    response.setHeaders(new Map(headers));
    response.setHeader("set-cookie", answer.headers.getSetCookie());
    response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise((done) => backend.listen(0, "127.0.0.1", done));
  origin = `http://localhost:${backend.address().port}`;
  SuperTokens.init({
    framework: "custom",
    supertokens: { connectionURI: core.origin },
    appInfo: { appName: "test", apiDomain: origin, websiteDomain: origin },
    recipeList: [EmailPassword.init(), Session.init({ antiCsrf: "VIA_TOKEN" })],
    telemetry: false,
  });
});
afterAll(async () => {
  backend.closeAllConnections();
  await new Promise((done) => backend.close(done));
  await core.close();
});

async function serve(incoming) {
  const chunks = [];
  for await (const chunk of incoming) {
    chunks.push(chunk);
  }
  paths.push(incoming.url);
  const request = new Request(origin + incoming.url, {
    method: incoming.method,
    headers: incoming.headers,
    ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
  });
  if (incoming.url.startsWith("/auth/")) {
    return handleAuthAPIRequest()(request);
  }
  return withSession(request, async (error, session) => {
    if (error) {
      return new Response("broken", { status: 500 });
    }
    if (session === undefined) {
      return Response.json({ message: "unauthorised" }, { status: 401 });
    }
    if (incoming.url === "/plan") {
      await session.mergeIntoAccessTokenPayload({ plan: "gold" });
    }
    return Response.json({ userId: session.getUserId() });
  });
}

const form = (email, password) => ({
  json: {
    formFields: [
      { id: "email", value: email },
      { id: "password", value: password },
    ],
  },
});
const refreshes = () => paths.filter((path) => path === "/auth/session/refresh").length;

for (const tokenTransferMethod of ["cookie", "header"]) {
  test(`supertokens-node, ${tokenTransferMethod} mode: from signing up to signing out`, async () => {
    const client = newClient({
      apiDomain: origin,
      tokenTransferMethod,
      storage: memoryStorage(),
      fetch: tokenTransferMethod === "cookie" ? fetchWithCookies() : undefined,
    });
    const events = [];
    client.onSession(({ type }) => events.push(type));
    const email = `${tokenTransferMethod}@example.com`;
    const me = (init) => client.fetch(`${origin}/me`, init);

    assert.equal((await me()).status, 401);
    const weak = await call(client, { ...SIGN_UP, ...form(email, "short") });
    assert.equal(weak.status, "FIELD_ERROR");
    const up = await call(client, { ...SIGN_UP, ...form(email, "correct horse 1") });
    assert.equal(up.status, "OK");
    assert.equal((await client.getSession()).userId, up.user.id);
    const wrong = await call(client, { ...SIGN_IN, ...form(email, "wrong horse 1") });
    assert.deepEqual(wrong, { status: "WRONG_CREDENTIALS_ERROR" });
    assert.deepEqual(await (await me()).json(), { userId: up.user.id });
    // Needs the anti-CSRF token in cookie mode.
    assert.equal((await me({ method: "POST" })).status, 200);

    assert.equal((await client.fetch(`${origin}/plan`)).status, 200);
    assert.equal((await client.getSession()).accessTokenPayload.plan, "gold");

    const before = refreshes();
    assert.equal(await client.refresh(), true);
    assert.equal(refreshes(), before + 1);
    assert.equal((await client.getSession()).accessTokenPayload.plan, "gold");

    // A second of life: the next calls come too late, or in time to renew.
    core.accessTokenSeconds = 1;
    await client.refresh();
    core.accessTokenSeconds = 3600;
    await new Promise((done) => setTimeout(done, 1_100));
    const answers = await Promise.all([me(), me({ method: "POST" }), me()]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200],
    );
    assert.equal(refreshes(), before + 3);

    assert.deepEqual(await call(client, SIGN_OUT), { status: "OK" });
    assert.equal(await client.getSession(), undefined);
    assert.equal((await me()).status, 401);
    assert.deepEqual(events, [
      "created",
      "updated",
      "refreshed",
      "refreshed",
      "refreshed",
      "signedOut",
    ]);
  });
}

test("supertokens-node: a session that the server ended is reported as expired", async () => {
  const client = newClient({ apiDomain: origin, storage: memoryStorage() });
  const events = [];
  client.onSession(({ type }) => events.push(type));
  await call(client, { ...SIGN_UP, ...form("gone@example.com", "correct horse 1") });
  core.sessions.clear();
  assert.equal(await client.refresh(), false);
  assert.deepEqual(events, ["created", "expired"]);
});

test("supertokens-node: bad input is an error with its message", async () => {
  const client = newClient({ apiDomain: origin });
  await assert.rejects(call(client, { ...SIGN_IN, json: {} }), (error) => {
    assert.ok(error instanceof ApiError);
    assert.deepEqual([error.status, error.body.message], [400, "Missing input param: formFields"]);
    return true;
  });
});
