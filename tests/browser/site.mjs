// The two origins of a test: the API, which is the generated server with an application's routes, and
// the website, which serves one bundled page under every path.

import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { createServer, request as httpRequest } from "node:http";
import { connect, createServer as createSocket } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { build } from "esbuild";

async function freePort() {
  const socket = createSocket();
  await new Promise((done) => socket.listen(0, "127.0.0.1", done));
  const { port } = socket.address();
  await new Promise((done) => socket.close(done));
  return port;
}

const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

const listens = (port) =>
  new Promise((answer) => {
    const socket = connect(port, "127.0.0.1", () => answer(true));
    socket.on("error", () => answer(false)).on("connect", () => socket.end());
  });

/** Starts the server in `binary` for a website at `website`. */
async function startApi(binary, website, proxy, variables) {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "auth-browser-"));
  const outbox = join(folder, "mail");
  const address = `http://127.0.0.1:${port}`;
  const origin = proxy ? website : `http://localhost:${port}`;
  const child = spawn(binary, {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      AUTH_LISTEN_ADDR: `127.0.0.1:${port}`,
      API_DOMAIN: origin,
      WEBSITE_DOMAIN: website,
      DATABASE_URL: `sqlite://${join(folder, "auth.db")}`,
      AUTH_MAIL_OUTBOX: outbox,
      ...variables,
    },
  });
  let log = "";
  child.stdout.on("data", (data) => (log += data));
  child.stderr.on("data", (data) => (log += data));
  for (let tries = 0; !(await listens(port)); tries += 1) {
    if (child.exitCode !== null || tries > 200) {
      child.kill();
      throw new Error(`the server does not start:\n${log}`);
    }
    await sleep(50);
  }
  return {
    origin,
    address,
    log: () => log,
    /** The links in the newest mail to an address. */
    async links(to) {
      for (let tries = 0; tries < 100; tries += 1) {
        const files = (await readdir(outbox).catch(() => [])).filter((name) => /\.eml$/.test(name));
        const dated = await Promise.all(
          files.map(async (name) => [(await stat(join(outbox, name))).mtimeMs, name]),
        );
        for (const [, name] of dated.sort((a, b) => b[0] - a[0])) {
          const mail = readable(await readFile(join(outbox, name), "utf8"));
          if (mail.includes(to)) {
            return mail.match(/https?:\/\/\S+/g) ?? [];
          }
        }
        await sleep(50);
      }
      throw new Error(`no mail to ${to}`);
    },
    async stop() {
      child.kill();
      await new Promise((done) => (child.exitCode === null ? child.on("exit", done) : done()));
      await rm(folder, { recursive: true });
    },
  };
}

/** A mail without its transfer encoding. */
function readable(mail) {
  if (!/content-transfer-encoding: quoted-printable/i.test(mail)) {
    return mail;
  }
  return mail
    .replace(/=\r?\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** The entries of a generated client by the names that pages import. */
function aliases(client) {
  return {
    "auth-client/login": resolve(client, "js/login.js"),
    "auth-client/react": resolve(client, "js/react.js"),
    "auth-client": resolve(client, "js/index.js"),
  };
}

/**
 * A proxy to the API for requests of an SDK, which all say how tokens travel. `cache` makes it one
 * that keeps the auth APIs' answers by URL, whatever the method, unless Cache-Control forbids that.
 */
class Proxy {
  constructor(api, cache) {
    Object.assign(this, { api, cache, kept: new Map(), replayed: 0 });
  }

  /** Removes the headers that forbid to keep answers. */
  deaf = false;

  async answer(request, response) {
    const kept = this.kept.get(request.url);
    if (kept !== undefined) {
      this.replayed += 1;
    }
    const { status, headers, body } = kept ?? (await this.forward(request));
    response.writeHead(status, headers);
    response.end(body);
  }

  async forward(request) {
    const chunks = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    const { promise, resolve: done } = withResolvers();
    const { method, url, headers } = request;
    const forwarded = httpRequest(this.api + url, { method, headers }, done);
    forwarded.end(Buffer.concat(chunks));
    const answer = await promise;
    const parts = [];
    for await (const part of answer) {
      parts.push(part);
    }
    const result = {
      status: answer.statusCode,
      headers: answer.rawHeaders,
      body: Buffer.concat(parts),
    };
    const may = this.deaf || !/no-store|private/.test(answer.headers["cache-control"] ?? "");
    // What the application answers is the application's to protect.
    if (this.cache && may && url.startsWith("/auth/") && result.status === 200) {
      this.kept.set(url, result);
    }
    return result;
  }
}

function withResolvers() {
  let resolve;
  const promise = new Promise((done) => (resolve = done));
  return { promise, resolve };
}

/**
 * A website with `page` bundled for it, and its API: on another origin, or behind a proxy on the
 * same one (`proxy`: "plain" or "caching").
 */
export async function startSite({ page, mode, binary, client, proxy, variables = {} }) {
  let html = "";
  let script = "";
  let between;
  const server = createServer((request, response) => {
    if (between !== undefined && request.headers["st-auth-mode"] !== undefined) {
      between.answer(request, response).catch(() => response.destroy());
      return;
    }
    const isScript = request.url.startsWith("/page.js");
    response.writeHead(200, {
      "content-type": isScript ? "text/javascript; charset=utf-8" : "text/html; charset=utf-8",
    });
    response.end(isScript ? script : html);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const website = `http://localhost:${server.address().port}`;
  const api = await startApi(binary, website, proxy, variables);
  between = proxy && new Proxy(api.address, proxy === "caching");
  const { outputFiles } = await build({
    entryPoints: [new URL(`pages/${page}.js`, import.meta.url).pathname],
    bundle: true,
    write: false,
    format: "esm",
    define: {
      API: JSON.stringify(api.origin),
      MODE: JSON.stringify(mode),
      "process.env.NODE_ENV": '"production"',
    },
    alias: client === undefined ? {} : aliases(client),
    // The generated client has no dependencies installed beside it.
    nodePaths: [new URL("node_modules", import.meta.url).pathname],
    logLevel: "error",
  });
  script = outputFiles[0].text;
  html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>test</title>
    <link rel="icon" href="data:,"><div id="root"></div>
    <script type="module" src="/page.js"></script>`;
  return {
    api,
    website,
    proxy: between,
    async stop() {
      await api.stop();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
