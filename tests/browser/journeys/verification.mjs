// Users who prove their email addresses, where the server demands it and where it does not. Two users each: the
// first opens the link in another browser, which has no session, the second in the same browser.

import assert from "node:assert/strict";

import { audit } from "../audit.mjs";
import { PASSWORD, press as pressButton } from "../visit.mjs";

const INVALID = "EMAIL_VERIFICATION_INVALID_TOKEN_ERROR";

/** What the session says about the address. */
const claim = async (visit) => (await visit.app("session")).claims["st-ev"]?.v;

/** A call with an address that is not verified: refused where that is demanded, and the reason is named. */
async function checkDemand(visit) {
  assert.equal(await claim(visit), false);
  const { refused, missing } = await visit.app("demands");
  assert.deepEqual(missing, ["st-ev"]);
  assert.deepEqual(
    refused.map(({ id }) => id),
    visit.run.isRequired ? ["st-ev"] : [],
  );
  assert.equal(await visit.app("call"), visit.run.isRequired ? 403 : 200);
}

/** With a verified address nothing is missing. */
async function checkVerified(visit) {
  assert.equal(await claim(visit), true);
  assert.equal(await visit.app("call"), 200);
}

/** With the functions of an SDK. */
export async function scripted(visit) {
  await visit.open("/");
  assert.equal(await visit.app("signUp", visit.email, PASSWORD), "OK");
  await checkDemand(visit);
  assert.equal(await visit.app("isVerified"), false);
  visit.step("the session of a new user says that the address is not verified");

  assert.equal(await visit.app("sendVerification"), "OK");
  const first = await visit.link(1);
  assert.equal(await visit.app("sendVerification"), "OK");
  const second = await visit.link(2);
  assert.notEqual(first, second);
  visit.step("each mail has a link of its own");

  const other = await visit.elsewhere();
  await other.open(second);
  assert.equal(await other.app("verify"), "OK");
  assert.equal(await other.app("session"), undefined);
  assert.equal(await other.app("verify"), INVALID);
  await other.open(first);
  assert.equal(await other.app("verify"), INVALID);
  await other.context.close();
  visit.step("a browser without a session verifies, once, and gets no session");

  assert.equal(await claim(visit), false);
  assert.equal(await visit.app("isVerified"), true);
  await checkVerified(visit);
  assert.deepEqual(await visit.app("demands"), { refused: [], missing: [] });
  assert.equal(await visit.app("sendVerification"), "EMAIL_ALREADY_VERIFIED_ERROR");
  visit.step("who asks whether it is verified gets a session that says so");

  await visit.app("signOut");
  visit.changeUser();
  assert.equal(await visit.app("signUp", visit.email, PASSWORD), "OK");
  await checkDemand(visit);
  assert.equal(await visit.app("sendVerification"), "OK");
  await visit.openLink();
  assert.equal(await visit.app("verify"), "OK");
  await checkVerified(visit);
  const { userId } = await visit.app("session");
  await visit.app("signOut");
  assert.equal(await visit.app("signIn", visit.email, PASSWORD), "OK");
  await checkVerified(visit);
  assert.equal((await visit.app("session")).userId, userId);
  visit.step("the link changes the session of its own browser at once, and the next one begins so");
  await visit.app("signOut");
}

