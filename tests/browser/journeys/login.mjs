// The generated login form, with the keyboard alone.

import assert from "node:assert/strict";

import { NEW_PASSWORD, PASSWORD, press as pressButton } from "../visit.mjs";
import { session, stranger, tabs } from "./session.mjs";

export async function login(visit) {
  const { page, email } = visit;
  const field = (label) => page.getByLabel(label, { exact: true });
  const press = (name) => pressButton(page, name);
  const heading = (name) => page.getByRole("heading", { name }).waitFor();
  const fill = async (fields) => {
    for (const [label, value] of Object.entries(fields)) {
      await field(label).fill(value);
    }
    await page.keyboard.press("Enter");
  };

  const status = (text) => page.locator("#status").getByText(text).waitFor();

  await visit.open("/auth");
  await heading("Sign in");
  await status("signedOut");
  await fill({ Email: "", Password: "" });
  assert.equal(await field("Email").getAttribute("aria-invalid"), "true");
  assert.equal(await field("Email").evaluate((input) => input.matches(":focus")), true);
  visit.step("empty fields are named, and the first one has the focus");
  await stranger(visit);

  await fill({ Email: email, Password: "wrong password 1" });
  await page.getByRole("alert").getByText("The email address or the password is wrong.").waitFor();
  visit.step("a wrong password is refused");

  await press("Create an account");
  await heading("Create your account");
  assert.equal(await field("Email").inputValue(), email);
  await fill({ Password: "short" });
  await page.getByText("Password must contain at least 8 characters").waitFor();
  await fill({ Password: PASSWORD });
  await heading("You are signed in");
  visit.step("a weak password is refused, a good one signs up");

  await status(`signedIn ${(await visit.app("session")).userId}`);
  visit.step("a React component sees the session");

  await session(visit);
  await heading("Sign in");
  await status("signedOut");
  visit.step("who is signed out sees the form again");

  await press("Create an account");
  await fill({ Email: email, Password: PASSWORD });
  await page.getByText("This email already exists").waitFor();
  await press("I have an account");
  await field("Password").fill(PASSWORD);
  await press("Show password");
  assert.equal(await field("Password").getAttribute("type"), "text");
  await field("Password").press("Enter");
  await heading("You are signed in");
  visit.step("a taken address; sign in");

  await tabs(visit);
  await heading("Sign in");

  await press("Forgot your password?");
  await fill({ Email: email });
  await heading("Look into your mail");
  await visit.openLink();
  await heading("Choose a new password");
  await fill({ "New password": NEW_PASSWORD });
  await heading("Your password is set");
  assert.equal(new URL(page.url()).search, "");
  await press("Back to sign in");
  await fill({ Email: email, Password: PASSWORD });
  await page.getByRole("alert").getByText("The email address or the password is wrong.").waitFor();
  await fill({ Email: email, Password: NEW_PASSWORD });
  await heading("You are signed in");
  await press("Sign out");
  await heading("Sign in");
  visit.step("password reset, and the form's own sign out");
}
