// What is read from cookies and storage, and what is done where these fail.

import assert from "node:assert/strict";

import { afterEach, test, vi } from "vitest";

import { load } from "./client.mjs";
import {
  call,
  memoryStorage,
  newClient,
  open,
  openSignedIn,
  server,
  SIGN_IN,
  SIGN_OUT,
  STORED,
} from "./session.mjs";

const { chunkedStorage } = await load("chunks.js");
const { cookieStorage } = await load("storage.js");

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64");

/** A storage that fails in one way, and a client that uses it. */
function failing(change) {
  const values = memoryStorage();
  const storage = { ...values, ...change(values) };
  const warnings = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  return { values, storage, warnings };
}

test("a front token of the wrong shape is no session and locks nothing", async () => {
  const up = { sessionHandle: "h" };
  const wrong = [
    ...["e30=", "bnVsbA==", "%%%", "W10=", "MQ=="],
    ...[
      { uid: 1, ate: 1, up },
      { uid: "a", ate: "1", up },
      { uid: "a", ate: null, up },
    ].map(encoded),
    ...[null, [], "up", 1, undefined].map((up) => encoded({ uid: "a", ate: 1, up })),
    Buffer.from('{"uid":"a","ate":1e999,"up":{}}').toString("base64"),
  ];
  for (const token of wrong) {
    for (const tokenTransferMethod of ["header", "cookie"]) {
      const storage = memoryStorage();
      storage.set(STORED.frontToken, token);
      storage.set(STORED.lastUpdate, "1");
      const { client } = open({ storage, tokenTransferMethod });
      assert.equal(await client.getSession(), undefined, token);
      assert.equal((await client.fetch("/a")).status, 401);
      await call(client, SIGN_IN);
      assert.equal((await client.getSession()).userId, "ada");
      await call(client, SIGN_OUT);
      assert.equal(storage.get(STORED.frontToken), undefined);
    }
  }
});

test("other stored values that are not the client's stop no request", async () => {
  const names = ["accessToken", "refreshToken", "antiCsrf", "lastUpdate", "clockSkew"];
  for (const value of ["é 名", "a\nb", "", "null", "Infinity", "1e308", {}, [], 5, true, null]) {
    for (const shared of [false, true]) {
      const values = new Map(names.map((name) => [STORED[name], value]));
      // A number is a time: `waiting.test.mjs` has those of another century.
      values.set(STORED.lock, Number(value) > 1e9 ? "1" : value);
      const storage = {
        shared,
        get: (name) => values.get(name),
        set: (name, value) => void values.set(name, value),
      };
      const { client } = open({ storage });
      await client.fetch("/a");
      await call(client, SIGN_IN);
      server.expireAccessToken();
      assert.equal((await client.fetch("/a")).status, 200, String(value));
      server.requests.length = 0;
      await client.fetch("/a");
      assert.equal(server.requests.length, 1);
    }
  }
});

test("a refresh that brings a front token of the wrong shape is an error, and the session stays", async () => {
  const { client } = await openSignedIn();
  server.refresh = "nonsense";
  await assert.rejects(client.refresh(), /no front-token header/);
  assert.equal((await client.getSession()).userId, "ada");
});

test("header mode: without an access token, the refresh token gets one", async () => {
  const storage = memoryStorage();
  const { client, events } = await openSignedIn({ storage });
  storage.set(STORED.accessToken, undefined);
  assert.equal((await client.fetch("/a")).status, 200);
  const [refresh] = server.calls("/auth/session/refresh");
  assert.equal(refresh.headers.authorization, "Bearer refresh-1");
  assert.deepEqual(events, ["created", "refreshed"]);
});

test("a storage that throws, is full or drops values: memory does, and the console says so", async () => {
  const no = () => {
    throw new Error("QuotaExceededError");
  };
  const late = () => Promise.reject(new Error("no"));
  const ways = {
    "throws when it is read": () => ({ get: no }),
    "throws when it is written": () => ({ set: no }),
    "throws always": () => ({ get: no, set: no }),
    "rejects always": () => ({ get: late, set: late }),
    "drops everything": () => ({ set: () => undefined }),
    "has a limit": (values) => ({
      set: (name, value) => void (String(value).length < 60 && values.set(name, value)),
    }),
    "cuts values off": (values) => ({
      set: (name, value) => values.set(name, value?.slice(0, 60)),
    }),
    "keeps what it should remove": (values) => ({
      set: (name, value) => void (value !== undefined && values.set(name, value)),
    }),
  };
  for (const [way, change] of Object.entries(ways)) {
    for (const shared of [false, true]) {
      const { storage, warnings } = failing(change);
      const { client, events } = open({ storage: { ...storage, shared } });
      server.requests.length = 0;
      assert.deepEqual(await call(client, SIGN_IN), { status: "OK" }, way);
      assert.equal((await client.fetch("/a")).status, 200, way);
      assert.equal(server.requests.length, 2, way);
      server.expireAccessToken();
      assert.equal((await client.fetch("/a")).status, 200, way);
      assert.equal(server.calls("/auth/session/refresh").length, 1, way);
      await call(client, SIGN_OUT);
      assert.equal(await client.getSession(), undefined, way);
      assert.deepEqual(events, ["created", "refreshed", "signedOut"], way);
      const [[text, cause]] = warnings.mock.calls;
      assert.match(text, /^storage lost s/);
      assert.ok(cause instanceof Error || cause === "dropped", `${cause}`);
      warnings.mockRestore();
    }
  }
});

