// The React hooks, in React 18 and 19, with and without StrictMode: what a component sees of who is
// signed in while components come and go.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

import { build } from "esbuild";
import { JSDOM } from "jsdom";
import { afterAll, afterEach, beforeAll, describe, test, vi } from "vitest";

import { fileOf } from "./client.mjs";
import { call, memoryStorage, open, server, SIGN_IN, SIGN_OUT, STORED } from "./session.mjs";

const here = import.meta.dirname ?? process.cwd();

async function load(version) {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        export { createElement, StrictMode, version } from "react";
        export { createRoot } from "react-dom/client";
        export { SessionProvider, useSession } from ${JSON.stringify(fileOf("react.js"))};`,
      resolveDir: here,
    },
    bundle: true,
    write: false,
    platform: "node",
    format: "cjs",
    define: { "process.env.NODE_ENV": '"development"' },
    alias: { react: `react-${version}`, "react-dom": `react-dom-${version}` },
    nodePaths: [`${here}/node_modules`],
    logLevel: "silent",
  });
  const module = { exports: {} };
  const require = createRequire(import.meta.url);
  new Function("module", "exports", "require", outputFiles[0].text)(
    module,
    module.exports,
    require,
  );
  return module.exports;
}

let dom;
beforeAll(() => {
  dom = new JSDOM("<!doctype html><main></main>", { url: "http://localhost/" });
  vi.stubGlobal("window", dom.window);
  vi.stubGlobal("document", dom.window.document);
  vi.stubGlobal("navigator", dom.window.navigator);
});
afterAll(async () => {
  // React cleans up behind the last component in a task of its own.
  await new Promise((done) => setTimeout(done, 100));
  vi.unstubAllGlobals();
  dom.window.close();
});

describe.each([
  [18, false],
  [18, true],
  [19, false],
  [19, true],
])("React %i, StrictMode: %s", (version, isStrict) => {
  let react;
  let root;
  beforeAll(async () => {
    react = await load(version);
    assert.equal(react.version.split(".")[0], String(version));
  });
  afterEach(() => root.unmount());

  /** A page whose components note each state that they draw; `show(false)` leaves none of them. */
  function page(client) {
    const { createElement: h, createRoot, SessionProvider, StrictMode, useSession } = react;
    const seen = [];
    const Guard = () => {
      const { status, session } = useSession();
      seen.push(session ? `${status} ${session.userId}` : status);
      return h("p", null, status);
    };
    root = createRoot(dom.window.document.querySelector("main"));
    const show = (isShown) => {
      seen.length = 0;
      const inside = isShown ? [h(Guard, { key: 1 }), h(Guard, { key: 2 })] : "no guard";
      const all = h(SessionProvider, { client }, inside);
      root.render(isStrict ? h(StrictMode, null, all) : all);
    };
    const until = (state) => vi.waitFor(() => assert.equal(seen.at(-1), state));
    return { seen, show, until };
  }
  const gone = () =>
    vi.waitFor(() => assert.match(dom.window.document.body.textContent, /no guard/));
  const start = (options) =>
    open({ tokenTransferMethod: "header", storage: memoryStorage(), ...options });

  test("signing in without a subscribed component: the next guard sees no signed-out state", async () => {
    const { client } = start();
    const { seen, show, until } = page(client);
    show(true);
    await until("signedOut");
    assert.equal(seen[0], "loading");
    show(false);
    await gone();
    await call(client, SIGN_IN);
    show(true);
    await until("signedIn ada");
    assert.deepEqual([...new Set(seen)], ["signedIn ada"]);
  });

  test("signing out without a subscribed component: the next page shows no old user", async () => {
    const { client } = start();
    await call(client, SIGN_IN);
    const { seen, show, until } = page(client);
    show(true);
    await until("signedIn ada");
    show(false);
    await gone();
    await call(client, SIGN_OUT);
    show(true);
    await until("signedOut");
    assert.deepEqual([...new Set(seen)], ["signedOut"]);
  });

  test("what changed without an event is noticed when a component looks again", async () => {
    const storage = memoryStorage();
    const { client } = start({ storage });
    await call(client, SIGN_IN);
    const { show, until } = page(client);
    show(true);
    await until("signedIn ada");
    show(false);
    await gone();
    for (const name of Object.values(STORED)) {
      storage.set(name, undefined);
    }
    show(true);
    await until("signedOut");
  });

  test("an answer that comes after an event does not bring back the state before it", async () => {
    const { client } = start();
    await call(client, SIGN_IN);
    const old = await client.getSession();
    let answer;
    const slow = {
      ...client,
      checkSession: () => new Promise((done) => (answer = () => done(old))),
    };
    const { seen, show, until } = page(slow);
    show(true);
    await vi.waitFor(() => assert.ok(answer));
    await call(client, SIGN_OUT);
    await until("signedOut");
    answer();
    await new Promise((done) => setTimeout(done, 20));
    assert.equal(seen.at(-1), "signedOut");
  });

  test("components that come and go ask once, and draw only what is new", async () => {
    const { client } = start();
    await call(client, SIGN_IN);
    const { seen, show, until } = page(client);
    show(true);
    await until("signedIn ada");
    for (let times = 0; times < 3; times += 1) {
      show(false);
      await gone();
      show(true);
      await until("signedIn ada");
    }
    await new Promise((done) => setTimeout(done, 20));
    assert.deepEqual([...new Set(seen)], ["signedIn ada"]);
    assert.ok(seen.length <= (isStrict ? 4 : 2), `${seen}`);
    assert.equal(server.calls("/auth/session/refresh").length, 0);
  });
});
