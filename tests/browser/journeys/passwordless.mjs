// Users without a password: a code that is typed, and a link that another browser opens.

import assert from "node:assert/strict";

import { audit } from "../audit.mjs";
import { press as pressButton } from "../visit.mjs";

/** Another code of six digits. */
const wrong = (code) => (code === "000000" ? "111111" : "000000");

/** With the functions of an SDK. */
export async function scripted(visit) {
  await visit.open("/");
  const begun = await visit.app("sendCode", visit.email);
  assert.deepEqual(begun, { status: "OK", flowType: "USER_INPUT_CODE_AND_MAGIC_LINK" });
  const code = await visit.code(1);
  assert.deepEqual(await visit.app("signInWithCode", wrong(code)), {
    status: "INCORRECT_USER_INPUT_CODE_ERROR",
  });
  assert.equal(await visit.app("sendCodeAgain"), "OK");
  await visit.code(2);
  assert.deepEqual(await visit.app("signInWithCode", code), { status: "OK", isNew: true });
  assert.equal(await visit.app("call"), 200);
  const { userId } = await visit.app("session");
  visit.step("a wrong code is refused, and the first one signs up after a second was sent");

  await visit.app("signOut");
  await visit.app("sendCode", visit.email);
  const link = await visit.link(3);
  const other = await visit.elsewhere();
  await other.open(link);
  assert.deepEqual(await other.app("signInWithLink"), { status: "OK", isNew: false });
  assert.equal((await other.app("session")).userId, userId);
  await other.app("signOut");
  await other.open(link);
  assert.deepEqual(await other.app("signInWithLink"), { status: "RESTART_FLOW_ERROR" });
  await other.context.close();
  visit.step("a link signs the same user in with another browser, once");
}

/** With `<auth-login>`, by keyboard, and with an audit of its views. */
export async function login(visit) {
  const { page } = visit;
  const sees = (name, on = page) => on.getByRole("heading", { name, exact: true }).waitFor();
  const press = (name, on = page) => pressButton(on, name);
  const fill = async (label, value) => {
    await page.getByLabel(label, { exact: true }).fill(value);
    await page.keyboard.press("Enter");
  };
  const ask = async () => {
    await press("Send me a code instead");
    await page.getByText("There is no password to remember.").waitFor();
    await fill("Email", visit.email);
    await sees("Enter the code");
  };

  await visit.open("/auth");
  await sees("Sign in");
  await ask();
  await audit(page, "the code of a message");
  const code = await visit.code(1);
  await fill("Code", wrong(code));
  await page.getByRole("alert").getByText("That is not the code. Tries left: 4.").waitFor();
  await press("Send it again");
  await page.getByRole("status").getByText("It is on its way again.").waitFor();
  await visit.code(2);
  await fill("Code", code);
  await sees("You are signed in");
  assert.equal(await visit.app("call"), 200);
  const { userId } = await visit.app("session");
  visit.step("a wrong code is refused, and the first one signs up after a second was sent");

  await press("Sign out");
  await sees("Sign in");
  await ask();
  const link = await visit.link(3);
  const other = await visit.elsewhere();
  await other.open(link);
  await other.page.getByText("You have opened a link to sign in.").waitFor();
  await audit(other.page, "the link of a message");
  assert.equal(await other.app("session"), undefined);
  await press("Sign in here", other.page);
  await sees("You are signed in", other.page);
  assert.equal((await other.app("session")).userId, userId);
  assert.equal(new URL(other.page.url()).hash, "");
  await other.context.close();
  visit.step("another browser signs the same user in with the link, after a press");

  await fill("Code", await visit.code(3));
  await page.getByText("That took too long, or too many tries. Start again.").waitFor();
  visit.step("the code of the same message is of no more use");
}

/** With the widget of supertokens-auth-react. */
export async function widget(visit) {
  const { page } = visit;
  const home = (on = page) => on.locator("#home").waitFor();
  const submit = (on = page) => on.locator("button[data-supertokens~=button]").first().click();
  const ask = async () => {
    await page.locator('input[name="email"]').fill(visit.email);
    await submit();
    await page.locator('input[name="userInputCode"]').waitFor();
  };

  await visit.open("/auth");
  await ask();
  const code = await visit.code(1);
  await page.locator('input[name="userInputCode"]').fill(wrong(code));
  await submit();
  await page.getByText("Invalid OTP").first().waitFor();
  await page.locator('input[name="userInputCode"]').fill(code);
  await submit();
  await home();
  assert.equal(await visit.app("call"), 200);
  const { userId } = await visit.app("session");
  visit.step("a wrong code is refused, and the right one signs up");

  await visit.app("signOut");
  await visit.open("/auth");
  await ask();
  const link = await visit.link(2);
  const other = await visit.elsewhere();
  await other.open(link);
  await submit(other.page);
  await home(other.page);
  assert.equal((await other.app("session")).userId, userId);
  await other.context.close();
  visit.step("another browser signs the same user in with the link, after a click");
}