/** With the widget of supertokens-auth-react. */
export async function widget(visit) {
  const { page } = visit;
  const says = (text) => page.getByText(text).first().waitFor();
  const home = () => page.locator("#home").waitFor();
  const signUp = async () => {
    await page.getByText("Sign Up", { exact: true }).click();
    await page.locator('input[name="email"]').fill(visit.email);
    await page.locator('input[name="password"]').fill(PASSWORD);
    await page.locator("button[data-supertokens~=button]").click();
    if (visit.run.isRequired) {
      await page.waitForURL("**/auth/verify-email**");
    } else {
      await home();
      await visit.open("/auth/verify-email");
    }
    await says("Verify your email!");
  };

  await visit.open("/auth");
  await signUp();
  await visit.link(1);
  assert.equal(await claim(visit), false);
  visit.step("a new user is asked to look into their mail");

  await page.getByText("Resend Email").click();
  await says("Email resent");
  const link = await visit.link(2);
  visit.step("another mail is sent when they ask for it");

  await visit.open("/");
  await (visit.run.isRequired ? says("Verify your email!") : home());
  assert.equal(await visit.app("call"), visit.run.isRequired ? 403 : 200);
  visit.step(`the page that wants a session is ${visit.run.isRequired ? "closed" : "open"}`);

  const other = await visit.elsewhere();
  await other.open(link);
  await other.page.getByText("Verify your email address", { exact: true }).waitFor();
  await other.page.getByText("CONTINUE", { exact: true }).click();
  await other.page.getByText("Email verification successful!").waitFor();
  assert.equal(await other.app("session"), undefined);
  await other.open(link);
  await other.page.getByText("CONTINUE", { exact: true }).click();
  await other.page.getByText("The email verification link has expired").waitFor();
  await other.context.close();
  visit.step("a browser without a session verifies, once, after a click");

  await visit.open("/auth/verify-email");
  await home();
  await checkVerified(visit);
  visit.step("the browser with the session sees it, and the page is open");

  await visit.app("signOut");
  visit.changeUser();
  await visit.open("/auth");
  await signUp();
  await visit.openLink();
  await says("Email verification successful!");
  await page.getByText("CONTINUE", { exact: true }).click();
  await home();
  await checkVerified(visit);
  visit.step("in the browser with the session the link verifies at once");
  await visit.app("signOut");
}

/** With `<auth-login>`, by keyboard, and once with an audit of its views. */
export async function login(visit) {
  const { page } = visit;
  const check = async (...args) => {
    if (visit.run.isRequired) {
      await audit(...args);
    }
  };
  const sees = (name, on = page) => on.getByRole("heading", { name, exact: true }).waitFor();
  const press = (name, on = page) => pressButton(on, name);
  const signUp = async () => {
    await press("Create an account");
    await page.getByLabel("Email", { exact: true }).fill(visit.email);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.keyboard.press("Enter");
    await sees("Confirm your email address");
  };

  await visit.open("/auth");
  await signUp();
  await visit.link(1);
  await checkDemand(visit);
  await check(page, "the request to confirm an address");
  const texts = ["I have followed the link", "Send the mail again"];
  assert.deepEqual(await tabStops(page), visit.run.isRequired ? texts : [...texts, "Later"]);
  visit.step("a new user is asked to look into their mail, and Tab reaches every button");

  await press("I have followed the link");
  await page.getByRole("alert").getByText("The address is not confirmed yet.").waitFor();
  await press("Send the mail again");
  await page.getByRole("status").getByText("The mail is on its way again.").waitFor();
  const link = await visit.link(2);
  await page.reload();
  await sees("Confirm your email address");
  visit.step("who has not followed the link stays there, after a reload too");

  const other = await visit.elsewhere();
  await other.open(link);
  await sees("Confirm your email address", other.page);
  await check(other.page, "the link of the mail");
  assert.deepEqual(await tabStops(other.page), ["Confirm"]);
  await press("Confirm", other.page);
  await sees("Your email address is confirmed", other.page);
  assert.equal(new URL(other.page.url()).search, "");
  await check(other.page, "a confirmed address");
  await press("Continue", other.page);
  await sees("Sign in", other.page);
  await other.open(link);
  await press("Confirm", other.page);
  await other.page.getByRole("alert").getByText("This link was used already").waitFor();
  await check(other.page, "a link that was used already");
  await other.context.close();
  visit.step("a browser without a session confirms, once, after a press, and leads to the form");

  await press("I have followed the link");
  await sees("You are signed in");
  await checkVerified(visit);
  visit.step("the browser with the session goes on");

  await press("Sign out");
  await sees("Sign in");
  visit.changeUser();
  await signUp();
  if (!visit.run.isRequired) {
    await press("Later");
    await sees("You are signed in");
    assert.equal(await visit.app("call"), 200);
  }
  await visit.openLink();
  await press("Confirm");
  await sees("Your email address is confirmed");
  await press("Continue");
  await sees("You are signed in");
  await checkVerified(visit);
  visit.step("in the browser with the session the link leads on to the page");
  await press("Sign out");
  await sees("Sign in");
}

/** The texts of the buttons that Tab reaches from the title of a view, in turn. */
async function tabStops(page) {
  await page.getByRole("heading", { level: 1 }).focus();
  const reached = [];
  for (;;) {
    await page.keyboard.press("Tab");
    const text = await page.evaluate(
      () => document.querySelector("auth-login").shadowRoot.activeElement?.textContent,
    );
    if (text === undefined || reached.includes(text)) {
      return reached;
    }
    reached.push(text);
  }
}
