// What a call rejects with.

import assert from "node:assert/strict";

import { test, vi } from "vitest";

import {
  ApiError,
  call,
  get,
  NetworkError,
  newClient,
  open,
  openSignedIn,
  server,
  TimeoutError,
} from "./session.mjs";

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
  // A copy of the body is read, which the call does not wait for.
  await vi.waitFor(() => assert.deepEqual(told, [{ type: "claimsRefused", claims }]));
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
