// The client where there is no browser: on a server that renders pages, in an edge runtime (workerd),
// and as React Native has it.

import assert from "node:assert/strict";

import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { afterEach, test, vi } from "vitest";
import * as polyfill from "whatwg-fetch";

import { fileOf, load } from "./client.mjs";
import {
  call,
  memoryStorage,
  NetworkError,
  newClient,
  open,
  server,
  SIGN_IN,
  SIGN_OUT,
  STORED,
} from "./session.mjs";

const { forRequest } = await load("server.js");

afterEach(() => vi.unstubAllGlobals());

test("importing the client and making one looks at no page", async () => {
  const looked = [];
  for (const name of ["document", "window", "localStorage", "location"]) {
    Object.defineProperty(globalThis, name, {
      configurable: true,
      get() {
        looked.push(name);
        return undefined;
      },
    });
  }
  try {
    const fresh = await import(`${fileOf("engine.js")}?fresh`);
    looked.length = 0;
    for (const module of ["storage.js", "http.js", "errors.js", "server.js", "login/element.js"]) {
      await import(`${fileOf(module)}?fresh`);
    }
    assert.deepEqual(looked, []);
    const client = fresh.newClient({ apiDomain: server.origin });
    // These decide the defaults; nothing else is asked.
    assert.deepEqual(new Set(looked), new Set(["document", "location"]));
    assert.equal(client.tokenTransferMethod, "header");
  } finally {
    for (const name of ["document", "window", "localStorage", "location"]) {
      delete globalThis[name];
    }
  }
});

test("on a server, a client for each request speaks for that user and for no other", async () => {
  const token = (uid) => {
    const json = JSON.stringify({ uid, ate: Date.now() + 1e6, up: {} });
    return Buffer.from(json).toString("base64");
  };
  const visit = async (user) => {
    const cookies = `theme=dark; sFrontToken=${token(user)}; sAntiCsrf=${user}; sAccessToken=${user}`;
    const client = newClient({ apiDomain: server.origin, ...forRequest(cookies) });
    server.good = "ada";
    const { status } = await client.fetch(`${server.origin}/${user}`);
    const { headers } = server.calls(`/${user}`)[0];
    const session = await client.getSession();
    return [status, headers.cookie === cookies, headers["anti-csrf"], session?.userId];
  };
  assert.deepEqual(await Promise.all(["ada", "bob"].map(visit)), [
    [200, true, "ada", "ada"],
    [401, true, "bob", "bob"],
  ]);
  const nobody = newClient({ apiDomain: server.origin, ...forRequest(null) });
  assert.equal((await nobody.fetch(`${server.origin}/nobody`)).status, 401);
  assert.equal(server.calls("/nobody")[0].headers.cookie, undefined);
  assert.equal(await nobody.getSession(), undefined);
});

test("on a server nothing is refreshed: that is the browser's", async () => {
  const json = JSON.stringify({ uid: "ada", ate: Date.now() - 1, up: {} });
  const cookies = `sFrontToken=${Buffer.from(json).toString("base64")}; sAccessToken=old`;
  const client = newClient({ apiDomain: server.origin, ...forRequest(cookies) });
  assert.equal((await client.fetch(`${server.origin}/a`)).status, 401);
  await assert.rejects(client.checkSession(), NetworkError);
  assert.deepEqual(
    server.requests.map(({ path }) => path),
    ["/a"],
  );
  assert.equal((await client.getSession()).userId, "ada");
});

test("workerd: sign in, three calls with an expired token, one refresh, sign out", async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import { newClient } from ${JSON.stringify(fileOf("engine.js"))};
        import { call } from ${JSON.stringify(fileOf("http.js"))};
        import { memoryStorage } from ${JSON.stringify(fileOf("storage.js"))};
        export default {
          async fetch(request) {
            const { origin, expire } = await request.json();
            const client = newClient({ apiDomain: origin, storage: memoryStorage() });
            const events = [];
            client.onSession(({ type }) => events.push(type));
            await call(client, ${JSON.stringify(SIGN_IN)});
            await fetch(expire);
            const answers = await Promise.all(
              ["/a", "/b", "/c"].map((path) => client.fetch(origin + path)),
            );
            await call(client, ${JSON.stringify(SIGN_OUT)});
            return Response.json({
              agent: navigator.userAgent,
              mode: client.tokenTransferMethod,
              statuses: answers.map(({ status }) => status),
              events,
            });
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
    const answer = await worker.dispatchFetch("http://worker.test/", {
      method: "POST",
      body: JSON.stringify({ origin: server.origin, expire: `${server.origin}/expire` }),
    });
    assert.deepEqual(await answer.json(), {
      agent: "Cloudflare-Workers",
      mode: "header",
      statuses: [200, 200, 200],
      events: ["created", "refreshed", "signedOut"],
    });
    assert.equal(server.calls("/auth/session/refresh").length, 1);
  } finally {
    await worker.dispose();
  }
}, 30_000);

test("React Native: its own fetch classes, an asynchronous storage, and no page", async () => {
  // React Native's Request, Response and Headers are those of this polyfill; its platform sends.
  const { Headers, Request, Response } = polyfill;
  const { fetch } = globalThis;
  vi.stubGlobal("navigator", { product: "ReactNative" });
  vi.stubGlobal("BroadcastChannel", undefined);
  vi.stubGlobal("document", undefined);
  vi.stubGlobal("Headers", Headers);
  vi.stubGlobal("Request", Request);
  vi.stubGlobal("Response", Response);
  vi.stubGlobal("fetch", async (request) => {
    assert.ok(request instanceof Request);
    const body = await request.text();
    const answer = await fetch(request.url, {
      method: request.method,
      headers: Object.fromEntries(request.headers.entries()),
      ...(body !== "" && { body }),
    });
    const headers = Object.fromEntries(answer.headers.entries());
    return new Response(await answer.text(), { status: answer.status, headers });
  });
  // What `@react-native-async-storage/async-storage` is: strings behind promises.
  const values = memoryStorage();
  const soon = (work) => new Promise((done) => setTimeout(() => done(work()), 1));
  const AsyncStorage = {
    getItem: (key) => soon(() => values.get(key) ?? null),
    setItem: (key, value) => soon(() => values.set(key, value)),
    removeItem: (key) => soon(() => values.set(key, undefined)),
  };
  const storage = {
    get: (name) => AsyncStorage.getItem(name),
    set: (name, value) =>
      value === undefined ? AsyncStorage.removeItem(name) : AsyncStorage.setItem(name, value),
  };

  const { client, events } = open({ storage });
  await call(client, { ...SIGN_IN, json: { formFields: [] } });
  server.expireAccessToken();
  const answers = await Promise.all([
    client.fetch(`${server.origin}/a`, { method: "POST", body: "hello" }),
    client.fetch(`${server.origin}/b`),
  ]);
  assert.deepEqual(await answers[0].json(), { body: "hello" });
  assert.equal(answers[1].status, 200);
  assert.equal(server.calls("/auth/session/refresh").length, 1);

  // The application starts again.
  const next = open({ storage });
  assert.equal((await next.client.getSession()).userId, "ada");
  assert.equal(await next.client.getAccessToken(), "access-2");
  await call(next.client, SIGN_OUT);
  assert.equal(values.get(STORED.refreshToken), undefined);
  assert.deepEqual(events, ["created", "refreshed"]);
  assert.deepEqual(next.events, ["signedOut"]);
});
