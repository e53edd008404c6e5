// The HTML of every mail in every language, as the page `/dev/messages` of the server has it, on a screen of 320 pixels, light
// and dark: it is as wide as the screen, loads nothing, and axe-core finds nothing.
//
//   AUTH_APP=<the server's example application> node messages.mjs [folder for pictures of the English mails]

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { freePort, startApi } from "./api.mjs";
import { findings, WCAG } from "./audit.mjs";
import { launch } from "./browser.mjs";

const WIDTH = 320;

const { AUTH_APP: app } = process.env;
assert.ok(app, "AUTH_APP names the server");
const pictures = process.argv[2];
if (pictures !== undefined) {
  await mkdir(pictures, { recursive: true });
}

const api = await startApi(app, `http://localhost:${await freePort()}`, undefined, {});
const browser = await launch();
const { context, close } = await browser.open({
  viewport: { width: WIDTH, height: 100 },
});
const page = await context.newPage();
const problems = [];
page.on("console", (message) => problems.push(message.text()));
const requests = [];
page.on("request", (request) => requests.push(request.url()));

/** The mails of the page, each with the name of its text: the last sample, which shows all that a mail may have. */
async function mails() {
  await page.goto(`${api.address}/dev/messages`);
  const samples = await page.$$eval("article:has(iframe)", (articles) =>
    articles.map((article) => [
      article.querySelector("h2").textContent,
      article.querySelector("iframe").srcdoc,
    ]),
  );
  assert.ok(samples.length > 0, "there are mails");
  // Its policy lets it show them.
  const frame = page.frames()[1];
  assert.match(await frame.evaluate(() => document.body.innerText), /Email|Password|E-Mail/i);
  return new Map(samples);
}

async function look(name, html, colorScheme) {
  await page.emulateMedia({ colorScheme });
  await page.goto("about:blank");
  requests.length = 0;
  await page.setContent(html);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= WIDTH, `${name} is ${width} pixels wide`);
  const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const lightness = Math.max(...background.match(/\d+/g).map(Number));
  assert.ok(colorScheme === "dark" ? lightness < 64 : lightness > 192, `${name}: ${background}`);
  assert.deepEqual(await findings(page, WCAG), [], `${name}, ${colorScheme}`);
  assert.deepEqual(requests, [], `${name} loads nothing`);
  if (pictures !== undefined && name.includes(".en.")) {
    const picture = `${name.replace(".en.txt", "")}-${colorScheme}.png`;
    await page.screenshot({ path: join(pictures, picture), fullPage: true });
  }
}

try {
  const all = await mails();
  for (const [name, html] of all) {
    for (const colorScheme of ["light", "dark"]) {
      await look(name, html, colorScheme);
    }
  }
  assert.deepEqual(problems, []);
  console.log(`${all.size} mails, light and dark`);
} finally {
  await close();
  await browser.close();
  await api.stop();
}
