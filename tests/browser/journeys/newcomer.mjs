// The login page of `auth-gen dev`, with its session panel, its outbox, and the keyboard.

import assert from "node:assert/strict";

import { NEW_PASSWORD, PASSWORD, press as pressButton } from "../visit.mjs";

export async function newcomer(visit, shot) {
  const { page, email } = visit;
  const field = (label) => page.getByLabel(label, { exact: true });
  const heading = (name) => page.getByRole("heading", { name, exact: true }).waitFor();
  const press = (name) => pressButton(page, name);
  const state = (text) => page.locator("#state").getByText(text, { exact: true }).waitFor();
  const fill = async (fields) => {
    for (const [label, value] of Object.entries(fields)) {
      await field(label).fill(value);
    }
    await page.keyboard.press("Enter");
  };

  await page.goto(visit.site.website);
  assert.equal(new URL(page.url()).pathname, "/auth");
  await heading("Sign in");
  await state("signed out");
  assert.match(await page.title(), /^Sign in · \w/);
  assert.equal(await field("Email").evaluate((input) => input.matches(":focus")), true);
  await fits(page);
  await shot("form");
  visit.step("the website leads to the form, and the form has the focus");

  await tabsThrough(page);
  visit.step("Tab reaches everything that can be pressed, and shows where it is");

  await press("Create an account");
  await fill({ Email: email, Password: PASSWORD });
  await heading("You are signed in");
  await state("signed in");
  const shown = await page.locator("#facts").textContent();
  const claims = JSON.parse(await page.locator("#claims pre").textContent());
  assert.ok(shown.includes(claims.sub) && shown.includes(claims.sessionHandle), shown);
  await page.locator("#events").getByText("created").waitFor();
  visit.step("sign up; the panel shows the session and its claims");

  const issued = claims.iat;
  await page.waitForTimeout(1100);
  await press("Refresh now");
  await page.locator("#events").getByText("refreshed").waitFor();
  await page.waitForFunction(
    (before) => JSON.parse(document.querySelector("#claims pre").textContent).iat > before,
    issued,
  );
  await page.mouse.click(5, 5);
  await shot("session");
  await page.locator("#claims summary").press("Enter");
  await fits(page);
  await page.locator("#claims summary").press("Enter");
  visit.step("the session is refreshed by hand");

  await press("Sign out");
  await heading("Sign in");
  await state("signed out");
  await press("Forgot your password?");
  await fill({ Email: email });
  await heading("Look into your mail");
  const [outbox] = await Promise.all([
    visit.context.waitForEvent("page"),
    page.getByRole("link", { name: "Outbox" }).press("Enter"),
  ]);
  const link = outbox.locator("article", { hasText: email }).getByRole("link").first();
  // The page shows what was sent when it was opened, and the mail may still be on its way.
  for (let tries = 0; tries < 50 && (await link.count()) === 0; tries += 1) {
    await outbox.waitForTimeout(100);
    await outbox.reload();
  }
  await link.waitFor();
  await fits(outbox);
  await shot("outbox", outbox);
  await link.press("Enter");
  await outbox.getByRole("heading", { name: "Choose a new password" }).waitFor();
  await outbox.getByLabel("New password", { exact: true }).fill(NEW_PASSWORD);
  await outbox.keyboard.press("Enter");
  await outbox.getByRole("heading", { name: "Your password is set" }).waitFor();
  await outbox.close();
  visit.step("the outbox shows the mail, and its link sets a new password");

  await press("Back to sign in");
  await fill({ Email: email, Password: PASSWORD });
  await page.getByRole("alert").getByText("The email address or the password is wrong.").waitFor();
  await fill({ Email: email, Password: NEW_PASSWORD });
  await heading("You are signed in");
  visit.step("the new password signs in, the old one does not");
  assert.deepEqual(
    visit.console.filter((line) => !line.includes("Failed to load resource")),
    [],
  );
}

/** Nothing is cut off, and nothing has to be moved sideways. */
async function fits(page) {
  const [content, window] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  assert.ok(content <= window, `${content} pixels in ${window}`);
}

/** The focus of the whole document, inside of shadow roots too. */
const FOCUS = () => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) {
    element = element.shadowRoot.activeElement;
  }
  const { outlineStyle, boxShadow } = getComputedStyle(element);
  return {
    name: element.id || element.getAttribute("name") || element.textContent.trim(),
    isMarked: outlineStyle !== "none" || boxShadow !== "none",
  };
};

async function tabsThrough(page) {
  const reached = new Map();
  for (let presses = 0; presses < 15; presses += 1) {
    await page.keyboard.press("Tab");
    const { name, isMarked } = await page.evaluate(FOCUS);
    reached.set(name, isMarked);
  }
  for (const name of ["outbox", "jwks", "Sign in", "Create an account", "Forgot your password?"]) {
    assert.equal(reached.get(name), true, `${name} among ${JSON.stringify([...reached])}`);
  }
}
