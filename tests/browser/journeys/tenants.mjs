// Users of two tenants: `shop`, where they have passwords, and `office`, where they come by a link or through a provider.

import assert from "node:assert/strict";

import { audit } from "../audit.mjs";
import { NEW_PASSWORD, PASSWORD, press as pressButton } from "../visit.mjs";
import { signInThere } from "./provider.mjs";

const SHOP = "tenantId=shop";
const OFFICE = "tenantId=office";

/** The tenant of the session, after a look whether the server accepts the session. */
async function tenantOf(visit) {
  assert.equal(await visit.app("call"), 200);
  return (await visit.app("session")).claims.tId;
}

/** The newest link, which has to name the tenant. */
async function linkOf(visit, tenant, count) {
  const link = await visit.link(count);
  assert.ok(new URL(link).search.includes(tenant), link);
  return link;
}

/** With the functions of an SDK. */
export async function scripted(visit) {
  const { page, email } = visit;
  await visit.open(`/?${SHOP}`);
  assert.equal(await visit.app("signUp", email, PASSWORD), "OK");
  assert.equal(await tenantOf(visit), "shop");
  await visit.app("signOut");
  visit.step("a sign-up in a tenant begins a session of that tenant");

  for (const address of ["/", `/?${OFFICE}`]) {
    await visit.open(address);
    assert.equal(await visit.app("signIn", email, PASSWORD), "WRONG_CREDENTIALS_ERROR");
    assert.equal(await visit.app("session"), undefined);
  }
  visit.step("no other tenant knows the user");

  await visit.open(`/?${SHOP}`);
  assert.equal(await visit.app("sendReset", email), "OK");
  await visit.open(await linkOf(visit, SHOP, 1));
  assert.equal(await visit.app("reset", NEW_PASSWORD), "OK");
  assert.equal(await visit.app("signIn", email, NEW_PASSWORD), "OK");
  assert.equal(await tenantOf(visit), "shop");
  await visit.app("signOut");
  visit.step("the link of a new password leads to the tenant");

  await visit.open(`/?${OFFICE}`);
  const begun = await visit.app("sendCode", { email });
  assert.deepEqual(begun, { status: "OK", flowType: "MAGIC_LINK" });
  const other = await visit.elsewhere();
  await other.open(await linkOf(visit, OFFICE, 2));
  assert.deepEqual(await other.app("signInWithLink"), { status: "OK", isNew: true });
  assert.equal(await tenantOf(other), "office");
  await other.context.close();
  visit.step("another tenant sends links, which another browser opens");

  await page.goto(await visit.app("providerUrl"));
  await signInThere(page, "ada");
  await page.waitForURL("**/auth/callback/example?**");
  await page.waitForFunction(() => window.app !== undefined);
  assert.deepEqual(await visit.app("signInWithProvider"), { status: "OK", isNew: true });
  assert.equal(await tenantOf(visit), "office");
  visit.step("who comes back from a provider is in the tenant where they began");
}

