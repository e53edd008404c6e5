// An audit of what a page shows, for accessibility.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** axe-core finds nothing in the page, in the light and in the dark. `what` names it in a failure. */
export async function audit(page, what) {
  for (const theme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: theme });
    await page.evaluate(
      (theme) => (document.body.style.background = theme === "dark" ? "#0d0e13" : "#fff"),
      theme,
    );
    if (!(await page.evaluate(() => "axe" in window))) {
      await page.evaluate(axe);
    }
    const { violations } = await page.evaluate(() =>
      window.axe.run(document, {
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
      }),
    );
    const found = violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join("; ")}`,
    );
    assert.deepEqual(found, [], `${what}, ${theme}`);
  }
  await page.emulateMedia({ colorScheme: null });
}
