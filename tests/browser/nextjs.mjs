// Next.js applications with the generated route, built and served as in production, in front of the
// generated server.
//
//   AUTH_APP=<the built example `app`> AUTH_GEN=<the generator> node nextjs.mjs [words of the titles to run]
//
// The applications are in nextjs/; README.md says what this needs.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

import { freePort, start, startApi } from "./api.mjs";
import { launch } from "./browser.mjs";
import { forwarding } from "./journeys/forwarding.mjs";
import { website } from "./journeys/website.mjs";
import { ACCESS_TOKEN_SECONDS, Visit } from "./visit.mjs";

const HERE = import.meta.dirname;
const NEXT = join(HERE, "node_modules/next/dist/bin/next");
const BASE = "/api/auth";
/** What is said of the generated files alone; `next build` checks the types of all. */
const LINTS = [
  ["eslint/bin/eslint.js", "."],
  [
    "prettier/bin/prettier.cjs",
    "--print-width",
    "100",
    "--check",
    "auth-gen/**/*.ts",
    "{app,pages}/api/auth/**/*.ts",
  ],
];
/** `visits`: the frontends that the application is driven with. */
const APPS = [
  { name: "app router", router: "app", runtime: "nodejs", visits: ["web-js", "client"] },
  { name: "pages router", router: "pages", runtime: "nodejs", visits: ["web-js", "client"] },
  { name: "app router at the edge", router: "app", runtime: "edge", visits: ["client"] },
];

const words = process.argv.slice(2);
const { AUTH_APP: binary, AUTH_GEN: generator } = process.env;
assert.ok(binary && generator, "AUTH_APP and AUTH_GEN name the server and the generator to test");
const run = promisify(execFile);

/** Puts an application together, generates into it, and builds it. */
async function build({ router, runtime }) {
  // Beside the packages: Turbopack follows no link out of its root.
  const folder = join(HERE, `next-${router}-${runtime}`);
  await rm(folder, { recursive: true, force: true });
  for (const part of [router, "shared"]) {
    await cp(join(HERE, "nextjs", part), folder, { recursive: true });
  }
  await mkdir(join(folder, "sdk"));
  for (const page of ["web-js.js", "client.js", "client-functions.js"]) {
    await cp(join(HERE, "pages", page), join(folder, "sdk", page));
  }
  await writeFile(
    join(folder, "auth-gen.toml"),
    `spec = ${JSON.stringify(resolve(process.env.AUTH_SPEC ?? "../../spec/auth.yaml"))}
app_info = "appInfo.yaml"
out = "auth"

[nextjs]
router = "${router}"
runtime = "${runtime}"
session = true
`,
  );
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" };
  const options = { cwd: folder, env };
  await run(generator, ["generate"], options);
  await run(generator, ["check"], options);
  for (const [tool, ...args] of LINTS) {
    await run(process.execPath, [join(HERE, "node_modules", tool), ...args], options).catch(
      (error) => {
        throw new Error(`${tool}\n${error.stdout}\n${error.stderr}`);
      },
    );
  }
  const { stdout } = await run(process.execPath, [NEXT, "build"], options).catch((error) => {
    throw new Error(`next build failed\n${error.stdout}\n${error.stderr}`);
  });
  // `ƒ`: rendered for each request. `○` would be an answer for all.
  assert.match(stdout, /ƒ \/api\/auth\/\[\[\.\.\.path\]\]/);
  return folder;
}

/** `next start` on a port, in front of an auth server. */
function serve(folder, port, variables) {
  const env = {
    ...process.env,
    NEXT_TELEMETRY_DISABLED: "1",
    NODE_ENV: "production",
    ...variables,
  };
  return start(
    process.execPath,
    [NEXT, "start", "-p", String(port), "-H", "127.0.0.1"],
    { cwd: folder, env },
    port,
  );
}

let failed = 0;

/** Runs one part, and prints what it found. */
async function part(title, log, work, context) {
  const started = performance.now();
  try {
    await work();
  } catch (error) {
    failed += 1;
    log.push(`not ok  ${error.stack}\n${await context()}`);
  }
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`\n${title} (${seconds}s)\n${log.join("\n")}`);
}

async function drive(app, folder) {
  const port = await freePort();
  const site = `http://localhost:${port}`;
  const variables = {
    API_BASE_PATH: BASE,
    AUTH_ACCESS_TOKEN_SECONDS: String(ACCESS_TOKEN_SECONDS),
  };
  const api = await startApi(binary, site, site, variables);
  const next = await serve(folder, port, { AUTH_SERVER_URL: api.address });
  await Promise.all(
    app.visits.map(async (page) => {
      const { context, close } = await browser.open();
      const asksFirst = page === "web-js";
      const visit = await Visit.start({ api, base: BASE, website: site }, context, {
        page,
        mode: "cookie",
        asksFirst,
      });
      await part(
        `${app.name}, ${page}`,
        visit.log,
        () => website(visit),
        async () => {
          await visit.page.screenshot({ path: `failed-${app.name}-${page}.png` });
          const traffic = visit.traffic.map(({ text }) => text).join("\n");
          return `${traffic}\n${visit.console.join("\n")}\n${next.log()}\n${api.log()}`;
        },
      );
      await close();
    }),
  );
  await next.stop();
  await api.stop();

  const log = [];
  const step = (text) => log.push(`  ok  ${text}`);
  await part(
    `${app.name}, the forwarding itself`,
    log,
    () => forwarding(step, folder, (variables) => serveFor(folder, variables)),
    () => "",
  );
}

async function serveFor(folder, variables) {
  const port = await freePort();
  const next = await serve(folder, port, variables);
  return { ...next, port, origin: `http://127.0.0.1:${port}` };
}

const wanted = APPS.filter(({ name }) => words.every((word) => name.includes(word)));
assert.ok(wanted.length > 0, "no application has such a name");
const browser = await launch();
const folders = [];
for (const app of wanted) {
  const started = performance.now();
  folders.push(await build(app));
  console.log(`${app.name}: built in ${Math.round((performance.now() - started) / 1000)}s`);
}
await Promise.all(wanted.map((app, index) => drive(app, folders[index])));
await browser.close();
console.log(`\n${wanted.length} applications, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
