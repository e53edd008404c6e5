// Real frontends in a real browser against the generated server.
//
//   AUTH_APP=<the built example `app`> AUTH_CLIENT=<folder of the generated client> \
//     node run.mjs [words of the titles to run]
//
// See README.md for what it needs and how to read it.

import assert from "node:assert/strict";

import { chromium } from "playwright-core";

import { startSite } from "./site.mjs";

/** Long enough to sign in, short enough to wait for its end. */
const ACCESS_TOKEN_SECONDS = 4;
const PASSWORD = "correct horse 1";
const NEW_PASSWORD = "better horse 2";
const RUNS = [
  ...["cookie", "header"].flatMap((mode) => [
    { page: "web-js", mode, run: scripted },
    { page: "react", mode, run: widget },
    { page: "client", mode, run: scripted },
    { page: "login", mode, run: login },
  ]),
  { page: "web-js", mode: "cookie", proxy: "plain", run: scripted },
  { page: "client", mode: "cookie", proxy: "plain", run: scripted },
  { page: "web-js", mode: "cookie", proxy: "caching", run: cached },
];
const OURS = ["client", "login"];

const wanted = process.argv.slice(2);
const binary = process.env.AUTH_APP;
const client = process.env.AUTH_CLIENT;
assert.ok(binary, "AUTH_APP names the server to test");

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1",
  ],
});

/** What every SDK can do without a user interface. */
async function scripted(visit) {
  const { email } = visit;
  await visit.open("/");
  assert.equal(await visit.app("session"), undefined);
  assert.equal(await visit.app("call"), 401);
  visit.step("a stranger has no session");

  assert.equal(await visit.app("emailExists", email), false);
  assert.equal(await visit.app("signUp", email, "short"), "FIELD_ERROR");
  assert.equal(await visit.app("signUp", email, PASSWORD), "OK");
  assert.equal(await visit.app("emailExists", email), true);
  assert.equal(await visit.app("signUp", email, PASSWORD), "FIELD_ERROR");
  visit.step("sign up; the address is taken then");

  await session(visit);

  assert.equal(await visit.app("signIn", email, "wrong password 1"), "WRONG_CREDENTIALS_ERROR");
  assert.equal(await visit.app("signIn", email, PASSWORD), "OK");
  assert.equal(await visit.app("call"), 200);
  visit.step("a wrong password is refused, the right one signs in");

  await tabs(visit);

  assert.equal(await visit.app("sendReset", email), "OK");
  await visit.openLink();
  assert.equal(await visit.app("reset", NEW_PASSWORD), "OK");
  assert.equal(await visit.app("reset", NEW_PASSWORD), "RESET_PASSWORD_INVALID_TOKEN_ERROR");
  assert.equal(await visit.app("signIn", email, PASSWORD), "WRONG_CREDENTIALS_ERROR");
  assert.equal(await visit.app("signIn", email, NEW_PASSWORD), "OK");
  visit.step("password reset: the link works once, the old password no more");

  await visit.app("signOut");
}

