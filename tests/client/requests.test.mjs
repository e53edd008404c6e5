// What goes over the wire, and to whom.

import assert from "node:assert/strict";

import { readFile } from "node:fs/promises";

import { test } from "vitest";

import { fileOf, generated, load } from "./client.mjs";
import { fetchWithCookies, startFakeServer } from "./fake-server.mjs";
import { call, newClient, open, openSignedIn, server } from "./session.mjs";

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

test("a relative URL means the API where there is no page", async () => {
  const { client } = await openSignedIn();
  assert.equal((await client.fetch("/a?b=c")).status, 200);
  assert.equal(server.calls("/a")[0].url, "/a?b=c");
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
    "/auth/x?q=a%20b&q=2&yes=true",
    "",
    undefined,
  ]);
  const { deepObject } = await load("http.js");
  const query = { ...deepObject("filter", { state: "a+b", size: 2 }), ...deepObject("none") };
  assert.deepEqual(await sent({ query }), [
    "/auth/x?filter%5Bstate%5D=a%2Bb&filter%5Bsize%5D=2",
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

test("a path parameter cannot lead to another endpoint", async () => {
  const { client } = open();
  const { segment } = await load("http.js");
  for (const value of ["", ".", ".."]) {
    assert.throws(() => segment(value), RangeError);
  }
  assert.deepEqual(["a/..", "%2e%2e", "...", 0].map(segment), ["a%2F..", "%252e%252e", "...", "0"]);
  const signIn = { id: "signIn", method: "POST", path: "/signin", tenant: true };
  for (const tenantId of [".", ".."]) {
    await assert.rejects(call(client, signIn, { tenantId }), RangeError);
    await assert.rejects(call(open({ tenantId }).client, signIn), RangeError);
  }
  assert.equal(server.requests.length, 0);
  // An empty tenant is none.
  await call(open({ tenantId: "t1" }).client, signIn, { tenantId: "" }).catch(() => undefined);
  await call(open({ tenantId: "" }).client, signIn);
  assert.deepEqual(
    server.requests.map(({ path }) => path),
    ["/auth/t1/signin", "/auth/signin"],
  );
});

test.skipIf(generated === undefined)("an operation rejects what cannot be a path", async () => {
  const operations = await load("operations.js");
  const { client } = open();
  const text = await readFile(fileOf("operations.js"), "utf8");
  const taking = [...text.matchAll(/^export async function (\w+)\(/gm)].map(([, name]) => name);
  assert.equal(taking.length > 0, text.includes("${segment("));
  for (const name of taking) {
    await assert.rejects(operations[name](client, new Proxy({}, { get: () => ".." })), RangeError);
  }
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
