// The generated server under test, with the routes of its example application, and its mails.

import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export async function freePort() {
  const socket = createServer();
  await new Promise((done) => socket.listen(0, "127.0.0.1", done));
  const { port } = socket.address();
  await new Promise((done) => socket.close(done));
  return port;
}

export const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

const listens = (port) =>
  new Promise((answer) => {
    const socket = connect(port, "127.0.0.1", () => answer(true));
    socket.on("error", () => answer(false)).on("connect", () => socket.end());
  });

/** Starts a program that is to listen on `port`, and waits until it does, `patience` seconds at most. */
export async function start(command, args, options, port, patience = 30) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  let log = "";
  child.stdout.on("data", (data) => (log += data));
  child.stderr.on("data", (data) => (log += data));
  const ended = new Promise((done) => child.once("exit", done));
  for (let tries = 0; !(await listens(port)); tries += 1) {
    if (child.exitCode !== null || tries > patience * 20) {
      child.kill();
      throw new Error(`${command} does not start:\n${log}`);
    }
    await sleep(50);
  }
  return {
    log: () => log,
    async stop() {
      child.kill();
      await ended;
    },
  };
}

/**
 * Starts the server in `binary` for a website. `origin` is where browsers find the API, if that is not the
 * server itself.
 */
export async function startApi(binary, website, origin, variables) {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "auth-browser-"));
  const outbox = join(folder, "mail");
  const api = origin ?? `http://localhost:${port}`;
  const env = {
    ...process.env,
    AUTH_LISTEN_ADDR: `127.0.0.1:${port}`,
    API_DOMAIN: api,
    WEBSITE_DOMAIN: website,
    DATABASE_URL: `sqlite://${join(folder, "auth.db")}`,
    AUTH_MAIL_OUTBOX: outbox,
    AUTH_LIMITS: "off",
    ...variables,
  };
  const server = await start(binary, [], { env }, port);
  return {
    origin: api,
    address: `http://127.0.0.1:${port}`,
    log: server.log,
    /** The links in the newest message to an address, as soon as there are `count` of such messages. */
    async links(to, count = 1) {
      return (await this.mail(to, count)).match(/https?:\/\/\S+/g) ?? [];
    },
    /** The newest mail to an address or text message to a number, as soon as there are `count` of them. */
    async mail(to, count) {
      for (let tries = 0; tries < 200; tries += 1) {
        const own = (await mails(outbox)).filter((mail) => mail.includes(to));
        if (own.length >= count) {
          return own[0];
        }
        await sleep(50);
      }
      throw new Error(`not ${count} messages to ${to}`);
    },
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** All mails and text messages, the newest first. */
async function mails(outbox) {
  const files = (await readdir(outbox).catch(() => [])).filter((name) => /\.(eml|txt)$/.test(name));
  const dated = await Promise.all(
    files.map(async (name) => [(await stat(join(outbox, name))).mtimeMs, name]),
  );
  dated.sort(([one], [other]) => other - one);
  return Promise.all(
    dated.map(async ([, name]) => readable(await readFile(join(outbox, name), "utf8"))),
  );
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
