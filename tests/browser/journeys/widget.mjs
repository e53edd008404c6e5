// supertokens-auth-react through its own widget.

import assert from "node:assert/strict";

import { NEW_PASSWORD, PASSWORD } from "../visit.mjs";
import { session, stranger, tabs } from "./session.mjs";

export async function widget(visit) {
  const { page, email } = visit;
  const fill = async (fields) => {
    for (const [name, value] of Object.entries(fields)) {
      await page.locator(`input[name="${name}"]`).fill(value);
    }
    await page.locator("button[data-supertokens~=button]").click();
  };
  const says = (text) => page.getByText(text).first().waitFor();
  const home = () => page.locator("#home").waitFor();

  await visit.open("/");
  await page.waitForURL("**/auth**");
  await page.locator('input[name="email"]').waitFor();
  visit.step("a stranger is sent to the login page");
  await stranger(visit);

  await fill({ email, password: "wrong password 1" });
  await says("Incorrect email and password combination");
  visit.step("a wrong password is refused");

  await page.getByText("Sign Up", { exact: true }).click();
  await fill({ email, password: "short" });
  await says("Password must contain at least 8 characters");
  await fill({ email, password: PASSWORD });
  await home();
  visit.step("sign up");

  await visit.open("/letters");
  await page.locator("#denied").waitFor();
  visit.step("a page that asks for a claim is closed without it");
  await visit.open("/");
  await home();
  await session(visit);
  await page.waitForURL("**/auth/**");

  await page.getByText("Sign Up", { exact: true }).click();
  await fill({ email, password: PASSWORD });
  await says("This email already exists");
  visit.step("the address is taken now");

  await page.getByText("Sign In", { exact: true }).click();
  await fill({ email, password: PASSWORD });
  await home();
  assert.equal(await visit.app("call"), 200);
  visit.step("sign in");

  await tabs(visit);
  await page.waitForURL("**/auth/**");

  await visit.open("/auth/reset-password");
  await fill({ email });
  await says("A password reset email has been sent to");
  await visit.openLink();
  await fill({ password: NEW_PASSWORD, "confirm-password": NEW_PASSWORD });
  await says("Your password has been updated successfully");
  await visit.open("/auth");
  await fill({ email, password: PASSWORD });
  await says("Incorrect email and password combination");
  await fill({ email, password: NEW_PASSWORD });
  await home();
  visit.step("password reset");

  await visit.app("signOut");
}
