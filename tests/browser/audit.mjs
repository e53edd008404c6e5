// An audit of what a page shows, for accessibility.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What everybody has to follow. */
export const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** What axe-core finds in the page as it is, by rules with these tags. */
export async function findings(page, tags) {
  if (!(await page.evaluate(() => "axe" in window))) {
    await page.evaluate(axe);
  }
  const { violations } = await page.evaluate(
    (runOnly) => window.axe.run(document, { runOnly }),
    tags,
  );
  return violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join("; ")}`,
  );
}

/** axe-core finds nothing in the page, in the light and in the dark. `what` names it in a failure. */
export async function audit(page, what) {
  for (const theme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: theme });
    await page.evaluate(
      (theme) => (document.body.style.background = theme === "dark" ? "#0d0e13" : "#fff"),
      theme,
    );
    assert.deepEqual(await findings(page, [...WCAG, "best-practice"]), [], `${what}, ${theme}`);
  }
  await page.emulateMedia({ colorScheme: null });
}