test("what another tab writes later counts more than what memory keeps", async () => {
  let isFull = true;
  const { values, storage } = failing((values) => ({
    set: (name, value) => void (isFull || values.set(name, value)),
  }));
  const { client } = await openSignedIn({ storage });
  isFull = false;
  const other = open({ storage });
  server.user = "bob";
  await call(other.client, SIGN_IN);
  assert.equal((await client.getSession()).userId, "bob");
  assert.ok(values.get(STORED.frontToken));
});

test("cookies: what the browser refuses is set again for a frame of another site", async () => {
  const jar = new Map();
  let takes = () => true;
  const written = [];
  vi.stubGlobal("location", { protocol: "https:" });
  vi.stubGlobal("document", {
    get cookie() {
      return [...jar].map((pair) => pair.join("=")).join("; ");
    },
    set cookie(line) {
      const [, name, value, age, rest] = /^([^=]+)=([^;]*);max-age=(\d+);(.*)$/.exec(line);
      written.push(rest);
      if (takes(rest)) {
        jar.set(name, value);
        if (age === "0") {
          jar.delete(name);
        }
      }
    },
  });
  const lax = "path=/;samesite=lax;secure";
  const none = "path=/;samesite=none;secure;partitioned";
  const storage = cookieStorage();
  storage.set("one", "1");
  assert.equal(storage.get("one"), "1");
  takes = (attributes) => attributes.includes("partitioned");
  storage.set("one", "2");
  assert.equal(storage.get("one"), "2");
  storage.set("one", undefined);
  assert.equal(storage.get("one"), undefined);
  assert.deepEqual(written, [lax, lax, none, lax, none]);
  written.length = 0;
  cookieStorage({ partitioned: true }).set("one", "1");
  assert.deepEqual(written, [none]);
  vi.stubGlobal("location", { protocol: "http:" });
  takes = () => true;
  storage.set("two", "1");
  assert.equal(written.at(-1), "path=/;samesite=lax");
  // A name is no part of another.
  storage.set("wo", "x");
  assert.equal(storage.get("two"), "1");
});

test("long values are kept in pieces, and a write that is interrupted loses nothing", async () => {
  const values = memoryStorage();
  const written = [];
  let left = Infinity;
  const secureStore = {
    get: async (name) => {
      assert.match(name, /^[\w.-]+$/);
      return values.get(name) ?? null;
    },
    async set(name, value) {
      assert.match(name, /^[\w.-]+$/);
      assert.ok((value?.length ?? 0) <= 100, `${name} is too long`);
      if (left-- <= 0) {
        throw new Error("the application ends");
      }
      written.push(name);
      values.set(name, value);
    },
  };
  const storage = chunkedStorage(secureStore, 100);
  const long = (letter, length = 950) => letter.repeat(length);
  await storage.set("t", "short");
  assert.equal(await storage.get("t"), "short");
  await storage.set("t", long("a"));
  assert.equal(await storage.get("t"), long("a"));
  for (left of [0, 3, 10]) {
    await assert.rejects(storage.set("t", long("b")), /ends/);
    left = Infinity;
    assert.equal(await storage.get("t"), long("a"));
  }
  await storage.set("t", long("b", 1_234));
  assert.equal(await storage.get("t"), long("b", 1_234));
  await storage.set("t", "short");
  assert.equal(await storage.get("t"), "short");
  await storage.set("t", long("c"));
  // A piece that is gone makes the whole unreadable, not half of it.
  values.set("t.00", undefined);
  values.set("t.10", undefined);
  assert.equal(await storage.get("t"), undefined);
  await storage.set("t", undefined);
  for (const name of written) {
    assert.equal(values.get(name), undefined, name);
  }
  await assert.rejects(storage.set("t", long("d", 10_000)), RangeError);
  assert.equal(chunkedStorage({ ...secureStore, shared: true }).shared, true);
});

test("a session of long tokens outlives the application in a storage with a limit", async () => {
  const values = memoryStorage();
  const limited = {
    get: values.get,
    set: (name, value) => void ((value?.length ?? 0) <= 100 && values.set(name, value)),
  };
  server.claims = { roles: "r".repeat(5_000) };
  await openSignedIn({ storage: chunkedStorage(limited, 100) });
  const { client } = open({ storage: chunkedStorage(limited, 100) });
  assert.equal((await client.getSession()).accessTokenPayload.roles.length, 5_000);
  assert.equal((await client.fetch("/a")).status, 200);
  assert.equal(server.calls("/auth/session/refresh").length, 0);
});

test("a page that stores nothing still gets events of sign-ins", async () => {
  // A frame without an origin: reading cookies throws.
  vi.stubGlobal("location", { protocol: "https:", href: "about:srcdoc" });
  vi.stubGlobal("document", {
    baseURI: server.origin,
    get cookie() {
      throw new DOMException("no cookies here", "SecurityError");
    },
    set cookie(_) {
      throw new DOMException("no cookies here", "SecurityError");
    },
  });
  const warnings = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const client = newClient({ apiDomain: server.origin, tokenTransferMethod: "header" });
  await call(client, SIGN_IN);
  assert.equal((await client.fetch("/a")).status, 200);
  assert.equal((await client.getSession()).userId, "ada");
  assert.match(String(warnings.mock.calls[0][1]), /no cookies here/);
});
