// The login page of `auth-gen dev`, with its session panel, its outbox, and the keyboard.

import assert from "node:assert/strict";

import { audit } from "../audit.mjs";
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
  await page.locator("auth-login").getByText(email, { exact: true }).waitFor();
  assert.deepEqual(await page.evaluate(FOCUS), { name: "title", isMarked: false });
  const shown = await page.locator("#facts").textContent();
  const claims = JSON.parse(await page.locator("#claims pre").textContent());
  assert.ok(shown.includes(claims.sub) && shown.includes(claims.sessionHandle), shown);
  await page.locator("#events").getByText("created").waitFor();
  visit.step("sign up; the card shows the address without a box around its title, the panel the session and its claims");

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
  const outbox = await openOutbox(visit);
  const link = outbox.locator("article", { hasText: email }).getByRole("link").first();
  await shows(outbox, link);
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

  await press("Sign out");
  await heading("Sign in");
  await withProvider(visit, shot);
  await press("Sign out");
  await heading("Sign in");
  await byTextMessage(visit, shot);
  assert.deepEqual(
    visit.console.filter((line) => !line.includes("Failed to load resource")),
    [],
  );
}

/** Through the provider of `auth-gen dev`. */
async function withProvider(visit, shot) {
  const { page, email } = visit;
  const heading = (name) => page.getByRole("heading", { name, exact: true }).waitFor();
  await pressButton(page, "Continue with Example");
  await heading("Sign in with Example");
  assert.ok(["127.0.0.1", "localhost"].includes(new URL(page.url()).hostname), page.url());
  await page.getByText("This provider is a part of auth-gen dev").waitFor();
  await fits(page);
  await shot("provider");
  await audit(page, "the page of the provider");
  await pressButton(page, "Cancel");
  await page.getByRole("alert").getByText("Example has not let you in.").waitFor();
  await pressButton(page, "Back to sign in");
  await pressButton(page, "Continue with Example");
  await page.getByLabel("Email address").fill(`at-example+${email}`);
  await page.keyboard.press("Enter");
  await heading("You are signed in");
  await page.locator("#state").getByText("signed in", { exact: true }).waitFor();
  assert.equal(new URL(page.url()).search, "");
  visit.step("a provider on this machine signs in with any address, and can be cancelled");
}

/** With a code that comes as a text message. */
async function byTextMessage(visit, shot) {
  const { page } = visit;
  const heading = (name) => page.getByRole("heading", { name, exact: true }).waitFor();
  const digits = String(Math.floor(Math.random() * 1e6)).padStart(6, "0");
  await pressButton(page, "Send me a code instead");
  await page.getByLabel("Email or phone number", { exact: true }).fill(`+36 20 1${digits}`);
  await page.keyboard.press("Enter");
  await heading("Enter the code");
  const outbox = await openOutbox(visit);
  const message = outbox.locator("article", { hasText: `To +36201${digits}` }).first();
  await shows(outbox, message);
  await message.getByRole("heading", { name: "Text message" }).waitFor();
  await fits(outbox);
  await shot("messages", outbox);
  const [code] = /\d{6}(?= is your code)/.exec(await message.textContent());
  await outbox.close();
  await page.getByLabel("Code", { exact: true }).fill(code);
  await page.keyboard.press("Enter");
  await heading("You are signed in");
  visit.step("the outbox shows the text message, and its code signs in");
}

/** The outbox, in a tab of its own. */
async function openOutbox({ page, context }) {
  const [outbox] = await Promise.all([
    context.waitForEvent("page"),
    page.getByRole("link", { name: "Outbox" }).press("Enter"),
  ]);
  return outbox;
}

/** Waits until the outbox shows something: it shows what was sent when it was opened, and more may be on its way. */
async function shows(outbox, locator) {
  for (let tries = 0; tries < 50 && (await locator.count()) === 0; tries += 1) {
    await outbox.waitForTimeout(100);
    await outbox.reload();
  }
  await locator.waitFor();
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
  for (let presses = 0; presses < 18; presses += 1) {
    await page.keyboard.press("Tab");
    const { name, isMarked } = await page.evaluate(FOCUS);
    reached.set(name, isMarked);
  }
  for (const name of ["outbox", "jwks", "Sign in", "Create an account", "Forgot your password?"]) {
    assert.equal(reached.get(name), true, `${name} among ${JSON.stringify([...reached])}`);
  }
}
