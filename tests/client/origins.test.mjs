// What goes to which origin: cookies and tokens only to the API, redirects and shared clients included.

import assert from "node:assert/strict";

import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { afterEach, beforeEach, test, vi } from "vitest";

import { fileOf, load } from "./client.mjs";
import { fetchWithCookies, startFakeServer } from "./fake-server.mjs";
import {
  ApiError,
  call,
  get,
  memoryStorage,
  newClient,
  open,
  openSignedIn,
  server,
  SIGN_IN,
} from "./session.mjs";

const { forRequest } = await load("server.js");
const COOKIES = "theme=dark; sAccessToken=ada; sAntiCsrf=csrf";

/** A server of another origin. */
let other;
beforeEach(async () => {
  other = await startFakeServer();
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await other.close();
});

const ofRequest = (options) =>
  newClient({ apiDomain: server.origin, ...forRequest(COOKIES), ...options });

test("on a server, the user's cookies go to the API's origins and to no other", async () => {
  const files = await startFakeServer();
  const client = ofRequest({ apiOrigins: [files.origin] });
  for (const { origin } of [server, files, other]) {
    await client.fetch(`${origin}/a`, { headers: { "x-own": "1" } });
  }
  assert.equal(server.calls("/a")[0].headers.cookie, COOKIES);
  assert.equal(files.calls("/a")[0].headers.cookie, COOKIES);
  const { headers } = other.calls("/a")[0];
  assert.deepEqual(
    [headers.cookie, headers["anti-csrf"], headers["x-own"]],
    [undefined, undefined, "1"],
  );
  // Only the API's own refresh is the browser's.
  assert.equal((await client.fetch(`${other.origin}/auth/session/refresh`)).status, 401);
  await files.close();
});

test("on a server, a redirect takes no cookie to another origin", async () => {
  const client = ofRequest();
  server.good = "ada";
  server.redirects.set("/out", [302, `${other.origin}/target`]);
  server.redirects.set("/there", [307, "/here"]);
  server.redirects.set("/after", [303, "/here"]);
  server.redirects.set("/circle", [302, "/circle"]);
  await client.fetch(`${server.origin}/out`);
  const { headers } = other.calls("/target")[0];
  assert.deepEqual([headers.cookie, headers["anti-csrf"]], [undefined, undefined]);

  assert.equal((await client.fetch(`${server.origin}/there`)).status, 200);
  assert.equal(server.calls("/here")[0].headers.cookie, COOKIES);
  await assert.rejects(client.fetch(`${server.origin}/circle`), /too many redirects/);
  const manual = await client.fetch(`${server.origin}/there`, { redirect: "manual" });
  assert.equal(manual.status, 307);

  // Without an anti-CSRF token, a body goes along as the Fetch standard has it.
  const plain = newClient({ apiDomain: server.origin, ...forRequest("sAccessToken=ada") });
  const post = { method: "POST", body: "hello", headers: { "content-type": "text/plain" } };
  assert.deepEqual(await (await plain.fetch("/there", post)).json(), { body: "hello" });
  assert.deepEqual(await (await plain.fetch("/after", post)).json(), { body: "" });
  const { method, headers: after } = server.calls("/here").at(-1);
  assert.deepEqual([method, after["content-type"]], ["GET", undefined]);
});

