// What the generated route of Next.js does with requests and answers that are out of the ordinary. In the
// server's place stands one that answers what it is asked to.

import assert from "node:assert/strict";
import { createServer, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";

import { build } from "esbuild";

import { freePort, sleep } from "../api.mjs";

const NO_STORE = "no-cache, no-store, max-age=0, must-revalidate";

/** Answers by the first segment after the base path, and remembers what came in. */
class Upstream {
  seen = [];

  async start() {
    this.server = createServer((request, response) => {
      this.handle(request, response).catch(() => response.destroy());
    });
    await new Promise((done) => this.server.listen(0, "127.0.0.1", done));
    this.origin = `http://127.0.0.1:${this.server.address().port}`;
  }

  async handle(request, response) {
    const { method, url, headers } = request;
    const seen = { method, url, headers, body: 0, firstByteAt: undefined, closed: false };
    this.seen.push(seen);
    response.on("close", () => (seen.closed = !response.writableEnded));
    const chunks = [];
    for await (const chunk of request) {
      seen.firstByteAt ??= performance.now();
      chunks.push(chunk);
    }
    seen.body = Buffer.concat(chunks);
    const answer = ANSWERS[/^\/api\/auth\/([a-z-]+)/.exec(url)?.[1]] ?? ANSWERS.echo;
    await answer(response, seen);
  }

  last() {
    return this.seen.at(-1);
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}

const ANSWERS = {
  echo(response, { body }) {
    response.writeHead(200, {
      "content-type": "application/octet-stream",
      "cache-control": NO_STORE,
    });
    response.end(body);
  },
  cookies(response) {
    response.writeHead(
      401,
      [
        ["content-type", "application/json"],
        ["cache-control", NO_STORE],
        [
          "set-cookie",
          "sAccessToken=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax",
        ],
        ["set-cookie", "sRefreshToken=a, b; Path=/api/auth/session/refresh; HttpOnly"],
        ["front-token", "remove"],
        ["access-control-expose-headers", "front-token"],
        ["connection", "x-hop, keep-alive"],
        ["x-hop", "1"],
        ["vary", "Origin"],
      ].flat(),
    );
    response.end('{"message":"unauthorised"}');
  },
  moved(response) {
    response.writeHead(303, {
      location: "https://elsewhere.example/a?b=c",
      "cache-control": NO_STORE,
    });
    response.end();
  },
  compressed(response) {
    const body = gzipSync("text ".repeat(1000));
    response.writeHead(200, {
      "content-encoding": "gzip",
      "content-length": body.length,
      "content-type": "text/plain",
    });
    response.end(body);
  },
  empty(response) {
    response.writeHead(204, { "cache-control": NO_STORE });
    response.end();
  },
  missing(response) {
    response.writeHead(404, { "content-type": "text/plain", "cache-control": NO_STORE });
    response.end("Not found");
  },
  keys(response) {
    response.writeHead(200, {
      "content-type": "application/json",
      "cache-control": "max-age=60, must-revalidate",
    });
    response.end("{}");
  },
  async slowly(response) {
    response.writeHead(200, { "content-type": "text/plain" });
    response.write("first ");
    await sleep(1500);
    response.end("second");
  },
  async broken(response) {
    response.writeHead(200, { "content-type": "text/plain", "content-length": 100 });
    response.write("half");
    await sleep(50);
    response.destroy();
  },
  async never() {
    await sleep(60_000);
  },
};

/** One request as it is written: `fetch` would change the path, follow, and decompress. */
function ask(origin, path, { method = "GET", headers = {}, body, chunks } = {}) {
  const { hostname, port } = new URL(origin);
  return new Promise((done, failed) => {
    const request = httpRequest({ hostname, port, path, method, headers, agent: false });
    request.on("error", failed);
    request.on("response", (response) => {
      const parts = [];
      const at = [];
      response.on("data", (part) => {
        parts.push(part);
        at.push(performance.now());
      });
      const end = () =>
        done({
          status: response.statusCode,
          headers: response.headers,
          body: Buffer.concat(parts),
          isComplete: response.complete,
          at,
        });
      response.on("end", end).on("error", end);
    });
    if (chunks) {
      chunks(request);
    } else {
      request.end(body);
    }
  });
}

/** Paths that begin with the base path, or hold it, and lead elsewhere. */
const OUTSIDE = [
  "/api/auth/%2e%2e/%2e%2e/dev/outbox",
  "/api/auth/../../dev/outbox",
  "/api/auth/..\\..\\dev",
  "/api/auth/.%2E/authority",
  "/api/authority",
  "//evil.example/api/auth/x",
];

/** The module behind the route, by itself. */
async function load(folder, server) {
  const { outputFiles } = await build({
    entryPoints: [join(folder, "auth-gen/forward.ts")],
    bundle: true,
    write: false,
    format: "esm",
    define: { "process.env.AUTH_SERVER_URL": JSON.stringify(server) },
  });
  const source = Buffer.from(outputFiles[0].contents).toString("base64");
  return (await import(`data:text/javascript;base64,${source}`)).forward;
}

export async function forwarding(step, folder, serve) {
  const upstream = new Upstream();
  await upstream.start();
  const forward = await load(folder, upstream.origin);
  const next = await serve({ AUTH_SERVER_URL: upstream.origin });
  try {
    await requests(step, next, upstream, forward);
    await answers(step, next);
  } finally {
    await next.stop();
    await upstream.stop();
  }
  await withoutServer(step, serve);
}

async function requests(step, { origin, port }, upstream, forward) {
  const body = Buffer.from(Array.from({ length: 4096 }, (_, index) => index % 256));
  const echoed = await ask(origin, "/api/auth/echo/a%2Fb%20c?x=1&x=2&y=%C3%A9", {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      cookie: "sAccessToken=abc; other=1",
      origin: "https://website.example",
      "fdi-version": "3.1,4.0",
      connection: "x-mine, keep-alive",
      "x-mine": "hop",
      te: "trailers",
      expect: "100-continue",
    },
    body,
  });
  const seen = upstream.last();
  assert.equal(echoed.status, 200);
  assert.deepEqual(echoed.body, body);
  assert.equal(seen.method, "POST");
  assert.equal(seen.url, "/api/auth/echo/a%2Fb%20c?x=1&x=2&y=%C3%A9");
  assert.equal(seen.headers.cookie, "sAccessToken=abc; other=1");
  assert.equal(seen.headers.origin, "https://website.example");
  assert.equal(seen.headers["fdi-version"], "3.1,4.0");
  assert.equal(seen.headers["content-type"], "application/x-www-form-urlencoded");
  assert.equal(seen.headers["x-forwarded-host"], `127.0.0.1:${port}`);
  assert.equal(seen.headers.host, new URL(upstream.origin).host);
  for (const name of ["x-mine", "te", "expect"]) {
    assert.equal(seen.headers[name], undefined, name);
  }
  step("method, path, query, headers and a body of bytes arrive; headers of one connection do not");

  for (const method of ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
    const { status } = await ask(origin, "/api/auth/echo", { method });
    assert.equal(status, 200, method);
    assert.equal(upstream.last().method, method);
  }
  const preflight = { origin: "https://w.example", "access-control-request-method": "POST" };
  await ask(origin, "/api/auth/echo", { method: "OPTIONS", headers: preflight });
  assert.equal(upstream.last().headers["access-control-request-method"], "POST");
  step("every method is the server's to answer, preflights too");

  const before = upstream.seen.length;
  for (const path of ["/api/auth", "/api/auth/keys", "/api/auth/keys", "/api/auth/keys"]) {
    assert.equal((await ask(origin, path)).status, 200);
  }
  assert.equal(upstream.seen.length, before + 4);
  step("nothing is kept: the same URL is asked for each time");

  const length = upstream.seen.length;
  for (const path of OUTSIDE) {
    await ask(origin, path);
    // Next.js resolves some of these before it looks for a route; the module behind it relies on nobody.
    const { status } = await forward({
      method: "GET",
      target: path,
      headers: new Headers(),
      body: null,
      signal: new AbortController().signal,
    });
    assert.equal(status, 404, path);
  }
  const led = upstream.seen.slice(length).map(({ url }) => url);
  assert.deepEqual(led, []);
  step("no path leads to the server's other routes");

  const started = performance.now();
  const streamed = ask(origin, "/api/auth/echo", {
    method: "POST",
    async chunks(request) {
      request.write("a".repeat(100_000));
      await sleep(1000);
      request.end("b");
    },
  });
  assert.equal((await streamed).body.length, 100_001);
  assert.ok(upstream.last().firstByteAt - started < 800, "the body was held back");
  const large = await ask(origin, "/api/auth/echo", {
    method: "POST",
    body: Buffer.alloc(6_000_000, "x"),
  });
  assert.equal(large.body.length, 6_000_000);
  step("a body streams through, a large one too");

  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write("GET /api/auth/never HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await until(() => upstream.last().url === "/api/auth/never");
  socket.destroy();
  await until(() => upstream.last().closed);
  step("a client that goes away ends the call at the server");
}

async function answers(step, { origin }) {
  const refused = await ask(origin, "/api/auth/cookies", { method: "POST" });
  assert.equal(refused.status, 401);
  assert.equal(refused.body.toString(), '{"message":"unauthorised"}');
  assert.deepEqual(refused.headers["set-cookie"], [
    "sAccessToken=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax",
    "sRefreshToken=a, b; Path=/api/auth/session/refresh; HttpOnly",
  ]);
  assert.equal(refused.headers["cache-control"], NO_STORE);
  assert.equal(refused.headers["front-token"], "remove");
  assert.equal(refused.headers["access-control-expose-headers"], "front-token");
  assert.equal(refused.headers["x-hop"], undefined);
  assert.match(refused.headers.vary, /\bOrigin\b/);
  step("status, body, each Set-Cookie and Cache-Control come back as they are");

  const moved = await ask(origin, "/api/auth/moved");
  assert.equal(moved.status, 303);
  assert.equal(moved.headers.location, "https://elsewhere.example/a?b=c");
  assert.equal(moved.headers["cache-control"], NO_STORE);
  step("a redirect is not followed");

  for (const encoding of ["identity", "gzip, br"]) {
    const headers = { "accept-encoding": encoding };
    const { body, headers: got } = await ask(origin, "/api/auth/compressed", { headers });
    if (got["content-encoding"] === undefined) {
      assert.equal(body.toString(), "text ".repeat(1000));
    } else {
      assert.equal(gunzipSync(body).toString(), "text ".repeat(1000));
    }
    assert.ok(!got["content-length"] || Number(got["content-length"]) === body.length);
  }
  step("what a server compresses unasked arrives whole, with headers that are true");

  const empty = await ask(origin, "/api/auth/empty", { method: "POST" });
  assert.deepEqual([empty.status, empty.body.length], [204, 0]);
  const head = await ask(origin, "/api/auth/cookies", { method: "HEAD" });
  assert.deepEqual([head.status, head.body.length], [401, 0]);
  const missing = await ask(origin, "/api/auth/missing");
  assert.deepEqual([missing.status, missing.body.toString()], [404, "Not found"]);
  assert.equal(missing.headers["cache-control"], NO_STORE);
  const keys = await ask(origin, "/api/auth/keys");
  assert.equal(keys.headers["cache-control"], "max-age=60, must-revalidate");
  step("no content, HEAD, 404 and what may be cached come back as the server says");

  const slow = await ask(origin, "/api/auth/slowly");
  assert.equal(slow.body.toString(), "first second");
  assert.ok(slow.at.at(-1) - slow.at[0] > 1000, "the answer was held back");
  step("an answer streams through");

  const broken = await ask(origin, "/api/auth/broken").catch(() => ({ isComplete: false }));
  assert.equal(broken.isComplete, false);
  step("half an answer is not taken for a whole one");
}

/** The server is down; the website was never told where it is; it was told nonsense. */
async function withoutServer(step, serve) {
  const down = await serve({ AUTH_SERVER_URL: `http://127.0.0.1:${await freePort()}` });
  const unreachable = await ask(down.origin, "/api/auth/session/refresh", { method: "POST" });
  await down.stop();
  assert.equal(unreachable.status, 502);
  assert.equal(unreachable.headers["cache-control"], NO_STORE);
  assert.match(unreachable.body.toString(), /cannot be reached/);
  assert.match(down.log(), /the auth server at http:\/\/127\.0\.0\.1:\d+ cannot be reached/);
  for (const [value, told] of [
    ["", /AUTH_SERVER_URL is not set/],
    ["localhost:3001", /AUTH_SERVER_URL is no http or https URL/],
  ]) {
    const untold = await serve({ AUTH_SERVER_URL: value });
    const answer = await ask(untold.origin, "/api/auth/session/refresh", { method: "POST" });
    await untold.stop();
    assert.equal(answer.status, 500);
    assert.equal(answer.headers["cache-control"], NO_STORE);
    assert.match(untold.log(), told);
  }
  step("a server that is down is a 502, an address that is missing a 500; neither may be kept");
}

async function until(condition) {
  for (let tries = 0; !condition(); tries += 1) {
    assert.ok(tries < 100, `not within five seconds: ${condition}`);
    await sleep(50);
  }
}
