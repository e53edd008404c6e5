// Users who sign up with more than an address and a password.

import assert from "node:assert/strict";

import { audit } from "../audit.mjs";
import { PASSWORD, press as pressButton } from "../visit.mjs";

const REFUSAL = "Write a number";

/** What the server declares, in the form of `AUTH_FORM_FIELDS`. */
export const DECLARED = [
  { id: "nickname" },
  { id: "age", optional: true, pattern: "^[0-9]{1,3}$", error: REFUSAL },
];

/** With `<auth-login>`, by keyboard, and with an audit of its form. */
export async function login(visit) {
  const { page, email } = visit;
  const fill = async (fields) => {
    for (const [label, value] of Object.entries(fields)) {
      await page.getByLabel(label, { exact: true }).fill(value);
    }
    await page.keyboard.press("Enter");
  };
  await visit.open("/auth");
  await pressButton(page, "Create an account");
  await page.getByRole("heading", { name: "Create your account", exact: true }).waitFor();
  await audit(page, "a form with further fields");
  await fill({ Email: email, Password: PASSWORD, nickname: "Ada", age: "old" });
  await page.getByText(REFUSAL).waitFor();
  assert.equal(await visit.app("session"), undefined);
  visit.step("what the server refuses is shown at its field");
  await fill({ age: "36" });
  await page.getByRole("heading", { name: "You are signed in", exact: true }).waitFor();
  assert.equal(await visit.app("call"), 200);
  visit.step("further fields sign up");
}

/** With the widget of supertokens-auth-react. */
export async function widget(visit) {
  const { page, email } = visit;
  const fill = async (fields) => {
    for (const [name, value] of Object.entries(fields)) {
      await page.locator(`input[name="${name}"]`).fill(value);
    }
    await page.locator("button[data-supertokens~=button]").click();
  };
  await visit.open("/auth");
  await page.getByText("Sign Up", { exact: true }).click();
  await fill({ email, password: PASSWORD, nickname: "Ada", age: "old" });
  await page.getByText(REFUSAL).first().waitFor();
  assert.equal(await visit.app("session"), undefined);
  visit.step("what the server refuses is shown at its field");
  await fill({ age: "36" });
  await page.locator("#home").waitFor();
  assert.equal(await visit.app("call"), 200);
  visit.step("further fields sign up");
}
