// The login page of `auth-gen dev`, as a newcomer finds it: on a wide screen and a phone, light and dark.
//
//   AUTH_GEN=<the generator> AUTH_PROJECT=<folder with an auth-gen.toml> node dev.mjs [folder for screenshots]
//
// `dev` builds the server of that project, with what is built of it already.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { freePort, start } from "./api.mjs";
import { launch } from "./browser.mjs";
import { newcomer } from "./journeys/newcomer.mjs";
import { Visit } from "./visit.mjs";

const SCREENS = [
  { name: "wide", colorScheme: "light", viewport: { width: 1080, height: 700 } },
  { name: "dark", colorScheme: "dark", viewport: { width: 1080, height: 700 } },
  { name: "phone", colorScheme: "light", viewport: { width: 360, height: 740 }, hasTouch: true },
];

const { AUTH_GEN: generator, AUTH_PROJECT: project } = process.env;
assert.ok(generator && project, "AUTH_GEN and AUTH_PROJECT name the generator and a project");
const pictures = process.argv[2];
if (pictures !== undefined) {
  await mkdir(pictures, { recursive: true });
}

const port = process.env.API_PORT ?? (await freePort());
const websitePort = process.env.WEBSITE_PORT ?? (await freePort());
const website = `http://localhost:${websitePort}`;
const api = { origin: `http://localhost:${port}` };
const env = {
  ...process.env,
  API_DOMAIN: api.origin,
  WEBSITE_DOMAIN: website,
  AUTH_PASSWORDLESS_CONTACT_METHOD: "EMAIL_OR_PHONE",
};
const dev = await start(generator, ["dev"], { cwd: project, env }, websitePort, 300);

const browser = await launch();
let failed = 0;
await Promise.all(
  SCREENS.map(async ({ name, ...options }) => {
    const { context, close } = await browser.open({ ...options, deviceScaleFactor: 2 });
    const visit = await Visit.start({ api, base: "/auth", website }, context, { mode: "cookie" });
    const shot = async (what, page = visit.page) => {
      if (pictures !== undefined) {
        await page.screenshot({ path: join(pictures, `${what}-${name}.png`) });
      }
    };
    try {
      await newcomer(visit, shot);
    } catch (error) {
      failed += 1;
      visit.log.push(`not ok  ${error.stack}\n${visit.console.join("\n")}\n${dev.log()}`);
      await visit.page.screenshot({ path: `failed-dev-${name}.png` });
    }
    console.log(`\nauth-gen dev, ${name}\n${visit.log.join("\n")}`);
    await close();
  }),
);
await browser.close();
await dev.stop();
console.log(`\n${SCREENS.length} screens, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
