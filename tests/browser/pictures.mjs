// The pictures of the README and the guide, made from `auth-gen dev` as it runs.
//
//   AUTH_GEN=<the generator> AUTH_PROJECT=<folder with an auth-gen.toml> node pictures.mjs [--check]
//
// The accounts are new ones: delete `.auth-gen` of a project that has run before. With `--check` nothing is written: the terminal of the README has to be that of today, but for numbers and folders.

import assert from "node:assert/strict";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { freePort, sleep, start } from "./api.mjs";
import { launch } from "./browser.mjs";
import { newcomer } from "./journeys/newcomer.mjs";
import { Visit } from "./visit.mjs";

/** What `newcomer` shows, and where its picture stands. */
const SCREENSHOTS = {
  session: ".github/login.png",
  outbox: ".github/outbox.png",
  provider: "docs/provider.png",
};
const WIDTH = 112;

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** CI runs a copy of this folder. */
const terminalPath = process.env.TERMINAL ?? join(root, ".github/dev.svg");
const { AUTH_GEN: generator, AUTH_PROJECT: project } = process.env;
assert.ok(generator && project, "AUTH_GEN and AUTH_PROJECT name the generator and a project");
const isCheck = process.argv.includes("--check");

const [apiPort, websitePort] = isCheck ? [await freePort(), await freePort()] : [3001, 3000];
const website = `http://localhost:${websitePort}`;
const api = { origin: `http://localhost:${apiPort}` };
const env = {
  ...process.env,
  API_DOMAIN: api.origin,
  WEBSITE_DOMAIN: website,
  AUTH_PASSWORDLESS_CONTACT_METHOD: "EMAIL_OR_PHONE",
};
const dev = await start(generator, ["dev"], { cwd: project, env }, websitePort, 900);
try {
  await draw();
} finally {
  await dev.stop();
}

async function draw() {
  const svg = drawing(await terminal());
  if (isCheck) {
    const known = await readFile(terminalPath, "utf8");
    assert.equal(masked(svg), masked(known), `node pictures.mjs renews .github/dev.svg`);
    return;
  }
  await writeFile(terminalPath, svg);
  const folder = await mkdtemp(join(tmpdir(), "auth-pictures-"));
  const browser = await launch();
  const { context } = await browser.open({
    colorScheme: "light",
    deviceScaleFactor: 2,
    viewport: { width: 1080, height: 700 },
  });
  const visit = await Visit.start({ api, base: "/auth", website }, context, { mode: "cookie" });
  visit.email = "ada@example.com";
  const shot = async (what, page = visit.page) => {
    await page.screenshot({ path: join(folder, `${what}.png`) });
  };
  await newcomer(visit, shot);
  await browser.close();
  for (const [what, place] of Object.entries(SCREENSHOTS)) {
    await copyFile(join(folder, `${what}.png`), join(root, place));
  }
  await rm(folder, { recursive: true });
}

/** The lines of the terminal: the class of each, or of its parts, with their texts. */
async function terminal() {
  const end = "Ctrl-C stops the server.";
  for (let tries = 0; !dev.log().includes(end) && tries < 200; tries += 1) {
    await sleep(50);
  }
  const printed = dev.log().split("\n");
  const first = printed.findIndex((line) => line.startsWith("  login "));
  const last = printed.findIndex((line) => line.includes(end));
  assert.ok(first >= 0 && last > first, dev.log());
  const lines = [command("cargo run --release -- dev")];
  lines.push(...printed.filter((line) => line.startsWith("building ")).map(dim));
  lines.push([["g", "   Compiling …"]], []);
  for (const line of printed.slice(first, last + 1)) {
    lines.push(parts(line));
  }
  const at = printed.findIndex((line) => line.trim() === "sign up:");
  const [call, body] = printed.slice(at + 1, at + 3);
  const answer = await fetch(/http\S+/.exec(call)[0], {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: /'(.*)'/.exec(body)[1],
  });
  const text = await answer.text();
  assert.equal(JSON.parse(text).status, "OK", text);
  lines.push("line", command(call.trim()), [["t", body]]);
  for (let from = 0; from < text.length; from += WIDTH) {
    lines.push([["a", text.slice(from, from + WIDTH)]]);
  }
  return lines;
}

/** A line of what `dev` prints: a place with its name, a command to try, or other words. */
function parts(line) {
  const [, name, place] = /^( {2}\w+ +)(\S.*)$/.exec(line) ?? [];
  if (name?.length === 12) {
    return [
      ["k", name],
      ["u", place],
    ];
  }
  return /^ {2}(curl|  )/.test(line) ? [["t", line]] : dim(line);
}

function command(text) {
  return [
    ["g", "$ "],
    ["b", text],
  ];
}

function dim(text) {
  return [["d", text]];
}

/** A terminal in light and dark, as GitHub shows them. */
function drawing(lines) {
  const escaped = (text) =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const width = 44 + WIDTH * 7.86;
  let y = 52;
  const drawn = lines.map((line) => {
    if (line === "line") {
      y += 28;
      return `<line x1="0" x2="${width}" y1="${y - 30}" y2="${y - 30}"/>`;
    }
    const parts = line.map(([kind, text]) => `<tspan class="${kind}">${escaped(text)}</tspan>`);
    y += 20;
    return `<text x="22" y="${y - 20}" xml:space="preserve">${parts.join("")}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" role="img" aria-label="auth-gen dev in a terminal">
<style>
rect.w{fill:#f6f8fa;stroke:#d0d7de}line{stroke:#d0d7de}
text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre;fill:#1f2328}
.d,.k{fill:#59636e}.g{fill:#1a7f37}.u{fill:#0550ae}.a{fill:#6639ba}.b{font-weight:700}
@media (prefers-color-scheme:dark){rect.w{fill:#0d1117;stroke:#3d444d}line{stroke:#3d444d}
text{fill:#f0f6fc}.d,.k{fill:#9198a1}.g{fill:#3fb950}.u{fill:#79c0ff}.a{fill:#d2a8ff}}
</style>
<rect class="w" x=".5" y=".5" width="${width - 1}" height="${y - 1}" rx="9"/>
<circle cx="22" cy="20" r="6" fill="#ff5f57"/><circle cx="42" cy="20" r="6" fill="#febc2e"/><circle cx="62" cy="20" r="6" fill="#28c840"/>
${drawn.join("\n")}
</svg>
`;
}

/** Without what differs from run to run and from project to project. */
function masked(svg) {
  return svg
    .replace(/`[^`]*`/g, "`out`")
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "id")
    .replace(/[^\s>]*auth\.db/g, "auth.db")
    .replace(/\d+/g, "0");
}