/** supertokens-auth-react through its own widget. */
async function widget(visit) {
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
  visit.step("a stranger is sent to the login page");

  await fill({ email, password: "wrong password 1" });
  await says("Incorrect email and password combination");
  visit.step("a wrong password is refused");

  await page.getByText("Sign Up", { exact: true }).click();
  await fill({ email, password: "short" });
  await says("Password must contain at least 8 characters");
  await fill({ email, password: PASSWORD });
  await home();
  visit.step("sign up");

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

/**
 * A proxy that keeps answers by their URL. Our Cache-Control header stops it; without that header
 * the very same proxy hands out old tokens, and the SDK goes in circles.
 */
async function cached(visit) {
  const { email, site } = visit;
  await visit.open("/");
  assert.equal(await visit.app("signUp", email, PASSWORD), "OK");
  for (let round = 0; round < 2; round += 1) {
    const refreshes = visit.count("/session/refresh");
    await visit.expire();
    assert.equal(await visit.app("call"), 200);
    assert.equal(visit.count("/session/refresh"), refreshes + 1);
  }
  assert.equal(visit.site.proxy.kept.has("/auth/session/refresh"), false);
  visit.step("with our headers: two expired tokens, two refreshes, none of them replayed");

  site.proxy.deaf = true;
  await visit.expire();
  assert.equal(await visit.app("refresh"), true);
  await visit.expire();
  const refreshes = visit.count("/session/refresh");
  const outcome = await visit.app("call").catch((error) => error);
  assert.ok(outcome instanceof Error, `${outcome}`);
  assert.equal(visit.count("/session/refresh"), refreshes + 10);
  visit.step("without them: one old refresh again and again, and an error in the end");
}

/** The generated login form, with the keyboard alone. */
async function login(visit) {
  const { page, email } = visit;
  const field = (label) => page.getByLabel(label, { exact: true });
  const press = (name) => page.getByRole("button", { name, exact: true }).press("Enter");
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

/** From signed in to signed out: what is the same for all. */
async function session(visit) {
  const { userId, claims } = await visit.app("session");
  assert.equal(claims.sub, userId);
  assert.equal(await visit.app("call"), 200);
  visit.step("the session and its claims; a protected call");

  await visit.checkCookies();

  const refreshes = visit.count("/session/refresh");
  assert.equal(await visit.app("refresh"), true);
  assert.equal(visit.count("/session/refresh"), refreshes + 1);
  visit.step("an explicit refresh");

  await visit.expire();
  assert.equal(await visit.app("call"), 200);
  assert.equal(visit.count("/session/refresh"), refreshes + 2);
  visit.step("an expired access token: one refresh, and the call goes through");

  await visit.expire();
  const parallel = await visit.page.evaluate(() =>
    Promise.all(Array.from({ length: 10 }, () => window.app.call())),
  );
  assert.deepEqual(parallel, Array(10).fill(200));
  assert.equal(visit.count("/session/refresh"), refreshes + 3);
  visit.step("ten parallel calls: one refresh");

  await visit.app("signOut");
  assert.equal(await visit.app("session").catch(() => undefined), undefined);
  assert.equal(await visit.app("call"), 401);
  assert.equal(visit.count("/session/refresh"), refreshes + 3);
  visit.step("sign out");
}

/** From signed in to signed out, in two tabs. */
async function tabs(visit) {
  const second = await visit.context.newPage();
  visit.listen(second);
  await second.goto(visit.page.url());
  await second.waitForFunction(() => window.app !== undefined);
  const { userId } = await visit.app("session");
  assert.equal((await second.evaluate(() => window.app.session())).userId, userId);

  await visit.expire();
  const refreshes = visit.count("/session/refresh");
  const calls = [visit.page, second].flatMap((tab) =>
    Array.from({ length: 5 }, () => tab.evaluate(() => window.app.call())),
  );
  assert.deepEqual(await Promise.all(calls), Array(10).fill(200));
  assert.equal(visit.count("/session/refresh"), refreshes + 1);
  visit.step("two tabs: one refresh for both");

  await second.evaluate(() => window.app.signOut());
  assert.equal(await visit.app("session"), undefined);
  assert.equal(await visit.app("call"), 401);
  await second.close();
  visit.step("two tabs: signed out in one is signed out in both");
}

/** One user at one site. */
class Visit {
  email = `ada+${Math.random().toString(36).slice(2)}@example.com`;
  traffic = [];
  console = [];

  static async start(site, context, mode) {
    const visit = new Visit();
    Object.assign(visit, { site, context, mode, page: await context.newPage() });
    visit.listen(visit.page);
    return visit;
  }

  listen(page) {
    page.setDefaultTimeout(10_000);
    page.on("console", (message) => this.console.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => this.console.push(String(error)));
    page.on("response", (response) => {
      const request = response.request();
      // On one origin the page and its script come from there as well.
      if (request.url().startsWith(this.site.api.origin) && request.headers()["st-auth-mode"]) {
        this.traffic.push(
          `${request.method()} ${request.url().slice(this.site.api.origin.length)} ${response.status()}`,
        );
      }
    });
  }

  step(text) {
    console.log(`  ok  ${text}`);
  }

  async open(path) {
    await this.page.goto(new URL(path, this.site.website).href);
    await this.page.waitForFunction(() => window.app !== undefined);
  }

  /** Follows the link of the newest mail, which must lead to the website. */
  async openLink() {
    const links = await this.site.api.links(this.email);
    const link = links.find((link) => link.startsWith(this.site.website));
    assert.ok(link, `no link to ${this.site.website} among ${links}`);
    await this.open(link);
  }

  /** Calls a function of the page. */
  app(name, ...args) {
    return this.page.evaluate(([name, args]) => window.app[name](...args), [name, args]);
  }

  count(path) {
    return this.traffic.filter((line) => line.includes(path)).length;
  }

  expire() {
    return new Promise((done) => setTimeout(done, ACCESS_TOKEN_SECONDS * 1000 + 200));
  }

  /** Tokens are where the mode says and scripts cannot read those in cookies. */
  async checkCookies() {
    const cookies = await this.context.cookies([
      this.site.api.origin,
      `${this.site.api.origin}/auth/session/refresh`,
    ]);
    const find = (name) => cookies.find((cookie) => cookie.name === name);
    if (this.mode === "header") {
      assert.equal(find("sAccessToken"), undefined);
      assert.equal(find("st-access-token").httpOnly, false);
      return;
    }
    assert.equal(find("st-access-token"), undefined);
    for (const [name, path] of [
      ["sAccessToken", "/"],
      ["sRefreshToken", "/auth/session/refresh"],
    ]) {
      const { httpOnly, sameSite, path: own } = find(name);
      assert.deepEqual([httpOnly, sameSite, own], [true, "Lax", path]);
    }
    this.step("the tokens' cookies are out of reach of scripts");
  }
}

let failed = 0;
for (const { page, mode, proxy, run } of RUNS) {
  const title = `${page}, ${mode} mode, ${proxy ? `same origin, ${proxy} proxy` : "two origins"}`;
  const skipped = wanted.some((word) => !title.includes(word));
  if (skipped || (OURS.includes(page) && client === undefined)) {
    continue;
  }
  console.log(`\n${title}`);
  const variables = { AUTH_ACCESS_TOKEN_SECONDS: String(ACCESS_TOKEN_SECONDS) };
  const site = await startSite({ page, mode, proxy, binary, client, variables });
  const context = await browser.newContext();
  const visit = await Visit.start(site, context, mode);
  try {
    await run(visit);
  } catch (error) {
    failed += 1;
    console.log(`not ok  ${error.stack}\n${visit.traffic.join("\n")}\n${visit.console.join("\n")}`);
    await visit.page.screenshot({ path: `failed-${page}-${mode}.png` });
  }
  await context.close();
  await site.stop();
}
await browser.close();
process.exit(failed === 0 ? 0 : 1);
