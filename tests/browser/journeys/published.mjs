// A server out of the published FDI description: it lacks behaviour for operations that pages ask for after a sign-in.

import assert from "node:assert/strict";

import { PASSWORD, press } from "../visit.mjs";

export async function published(visit) {
  const { page, email } = visit;
  await visit.open("/auth");
  if (visit.run.page === "login") {
    await press(page, "Create an account");
    await page.getByLabel("Email", { exact: true }).fill(email);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "You are signed in", exact: true }).waitFor();
    assert.equal(await page.getByRole("alert").filter({ hasText: /./ }).count(), 0);
    visit.step("sign-up ends with a session, without the steps that the server does not have");
    const log = visit.site.api.log();
    const named = log.match(/a page requests PUT \/auth\S* and nothing answers `\w+`/g) ?? [];
    assert.equal(new Set(named).size, named.length, log);
    assert.ok(named.length > 0, log);
    visit.step("the server names what the page requested and it does not have, once");
    return;
  }
  await page.getByText("Sign Up", { exact: true }).click();
  await page.locator('input[name="email"]').fill(email);
  await page.locator('input[name="password"]').fill(PASSWORD);
  await page.locator("button[data-supertokens~=button]").click();
  await page.locator("#home").waitFor();
  assert.equal(await visit.app("call"), 200);
  visit.step("sign-up ends with a session");
}
