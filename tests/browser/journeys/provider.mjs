// Users who sign in through an OpenID provider.

import assert from "node:assert/strict";

import { audit } from "../audit.mjs";
import { WITHOUT_EMAIL } from "../openid.mjs";
import { press } from "../visit.mjs";

/** Signs in on the pages of the provider; its own session is new with each visit. */
export async function signInThere(page, name) {
  await page.getByPlaceholder("Enter any login").fill(name);
  await page.getByPlaceholder("and password").fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
}

/** Forgets the session at the provider, and all others of this browser. */
const forget = (visit) => visit.context.clearCookies();

/** With the functions of an SDK. */
export async function scripted(visit) {
  const { page } = visit;
  const isBack = () => page.waitForFunction(() => window.app !== undefined);
  const go = async () => {
    const url = await visit.app("providerUrl");
    assert.equal(new URL(url).searchParams.get("code_challenge_method"), "S256");
    await page.goto(url);
  };
  await visit.open("/");
  await go();
  await signInThere(page, "ada");
  await page.waitForURL("**/auth/callback/example?**");
  await isBack();
  assert.deepEqual(await visit.app("signInWithProvider"), { status: "OK", isNew: true });
  assert.equal(await visit.app("call"), 200);
  const { userId } = await visit.app("session");
  visit.step("there and back signs up, with PKCE and state");

  await visit.app("signOut");
  await go();
  await page.waitForURL("**/auth/callback/example?**");
  await isBack();
  assert.deepEqual(await visit.app("signInWithProvider"), { status: "OK", isNew: false });
  assert.equal((await visit.app("session")).userId, userId);
  visit.step("who is signed in at the provider comes back at once, as the same user");

  await visit.app("signOut");
  await forget(visit);
  await go();
  await signInThere(page, WITHOUT_EMAIL);
  await page.waitForURL("**/auth/callback/example?**");
  await isBack();
  assert.deepEqual(await visit.app("signInWithProvider"), {
    status: "NO_EMAIL_GIVEN_BY_PROVIDER",
  });
  assert.equal(await visit.app("session"), undefined);
  visit.step("an account without an address is refused where one is needed");
}

/** With `<auth-login>`, by keyboard, and with an audit of its views. */
export async function login(visit) {
  const { page } = visit;
  const sees = (name) => page.getByRole("heading", { name, exact: true }).waitFor();
  const alerts = (text) => page.getByRole("alert").getByText(text).waitFor();
  const go = () => press(page, "Continue with Example");

  await visit.open("/auth");
  await sees("Sign in");
  await audit(page, "the button of a provider");
  await go();
  await signInThere(page, "ada");
  await sees("You are signed in");
  const { pathname, search } = new URL(page.url());
  assert.deepEqual([pathname, search], ["/auth/callback/example", ""]);
  assert.equal(await visit.app("call"), 200);
  const { userId } = await visit.app("session");
  visit.step("there and back signs up, and nothing of it stays in the address");

  await press(page, "Sign out");
  await sees("Sign in");
  await go();
  await sees("You are signed in");
  assert.equal((await visit.app("session")).userId, userId);
  visit.step("who is signed in at the provider comes back at once, as the same user");

  await press(page, "Sign out");
  await sees("Sign in");
  await forget(visit);
  await go();
  await page.getByText("[ Cancel ]").click();
  await alerts("Example has not let you in.");
  await audit(page, "a refusal of a provider");
  visit.step("who cancels there is told so");

  await press(page, "Back to sign in");
  await go();
  await signInThere(page, WITHOUT_EMAIL);
  await alerts("Example did not share your email address, which is needed here.");
  assert.equal(await visit.app("session"), undefined);
  visit.step("an account without an address is refused where one is needed");

  await press(page, "Back to sign in");
  await forget(visit);
  await go();
  await page.getByPlaceholder("Enter any login").waitFor();
  const before = visit.count("/signinup");
  await visit.open("/auth/callback/example?code=stolen&state=guessed");
  await alerts("This sign-in was not started here, or took too long. Start again.");
  assert.equal(visit.count("/signinup"), before);
  visit.step("a code of another sign-in is not used, also while one is under way");
}

/** With the widget of supertokens-auth-react. */
export async function widget(visit) {
  const { page } = visit;
  const home = () => page.locator("#home").waitFor();
  const go = () => page.getByText("Continue with Example").click();

  await visit.open("/auth");
  await go();
  await signInThere(page, "ada");
  await home();
  assert.equal(await visit.app("call"), 200);
  const { userId } = await visit.app("session");
  visit.step("there and back signs up");

  await visit.app("signOut");
  await visit.open("/auth");
  await go();
  await home();
  assert.equal((await visit.app("session")).userId, userId);
  visit.step("who is signed in at the provider comes back at once, as the same user");

  await visit.app("signOut");
  await forget(visit);
  await visit.open("/auth");
  await go();
  await page.getByText("[ Cancel ]").click();
  await page.waitForURL("**/auth/?**error=signin**");
  await page.getByText("Something went wrong").first().waitFor();
  visit.step("who cancels there is back at the form");

  await go();
  await signInThere(page, WITHOUT_EMAIL);
  await page.waitForURL("**/auth/?**error=no_email_present**");
  assert.equal(await visit.app("session"), undefined);
  visit.step("an account without an address is refused where one is needed");
}