test("workerd: a redirect takes no cookie to another origin", async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import { newClient } from ${JSON.stringify(fileOf("engine.js"))};
        import { forRequest } from ${JSON.stringify(fileOf("server.js"))};
        export default {
          async fetch(request) {
            const client = newClient({
              apiDomain: await request.text(),
              ...forRequest(${JSON.stringify(COOKIES)}),
            });
            return client.fetch("/out");
          },
        };`,
      resolveDir: import.meta.dirname ?? process.cwd(),
    },
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    logLevel: "silent",
  });
  const worker = new Miniflare({
    modules: true,
    script: outputFiles[0].text,
    compatibilityDate: "2025-09-01",
  });
  try {
    server.redirects.set("/out", [302, `${other.origin}/target`]);
    const request = { method: "POST", body: server.origin };
    await (await worker.dispatchFetch("http://worker.test/", request)).text();
    assert.equal(server.calls("/out")[0].headers.cookie, COOKIES);
    const { headers } = other.calls("/target")[0];
    assert.deepEqual([headers.cookie, headers["anti-csrf"]], [undefined, undefined]);
  } finally {
    await worker.dispose();
  }
}, 30_000);

test("on a server, a client without a storage of its own starts no session", async () => {
  for (const tokenTransferMethod of ["header", "cookie", undefined]) {
    const shared = newClient({ apiDomain: server.origin, tokenTransferMethod });
    await assert.rejects(call(shared, SIGN_IN), (error) => {
      assert.ok(error instanceof ApiError, String(error));
      assert.match(error.message, /on a server, pass a storage/);
      return true;
    });
    assert.equal(await shared.getSession(), undefined);
    assert.equal(await shared.getAccessToken(), undefined);
    await shared.fetch("/next");
    const { authorization, "anti-csrf": antiCsrf } = server.calls("/next").at(-1).headers;
    assert.deepEqual([authorization, antiCsrf], [undefined, undefined]);
  }
  // One user at a time: a browser's worker, React Native.
  for (const product of ["Gecko", "ReactNative"]) {
    vi.stubGlobal("navigator", { product });
    const own = newClient({ apiDomain: server.origin });
    await call(own, SIGN_IN);
    assert.equal((await own.fetch("/next")).status, 200);
  }
});

test("an anti-CSRF token follows no redirect", async () => {
  const { client } = await openSignedIn({
    tokenTransferMethod: "cookie",
    fetch: fetchWithCookies(),
  });
  server.redirects.set("/out", [302, `${other.origin}/expire`]);
  server.redirects.set("/there", [307, "/here"]);
  await client.fetch("/out");
  assert.equal(server.calls("/out")[0].headers["anti-csrf"], "csrf-1");
  assert.equal(other.calls("/expire")[0].headers["anti-csrf"], undefined);

  // What changes something is not sent twice.
  const options = { method: "POST", body: "hello" };
  assert.equal((await client.fetch("/out", options)).status, 302);
  assert.equal((await client.fetch("/there", options)).status, 307);
  assert.equal(other.calls("/expire").length, 1);
  assert.equal(server.calls("/out").length, 3);
  await assert.rejects(call(client, { ...get("/elsewhere"), method: "POST" }), ApiError);

  // Without a token, redirects are followed as ever.
  const stranger = open({ tokenTransferMethod: "cookie", fetch: fetchWithCookies() });
  await stranger.client.fetch("/out", options);
  assert.equal(other.calls("/expire").length, 2);
});

test("the transport gets which of the requests are for the API", async () => {
  const told = [];
  const { client } = open({
    fetch(request, isForApi) {
      told.push(isForApi);
      return fetch(request);
    },
  });
  await client.fetch("/a");
  await client.fetch(`${other.origin}/a`);
  assert.deepEqual(told, [true, false]);
});

test("a relative URL is resolved as the page does", async () => {
  const asked = [];
  const options = {
    storage: memoryStorage(),
    tokenTransferMethod: "header",
    fetch(request) {
      asked.push(request.url);
      return fetch(`${server.origin}/a`);
    },
  };
  // A page with <base href>, and a frame without an address of its own (srcdoc).
  const base = "https://www.example.com/app/";
  for (const href of ["https://www.example.com/shop/list", "about:srcdoc"]) {
    vi.stubGlobal("document", { baseURI: base });
    vi.stubGlobal("location", { href });
    const { client } = open(options);
    await client.fetch("notes");
    await client.fetch("/notes");
  }
  // A worker has no document.
  vi.stubGlobal("document", undefined);
  vi.stubGlobal("location", { href: "https://www.example.com/work/er.js" });
  await open(options).client.fetch("notes");
  assert.deepEqual(asked, [
    ...[`${base}notes`, "https://www.example.com/notes"],
    ...[`${base}notes`, "https://www.example.com/notes"],
    "https://www.example.com/work/notes",
  ]);
});

test("cookies are sent unless the caller omits them", async () => {
  const asked = [];
  const { client } = open({
    tokenTransferMethod: "cookie",
    fetch(request) {
      asked.push(request.credentials);
      return fetch(request);
    },
  });
  const url = `${server.origin}/a`;
  const cases = [
    [url, undefined, "include"],
    [url, { credentials: undefined }, "include"],
    [url, { credentials: "same-origin" }, "same-origin"],
    [url, { credentials: "omit" }, "omit"],
    [new Request(url), undefined, "include"],
    [new Request(url, { credentials: "omit" }), undefined, "omit"],
    [new Request(url, { credentials: "omit" }), { credentials: undefined }, "omit"],
    [new Request(url, { credentials: "omit" }), { credentials: "include" }, "include"],
  ];
  for (const [input, init] of cases) {
    await client.fetch(input, init);
  }
  // The first refusal asks once whether there is a session.
  asked.splice(1, 1);
  assert.deepEqual(
    asked.filter((_, index) => index < cases.length),
    cases.map(([, , expected]) => expected),
  );
});
