// Nothing waits without end: not for another tab, not for a body, not for a clock.

import assert from "node:assert/strict";

import { afterEach, test, vi } from "vitest";

import {
  call,
  get,
  memoryStorage,
  open,
  openSignedIn,
  server,
  SIGN_IN,
  STORED,
  TimeoutError,
} from "./session.mjs";

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const shared = () => ({ ...memoryStorage(), shared: true });

/** Signs in, and then measures on a clock of our own how long a refresh waits for other tabs. */
async function refreshBehind({ locks, prepare = () => undefined, storage = shared() }) {
  vi.stubGlobal("navigator", { locks });
  const { client } = await openSignedIn({ storage });
  prepare(storage);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  const started = performance.now();
  let waited;
  const refreshed = client.refresh().finally(() => (waited = performance.now() - started));
  while (waited === undefined && performance.now() - started < 60_000) {
    await vi.advanceTimersByTimeAsync(20);
    await new Promise((done) => setImmediate(done));
  }
  assert.equal(await refreshed, true);
  vi.useRealTimers();
  return waited;
}

test("a tab that keeps the lock is waited for, and not for ever", async () => {
  let release;
  const blocked = {
    request: (_, work) => new Promise((done) => (release = () => done(work()))),
  };
  const waited = await refreshBehind({ locks: blocked });
  assert.ok(waited >= 5_000 && waited < 7_000, `${waited} ms`);
  assert.equal(server.calls("/auth/session/refresh").length, 1);
  // The lock comes too late: nothing is refreshed twice.
  release();
  await new Promise((done) => setTimeout(done, 50));
  assert.equal(server.calls("/auth/session/refresh").length, 1);
});

test("locks that are refused, by a throw or a rejection, are done without", async () => {
  const no = new DOMException("not here", "SecurityError");
  for (const request of [
    () => Promise.reject(no),
    () => {
      throw no;
    },
  ]) {
    const waited = await refreshBehind({ locks: { request } });
    assert.ok(waited < 1_000, `${waited} ms`);
  }
});

test("a lock that ends in years, by a clock that was set back, is waited for a few seconds", async () => {
  const year = 365 * 86_400_000;
  const storage = shared();
  const prepare = (values) => values.set(STORED.lock, String(Date.now() + year));
  const waited = await refreshBehind({ storage, prepare });
  assert.ok(waited >= 5_000 && waited < 7_000, `${waited} ms`);
  // It is taken away, so that nobody waits for it again.
  await new Promise((done) => setTimeout(done, 100));
  assert.equal(storage.get(STORED.lock), undefined);
});

test("a lock in a storage that ignores writes, throws or never answers is done without", async () => {
  const never = new Promise(() => undefined);
  const no = () => {
    throw new Error("no");
  };
  for (const change of [
    { set: () => undefined },
    { set: no },
    { get: no },
    { get: (name) => (name === STORED.lock ? never : undefined) },
  ]) {
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const waited = await refreshBehind({ storage: { ...shared(), ...change } });
    assert.ok(waited < 7_000, `${waited} ms`);
    server.requests.length = 0;
  }
  vi.restoreAllMocks();
});

test("a refresh that fails behind a lock fails once", async () => {
  const request = (_, work) => work();
  vi.stubGlobal("navigator", { locks: { request } });
  const { client } = await openSignedIn({ storage: shared() });
  server.refresh = "broken";
  await assert.rejects(client.refresh(), /503/);
  assert.equal(server.calls("/auth/session/refresh").length, 1);
});

test("a call ends in time, even behind a storage that never answers", async () => {
  const storage = { get: () => new Promise(() => undefined), set: () => undefined };
  const { client } = open({ storage });
  await assert.rejects(call(client, get("/a"), { timeout: 50 }), TimeoutError);
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error("enough")), 50);
  await assert.rejects(call(client, get("/a"), { signal: controller.signal }), /enough/);
});

test("a refusal whose body has no end is answered at once", async () => {
  const { client } = open({ timeout: 200 });
  const response = await Promise.race([
    client.fetch("/auth/endless"),
    new Promise((_, reject) => setTimeout(() => reject(new Error("fetch hangs")), 2_000)),
  ]);
  assert.equal(response.status, 403);
  // The copy that is searched for claims ends when the time for a call is over.
  await response.body.cancel();
});

test("a device that slept in the middle of an exchange has the right clock", async () => {
  for (const hours of [0, -5, 5]) {
    server.clockAhead = hours * 3600;
    const storage = memoryStorage();
    const { client } = open({
      storage,
      async fetch(request) {
        const response = await fetch(request);
        // Eight hours pass before anybody looks at the answer.
        vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 8 * 3_600_000 });
        return response;
      },
    });
    await call(client, SIGN_IN);
    vi.useRealTimers();
    const skew = Number(storage.get(STORED.clockSkew) ?? 0) / 3_600_000;
    // Ahead by five hours looks the same as issued in the sleep, and then counts as right.
    assert.ok(Math.abs(skew - Math.min(hours, 0)) < 0.01, `${skew} hours for ${hours}`);
  }
});
