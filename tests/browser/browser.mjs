// The browser, kept to this machine.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium } from "playwright-core";

/**
 * A website of a site of its own: Chromium looks no name up, and finds this one here. Cookies of the API
 * at `localhost` are those of a third party there.
 */
export const OTHER_SITE = "website.test";

const OPTIONS = {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    `--host-resolver-rules=MAP ${OTHER_SITE} 127.0.0.1 , MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1`,
  ],
};

/** The browser of all visits; `open` gives each a profile of its own, which nothing outlives. */
export async function launch() {
  const browser = await chromium.launch(OPTIONS);
  return {
    async open(options) {
      const context = await browser.newContext(options);
      return { context, close: () => context.close() };
    },
    close: () => browser.close(),
  };
}

/**
 * A profile whose user takes cookies of third parties, which is a choice of theirs and no longer Chromium's
 * default.
 */
export async function openTolerant() {
  const profile = await mkdtemp(join(tmpdir(), "auth-profile-"));
  const preferences = { profile: { cookie_controls_mode: 0, block_third_party_cookies: false } };
  await mkdir(join(profile, "Default"));
  await writeFile(join(profile, "Default/Preferences"), JSON.stringify(preferences));
  const context = await chromium.launchPersistentContext(profile, OPTIONS);
  const close = async () => {
    await context.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 10 });
  };
  return { context, close };
}