/** With `<auth-login>`, by keyboard, and with an audit of its views. */
export async function login(visit) {
  const { page, email } = visit;
  const sees = (name, on = page) => on.getByRole("heading", { name, exact: true }).waitFor();
  const press = (name, on = page) => pressButton(on, name);
  const offers = (name) => page.getByRole("button", { name, exact: true }).count();
  const fill = async (fields) => {
    for (const [label, value] of Object.entries(fields)) {
      await page.getByLabel(label, { exact: true }).fill(value);
    }
    await page.keyboard.press("Enter");
  };

  await visit.open(`/auth?${SHOP}`);
  await sees("Sign in");
  assert.equal(await offers("Continue with Example"), 0);
  await press("Create an account");
  await fill({ Email: email, Password: PASSWORD });
  await sees("You are signed in");
  assert.equal(await tenantOf(visit), "shop");
  visit.step("a tenant with passwords alone shows nothing else, and signs up");

  await press("Sign out");
  await press("Forgot your password?");
  await fill({ Email: email });
  await sees("Look into your mail");
  await visit.open(await linkOf(visit, SHOP, 1));
  await fill({ "New password": NEW_PASSWORD });
  await sees("Your password is set");
  await press("Back to sign in");
  await fill({ Email: email, Password: NEW_PASSWORD });
  await sees("You are signed in");
  assert.equal(await tenantOf(visit), "shop");
  await press("Sign out");
  visit.step("the link of a new password leads to the tenant, and so does the form after it");

  await visit.open("/auth");
  await fill({ Email: email, Password: NEW_PASSWORD });
  await page.getByRole("alert").getByText("The email address or the password is wrong.").waitFor();
  visit.step("no other tenant knows the user");

  await visit.open(`/auth?${OFFICE}`);
  await sees("Sign in");
  assert.equal(await page.getByLabel("Password", { exact: true }).count(), 0);
  await audit(page, "a tenant with links and a provider");
  await fill({ Email: email });
  await sees("Look into your messages");
  const link = await linkOf(visit, OFFICE, 2);
  const other = await visit.elsewhere();
  await other.open(link);
  await press("Sign in here", other.page);
  await sees("You are signed in", other.page);
  assert.equal(await tenantOf(other), "office");
  await other.context.close();
  visit.step("another tenant sends links, which another browser opens");

  await visit.open(`/auth?${OFFICE}`);
  await press("Continue with Example");
  await signInThere(page, "ada");
  await sees("You are signed in");
  assert.equal(await tenantOf(visit), "office");
  visit.step("who comes back from a provider is in the tenant where they began");
}

/** With the widget of supertokens-auth-react. */
export async function widget(visit) {
  const { page, email } = visit;
  const home = (on = page) => on.locator("#home").waitFor();
  const field = (name) => page.locator(`input[name="${name}"]`);
  const submit = (on = page) => on.locator('button[type="submit"]').click();
  const offer = page.getByText("Continue with Example");

  await visit.open(`/auth?${SHOP}`);
  await field("password").waitFor();
  assert.equal(await offer.count(), 0);
  await page.getByText("Sign Up", { exact: true }).click();
  await field("email").fill(email);
  await field("password").fill(PASSWORD);
  await submit();
  await home();
  assert.equal(await tenantOf(visit), "shop");
  visit.step("a tenant with passwords alone shows nothing else, and signs up");

  await visit.app("signOut");
  await visit.open(`/auth/reset-password?${SHOP}`);
  await field("email").fill(email);
  await submit();
  await page.getByText("A password reset email has been sent to").waitFor();
  await visit.open(await linkOf(visit, SHOP, 1));
  await field("password").fill(NEW_PASSWORD);
  await field("confirm-password").fill(NEW_PASSWORD);
  await submit();
  await page.getByText("Your password has been updated successfully").waitFor();
  visit.step("the link of a new password leads to the tenant");

  await visit.open(`/auth?${OFFICE}`);
  await offer.waitFor();
  assert.equal(await field("password").count(), 0);
  await field("email").fill(email);
  await submit();
  await page.getByText("Link sent!").waitFor();
  const other = await visit.elsewhere();
  await other.open(await linkOf(visit, OFFICE, 2));
  await other.page.locator("button[data-supertokens~=button]").first().click();
  await home(other.page);
  assert.equal(await tenantOf(other), "office");
  await other.context.close();
  visit.step("another tenant sends links, which another browser opens");

  await visit.open(`/auth?${OFFICE}`);
  const again = page.getByText("Change email");
  await again.or(offer).first().waitFor();
  if ((await again.count()) > 0) {
    // The widget remembers the attempt that is over.
    await again.click();
  }
  await offer.click();
  await signInThere(page, "ada");
  await home();
  assert.equal(await tenantOf(visit), "office");
  visit.step("who comes back from a provider is in the tenant where they began");
}
