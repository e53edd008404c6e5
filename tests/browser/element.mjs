// `<auth-login>` with all its login methods, in a real browser against a stand-in server, and an audit
// of every view for accessibility.
//
//   LOGIN_CLIENT=<client generated from login-methods.yaml> node element.mjs [words of the titles to run]

import assert from "node:assert/strict";

import { audit } from "./audit.mjs";
import { launch, OTHER_SITE } from "./browser.mjs";
import { startStandIn, totpCode } from "./stand-in.mjs";
import { press } from "./visit.mjs";

const PASSWORD = "correct horse 1";
const client = process.env.LOGIN_CLIENT;
assert.ok(client, "LOGIN_CLIENT names the client generated from login-methods.yaml");

const browser = await launch();

/** One user at one site. Every view that is seen is audited, in the light and in the dark. */
class Visit {
  static audited = new Set();

  constructor(server, context, page) {
    Object.assign(this, { server, context, page });
    page.setDefaultTimeout(10_000);
    page.on("pageerror", (error) => {
      this.failure ??= error;
    });
  }

  async open(path, attributes = {}) {
    await this.page.goto(this.server.origin + "/bare");
    const text = new URLSearchParams(attributes).toString();
    await this.page.evaluate((text) => sessionStorage.setItem("attributes", text), text);
    await this.page.goto(new URL(path, this.server.origin).href);
    await this.page.waitForFunction(() => window.app !== undefined);
  }

  /** Waits for a view, and audits it. */
  async sees(title) {
    await this.page.getByRole("heading", { name: title, exact: true }).waitFor();
    const view = await this.page.evaluate(() => window.app.element.view);
    if (!Visit.audited.has(view)) {
      Visit.audited.add(view);
      await this.audit(view);
    }
  }

  audit(what) {
    return audit(this.page, what);
  }

  /** Types into a field and sends the form, with the keyboard. */
  async fill(fields) {
    for (const [label, text] of Object.entries(fields)) {
      await this.page.getByLabel(label, { exact: true }).fill(text);
    }
    await this.page.keyboard.press("Enter");
  }

  press(name) {
    return press(this.page, name);
  }

  alert(text) {
    return this.page.getByRole("alert").getByText(text).waitFor();
  }

  async signedIn() {
    await this.sees("You are signed in");
    return this.page.evaluate(async () => (await window.app.client.getSession()).userId);
  }

  /** Signs out, and waits until that is done. The next view is drawn once: what is typed into it stays. */
  async signOut() {
    await this.page.evaluate(() => {
      const { element } = window.app;
      const shown = [];
      const show = ({ detail }) => shown.push(detail.view);
      element.addEventListener("auth-view", show);
      window.signedOut = new Promise((done) => {
        const end = () => {
          element.removeEventListener("auth-view", show);
          done(shown);
        };
        element.addEventListener("auth-signed-out", () => setTimeout(end), { once: true });
      });
    });
    await this.press("Sign out");
    const shown = await this.page.evaluate(() => window.signedOut);
    await this.sees("Sign in");
    assert.equal(shown.length, 1, shown.join(", "));
  }

  events() {
    return this.page.evaluate(() => window.app.events.map(({ signedUp }) => signedUp));
  }

  mail() {
    return this.server.mails.at(-1);
  }

  step(text) {
    console.log(`  ok  ${text}`);
  }
}

const runs = {
  async "email and password, with a second way beside them"(visit) {
    await visit.open("/auth");
    await visit.sees("Sign in");
    await visit.press("Create an account");
    await visit.sees("Create your account");
    await visit.fill({ Email: "ep@example.com", Password: PASSWORD });
    await visit.signedIn();
    assert.deepEqual(await visit.events(), [true]);
    await visit.signOut();
    await visit.press("Forgot your password?");
    await visit.sees("Reset your password");
    await visit.fill({ Email: "ep@example.com" });
    await visit.sees("Look into your mail");
    await visit.open("/auth/reset-password?token=abc&tenantId=public");
    await visit.sees("Choose a new password");
    await visit.fill({ "New password": PASSWORD });
    await visit.alert("This link was used already");
    await visit.audit("a form with an alert");
    await visit.open("/auth/reset-password?token=good&tenantId=public");
    await visit.fill({ "New password": PASSWORD });
    await visit.sees("Your password is set");
    visit.step("all views of the form, and its errors");
  },

  async "a code by mail"(visit) {
    await visit.open("/auth");
    await visit.press("Send me a code instead");
    await visit.sees("Sign in");
    await visit.fill({ Email: "no address" });
    await visit.alert("Email is invalid");
    await visit.fill({ Email: "code@example.com" });
    await visit.sees("Enter the code");
    const { code } = visit.mail();
    await visit.fill({ Code: code === "000000" ? "000001" : "000000" });
    await visit.alert("That is not the code. Tries left: 4.");
    await visit.press("Send it again");
    await visit.page.getByRole("status").getByText("It is on its way again.").waitFor();
    visit.step("a wrong code, and another one");
    await visit.fill({ Code: ` ${visit.mail().code} ` });
    const userId = await visit.signedIn();
    assert.deepEqual(await visit.events(), [true]);
    visit.step("the right code signs up");

    await visit.signOut();
    await visit.press("Send me a code instead");
    await visit.fill({ Email: "code@example.com" });
    await visit.sees("Enter the code");
    await visit.fill({ Code: visit.mail().code });
    assert.equal(await visit.signedIn(), userId);
    assert.deepEqual(await visit.events(), [true, false]);
    visit.step("the next one signs in");
  },

  async "five wrong codes"(visit) {
    await visit.open("/auth?show=code");
    await visit.fill({ Email: "five@example.com" });
    const wrong = visit.mail()?.code === "000000" ? "000001" : "000000";
    await visit.sees("Enter the code");
    for (const left of [4, 3, 2, 1]) {
      await visit.fill({ Code: wrong });
      await visit.alert(`Tries left: ${left}.`);
    }
    await visit.fill({ Code: wrong });
    await visit.alert("That took too long, or too many tries. Start again.");
    assert.equal(
      await visit.page.getByLabel("Email", { exact: true }).inputValue(),
      "five@example.com",
    );
    visit.step("the fifth begins again, with the address still there");
  },

  async "a link by mail"(visit) {
    visit.server.flowType = "MAGIC_LINK";
    await visit.open("/auth?show=code");
    await visit.fill({ Email: "link@example.com" });
    await visit.sees("Look into your messages");
    const { link } = visit.mail();
    const waiting = visit.page;
    visit.page = await visit.context.newPage();
    await visit.open(link);
    const userId = await visit.signedIn();
    assert.equal(new URL(visit.page.url()).search + new URL(visit.page.url()).hash, "");
    visit.page = waiting;
    assert.equal(await visit.signedIn(), userId);
    visit.step("in the same browser it signs in at once, and the waiting tab sees it");

    await visit.signOut();
    await visit.open("/auth?show=code");
    await visit.fill({ Email: "link@example.com" });
    await visit.sees("Look into your messages");
    const { context: other } = await browser.open();
    const elsewhere = new Visit(visit.server, other, await other.newPage());
    await elsewhere.open(visit.mail().link);
    await elsewhere.sees("Sign in");
    assert.equal(await elsewhere.page.evaluate(() => window.app.client.getSession()), undefined);
    await elsewhere.press("Sign in here");
    assert.equal(await elsewhere.signedIn(), userId);
    await elsewhere.signOut();
    await elsewhere.open(visit.mail().link);
    await elsewhere.press("Sign in here");
    await elsewhere.alert("That took too long, or too many tries. Start again.");
    await other.close();
    visit.step("in another browser it asks first: a mail scanner uses nothing up");
  },

  async "a phone number"(visit) {
    visit.server.firstFactors = ["otp-phone"];
    visit.server.flowType = "USER_INPUT_CODE";
    await visit.open("/auth");
    await visit.sees("Sign in");
    assert.equal(await visit.page.getByRole("button").count(), 1);
    await visit.fill({ "Phone number": "+44 20 7946-0000" });
    await visit.sees("Enter the code");
    assert.equal(visit.mail().to, "+442079460000");
    await visit.fill({ Code: visit.mail().code });
    await visit.signedIn();
    visit.step("the only method is what is shown first");
  },

  async "providers alone"(visit) {
    visit.server.firstFactors = ["thirdparty"];
    await visit.open("/auth");
    await visit.sees("Sign in");
    await visit.audit("nothing but providers");
    assert.deepEqual(await visit.page.getByRole("button").allTextContents(), [
      "Continue with Acme",
    ]);
    visit.step("have a page of their own");
  },

  async "a provider"(visit) {
    await visit.open("/auth", { "redirect-to": "/auth?welcome" });
    await visit.press("Continue with Acme");
    await visit.page.waitForURL("**/auth?welcome");
    await visit.signedIn();
    const { body } = visit.server.requests.find(({ route }) => route === "POST /signinup");
    const { redirectURIInfo: info } = body;
    assert.equal(info.redirectURIOnProviderDashboard, `${visit.server.origin}/auth/callback/acme`);
    assert.ok(info.redirectURIQueryParams.code && info.redirectURIQueryParams.state);
    visit.step("there and back, with PKCE and state, and on to where the page wants");

    await visit.signOut();
    visit.server.provider = "deny";
    await visit.press("Continue with Acme");
    await visit.alert("Acme has not let you in.");
    assert.equal(new URL(visit.page.url()).search, "");
    visit.server.provider = "no-email";
    await visit.press("Back to sign in");
    await visit.press("Continue with Acme");
    await visit.alert("Acme did not share your email address, which is needed here.");
    visit.step("refused there, and without an address");

    visit.server.provider = "ok";
    visit.server.providers = [{ id: "apple", name: "Apple" }];
    await visit.open("/auth");
    await visit.press("Continue with Apple");
    await visit.signedIn();
    assert.equal(visit.server.idp.redirect_uri, `${visit.server.origin}/auth/callback/apple`);
    assert.equal(
      JSON.parse(Buffer.from(visit.server.idp.state, "base64")).frontendRedirectURI,
      `${visit.server.origin}/auth/callback/apple`,
    );
    await visit.signOut();
    visit.step("Apple, by way of the API");

    const before = visit.server.requests.filter(({ route }) => route === "POST /signinup").length;
    await visit.open("/auth/callback/acme?code=stolen&state=guessed");
    await visit.alert("This sign-in was not started here, or took too long. Start again.");
    await visit.sees("Signing you in");
    const after = visit.server.requests.filter(({ route }) => route === "POST /signinup").length;
    assert.equal(after, before);
    visit.step("a code that somebody else brings is not used");
  },

  async "a passkey"(visit) {
    const session = await visit.context.newCDPSession(visit.page);
    await session.send("WebAuthn.enable");
    const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    await visit.open("/auth?show=signup");
    await visit.press("Create a passkey");
    await visit.sees("Create a passkey");
    await visit.fill({ Email: "nobody" });
    await visit.page.getByText("Email is invalid").waitFor();
    await visit.fill({ Email: "key@example.com" });
    const userId = await visit.signedIn();
    assert.deepEqual(await visit.events(), [true]);
    visit.step("signs up");

    await visit.signOut();
    await visit.press("Sign in with a passkey");
    assert.equal(await visit.signedIn(), userId);
    assert.deepEqual(await visit.events(), [true, false]);
    visit.step("signs in");

    await visit.signOut();
    await session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
    await session.send("WebAuthn.clearCredentials", { authenticatorId });
    await visit.press("Sign in with a passkey");
    await visit.alert("That was cancelled, or took too long. Try again.");
    visit.step("without a passkey it says so");
  },

  async "confirming the address"(visit) {
    visit.server.verifyEmails = true;
    await visit.open("/auth?show=signup");
    await visit.fill({ Email: "ev@example.com", Password: PASSWORD });
    await visit.sees("Confirm your email address");
    assert.deepEqual(await visit.events(), []);
    await visit.press("I have followed the link");
    await visit.alert("The address is not confirmed yet.");
    await visit.press("Send the mail again");
    await visit.page.getByRole("status").getByText("The mail is on its way again.").waitFor();
    assert.equal(visit.server.mails.filter(({ to }) => to === "ev@example.com").length, 2);

    const waiting = visit.page;
    visit.page = await visit.context.newPage();
    await visit.open(visit.mail().link);
    await visit.sees("Confirm your email address");
    await visit.press("Confirm");
    await visit.sees("Your email address is confirmed");
    await visit.press("Continue");
    await visit.signedIn();
    visit.page = waiting;
    await visit.press("I have followed the link");
    await visit.signedIn();
    assert.deepEqual(await visit.events(), [true]);
    visit.step("the link of the mail, and the tab that waits for it");

    await visit.signOut();
    await visit.open("/auth?show=signup");
    await visit.fill({ Email: "later@example.com", Password: PASSWORD });
    await visit.sees("Confirm your email address");
    await visit.press("Later");
    await visit.signedIn();
    await visit.open("/auth", { "verify-email": "required" });
    await visit.sees("Confirm your email address");
    assert.equal(await visit.page.getByRole("button", { name: "Later" }).count(), 0);
    visit.step("may wait, unless the page says that it must not");
  },

  async "a server without a step"(visit) {
    visit.server.lacks.push("PUT /mfa/info");
    await visit.open("/auth?show=signup");
    await visit.fill({ Email: "plain@example.com", Password: PASSWORD });
    await visit.signedIn();
    assert.deepEqual(await visit.events(), [true]);
    await visit.signOut();
    visit.step("a second factor that the server does not know of is not asked for");

    visit.server.verifyEmails = true;
    await visit.fill({ Email: "plain@example.com", Password: PASSWORD });
    await visit.sees("Confirm your email address");
    visit.step("and the next step is");
  },

  async "a second factor"(visit) {
    visit.server.secondFactor = true;
    await visit.open("/auth?show=signup");
    await visit.fill({ Email: "mfa@example.com", Password: PASSWORD });
    await visit.sees("Set up your authenticator app");
    const secret = (await visit.page.locator("code").textContent()).replaceAll(" ", "");
    await visit.audit("totpSetup with its key");
    await visit.fill({ Code: "12345" });
    await visit.page.getByText("That is not the code. Tries left: 4.").waitFor();
    await visit.fill({ Code: totpCode(secret) });
    await visit.signedIn();
    assert.deepEqual(await visit.events(), [true]);
    visit.step("is set up");

    await visit.signOut();
    await visit.fill({ Email: "mfa@example.com", Password: PASSWORD });
    await visit.sees("Enter your code");
    await visit.page.reload();
    await visit.sees("Enter your code");
    await visit.fill({ Code: totpCode(secret) });
    await visit.signedIn();
    visit.step("is asked for, after a reload, too");

    await visit.signOut();
    visit.server.nextFactor = "otp-email";
    await visit.fill({ Email: "mfa@example.com", Password: PASSWORD });
    await visit.page.getByText("needs a second factor that cannot be given here").waitFor();
    await visit.sees("Enter your code");
    await visit.press("Use another account");
    await visit.sees("Sign in");
    visit.step("of another kind is named, and not passed over");

    visit.server.nextFactor = "totp";
    const keyOf = async (email) => {
      await visit.press("Create an account");
      await visit.fill({ Email: email, Password: PASSWORD });
      await visit.sees("Set up your authenticator app");
      return (await visit.page.locator("code").textContent()).replaceAll(" ", "");
    };
    const first = await keyOf("first@example.com");
    await visit.press("Use another account");
    await visit.sees("Sign in");
    const second = await keyOf("second@example.com");
    assert.notEqual(second, first);
    await visit.press("Use another account");
    await visit.sees("Sign in");
    await visit.fill({ Email: "mfa@example.com", Password: PASSWORD });
    await visit.sees("Enter your code");
    await visit.fill({ Code: totpCode(secret) });
    await visit.signedIn();
    assert.deepEqual((await visit.events()).at(-1), false);
    visit.step("of one user is never shown to the next, who has not just signed up either");
  },

  async "the keyboard alone"(visit) {
    const { page } = visit;
    await visit.open("/auth", { autofocus: "" });
    await visit.sees("Sign in");
    const focused = () =>
      page.evaluate(() => {
        const { activeElement } = window.app.element.shadowRoot;
        return (
          activeElement?.getAttribute("aria-label") ||
          activeElement?.textContent ||
          activeElement?.id
        );
      });
    const reached = [await focused()];
    for (let presses = 0; presses < 8; presses += 1) {
      await page.keyboard.press("Tab");
      reached.push(await focused());
    }
    assert.deepEqual(reached, [
      "email",
      "password",
      "Show password",
      "Sign in",
      "Continue with Acme",
      "Sign in with a passkey",
      "Send me a code instead",
      "Forgot your password?",
      "Create an account",
    ]);
    visit.step("Tab reaches everything, in the order in which it is seen");

    await page.emulateMedia({ forcedColors: "active" });
    const borders = await page.evaluate(() =>
      [...window.app.element.shadowRoot.querySelectorAll("input, .submit, .choice")].map(
        (one) => getComputedStyle(one).borderTopWidth,
      ),
    );
    assert.ok(borders.length >= 6 && borders.every((width) => width === "1px"), `${borders}`);
    await page.locator("auth-login").getByLabel("Email", { exact: true }).focus();
    const outline = await page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(
        window.app.element.shadowRoot.activeElement,
      );
      return `${outlineStyle} ${outlineWidth}`;
    });
    assert.equal(outline, "solid 2px");
    visit.step("in forced colours, edges and the focus stay visible");
  },

  async "tabs that refresh together"(visit) {
    const { server, context } = visit;
    const refreshes = () =>
      server.requests.filter(({ route }) => route === "POST /session/refresh").length;
    const refresh = (page) => page.evaluate(() => window.app.client.refresh());
    const until = async (count) => {
      for (let tries = 0; refreshes() < count; tries += 1) {
        assert.ok(tries < 200, `${refreshes()} refreshes instead of ${count}`);
        await new Promise((done) => setTimeout(done, 20));
      }
    };
    await visit.open("/auth?show=signup");
    await visit.fill({ Email: "tabs@example.com", Password: PASSWORD });
    await visit.signedIn();
    const other = await context.newPage();
    await other.goto(`${server.origin}/auth`);
    await other.waitForFunction(() => window.app !== undefined);
    const before = refreshes();

    let release;
    server.hold = new Promise((done) => (release = done));
    const lost = refresh(other).catch(() => "closed");
    await until(before + 1);
    const waiting = refresh(visit.page);
    await new Promise((done) => setTimeout(done, 200));
    assert.equal(refreshes(), before + 1);
    await other.close();
    assert.equal(await lost, "closed");
    await until(before + 2);
    release();
    assert.equal(await waiting, true);
    visit.step("a tab that closes in the middle of it holds up no other");

    await context.addInitScript(() =>
      Object.defineProperty(navigator, "locks", { value: undefined }),
    );
    const pages = await Promise.all([1, 2].map(() => context.newPage()));
    for (const page of pages) {
      await page.goto(`${server.origin}/auth`);
      await page.waitForFunction(() => window.app !== undefined);
      assert.equal(await page.evaluate(() => navigator.locks), undefined);
    }
    const start = refreshes();
    server.hold = new Promise((done) => setTimeout(done, 300));
    assert.deepEqual(await Promise.all(pages.map(refresh)), [true, true]);
    // In the same instant both may take the lock; that does no harm.
    assert.ok(refreshes() <= start + 2, `${refreshes() - start} refreshes`);
    const next = refreshes() + 1;
    server.hold = new Promise((done) => setTimeout(done, 500));
    const first = refresh(pages[0]);
    await until(next);
    assert.deepEqual(await Promise.all([first, refresh(pages[1])]), [true, true]);
    assert.equal(refreshes(), next);
    visit.step("without Web Locks, too, a tab waits for the refresh of another");
  },

  async "another language, another look"(visit) {
    await visit.open("/auth");
    await visit.sees("Sign in");
    await visit.page.evaluate(() => {
      window.app.element.messages = {
        signInTitle: "Anmelden",
        "Email is invalid": "Keine gültige Adresse",
      };
      window.app.element.style.setProperty("--auth-accent", "rgb(0, 90, 60)");
    });
    await visit.sees("Anmelden");
    const colour = await visit.page
      .getByRole("button", { name: "Sign in", exact: true })
      .evaluate((button) => getComputedStyle(button).backgroundColor);
    assert.equal(colour, "rgb(0, 90, 60)");
    await visit.press("Send me a code instead");
    await visit.fill({ Email: "x" });
    await visit.alert("Keine gültige Adresse");
    visit.step("own texts, also for what the server says, and an own colour");
  },

  async "properties that are set before there is an element"(visit) {
    const { page, server } = visit;
    await page.goto(`${server.origin}/bare`);
    await page.evaluate(async () => {
      const element = document.createElement("auth-login");
      const { createAuthClient } = await import("/client/index.js");
      const client = createAuthClient({ apiDomain: location.origin });
      Object.assign(element, {
        view: "signUp",
        messages: { signUpTitle: "Konto anlegen" },
        signUpFields: [{ id: "nick", label: "Nickname" }],
        client,
      });
      document.querySelector("main").append(element);
      await import("/client/login.js");
      window.app = { element, client };
    });
    await visit.sees("Konto anlegen");
    await page.getByLabel("Nickname").waitFor();
    assert.ok(await page.evaluate(() => window.app.element.client === window.app.client));
    visit.step("count when it is upgraded");

    await page.evaluate(() => {
      window.app.element.remove();
      const element = document.createElement("auth-login");
      Object.assign(element, {
        view: "signUp",
        messages: undefined,
        signUpFields: "",
        client: null,
      });
      document.querySelector("main").append(element);
      window.app.element = element;
    });
    await visit.sees("Create your account");
    visit.step("count before it is connected, and nothing is as good as not set");
  },

  async "an element that is moved"(visit) {
    const { page } = visit;
    await visit.open("/auth");
    await visit.press("Create an account");
    await visit.sees("Create your account");
    await page.getByLabel("Email", { exact: true }).fill("moved@example.com");
    await page.getByLabel("Password", { exact: true }).fill("half a pass");
    const typed = () =>
      page.evaluate(() => {
        const { shadowRoot, view } = window.app.element;
        return [view, ...[...shadowRoot.querySelectorAll("input")].map(({ value }) => value)];
      });
    const before = ["signUp", "moved@example.com", "half a pass"];
    await page.evaluate(() => {
      const aside = document.createElement("aside");
      document.body.append(aside);
      aside.append(window.app.element);
    });
    await new Promise((done) => setTimeout(done, 200));
    assert.deepEqual(await typed(), before);
    visit.step("keeps its view and what was typed");

    await page.getByLabel("Password", { exact: true }).focus();
    await page.evaluate(() => {
      window.app.element.messages = {};
      window.app.element.messages = { signUpTitle: "Anmelden" };
    });
    await visit.sees("Anmelden");
    assert.deepEqual(await typed(), before);
    const focused = () => page.evaluate(() => window.app.element.shadowRoot.activeElement?.id);
    assert.equal(await focused(), "password");
    visit.step("so does one that gets other texts, and the focus stays");

    await page.evaluate(() => {
      const { element } = window.app;
      element.messages = {};
      element.view = "signUp";
      element.remove();
    });
    await page.getByLabel("Email", { exact: true }).waitFor({ state: "detached" });
    await page.evaluate(() => {
      window.app.element.view = "forgot";
      document.querySelector("main").append(window.app.element);
    });
    await visit.sees("Reset your password");
    visit.step("a view that is asked for meanwhile is shown");
  },

  async "where redirect-to leads"(visit) {
    const { page, server } = visit;
    await visit.open("/auth?show=signup");
    await visit.fill({ Email: "to@example.com", Password: PASSWORD });
    await visit.signedIn();
    await visit.open("/auth", { "redirect-to": "/auth?welcome" });
    await page.waitForURL("**/auth?welcome");
    await visit.signedIn();
    await new Promise((done) => setTimeout(done, 300));
    assert.ok(page.url().endsWith("/auth?welcome"));
    visit.step("who is signed in already goes there, and no further");

    await page.evaluate(() => window.app.client.getSession());
    server.forgetSessions();
    await visit.open("/auth", { "redirect-to": "/auth?welcome" });
    await visit.sees("Sign in");
    assert.ok(page.url().endsWith("/auth"));
    visit.step("a session that the server has ended goes nowhere");

    for (const target of [
      "javascript:window.ran = true",
      "http://[",
      "https://example.com/",
      "data:,x",
    ]) {
      await visit.open("/auth?show=signup", { "redirect-to": target });
      await visit.fill({ Email: `to${Math.random()}@example.com`, Password: PASSWORD });
      await visit.signedIn();
      assert.equal(await page.evaluate(() => window.ran), undefined);
      await visit.signOut();
    }
    visit.step("no script, no other site, and what is no URL breaks nothing");

    // A frame without an address of its own, whose base is a folder.
    await page.goto(`${server.origin}/bare`);
    const signUpInFrame = async (target, sandbox) => {
      await page.evaluate(
        ([target, sandbox]) => {
          const frame = document.createElement("iframe");
          if (sandbox) {
            frame.sandbox = sandbox;
          }
          frame.srcdoc = `<base href="/folder/"><auth-login redirect-to="${target}" view="signup"></auth-login>
            <script type="module">
              import { createAuthClient } from "/client/index.js";
              import "/client/login.js";
              const element = document.querySelector("auth-login");
              element.client = createAuthClient({ apiDomain: "${location.origin}" });
              element.addEventListener("auth-success", () => element.setAttribute("title", "done"));
            </script>`;
          document.querySelector("main").replaceChildren(frame);
        },
        [target, sandbox],
      );
      const frame = page.frameLocator("iframe");
      await frame.getByLabel("Email", { exact: true }).fill(`frame${Math.random()}@example.com`);
      await frame.getByLabel("Password", { exact: true }).fill(PASSWORD);
      await page.keyboard.press("Enter");
      return frame;
    };
    const frame = await signUpInFrame("javascript:parent.ran = true");
    await frame.locator("auth-login[title=done]").waitFor();
    assert.equal(await page.evaluate(() => window.ran), undefined);
    await page.context().clearCookies();
    await signUpInFrame("welcome");
    await page.waitForFunction(() =>
      document.querySelector("iframe").contentWindow.location.href.endsWith("/folder/welcome"),
    );
    visit.step("in a frame of its own text: no script, and as <base> says");
  },

  async "a frame of another site"(visit) {
    const { page, server } = visit;
    const { port } = new URL(server.origin);
    await page.goto(`http://${OTHER_SITE}:${port}/bare`);
    await page.evaluate((url) => {
      const frame = document.createElement("iframe");
      frame.src = url;
      document.querySelector("main").append(frame);
    }, `${server.origin}/bare`);
    await page.frameLocator("iframe").locator("main").waitFor({ state: "attached" });
    const frame = page.frames().find((one) => one.url().startsWith(server.origin));
    const seen = await frame.evaluate(async () => {
      document.cookie = "plain=1;path=/;samesite=lax";
      const { cookieStorage } = await import("/client/storage.js");
      const storage = cookieStorage();
      storage.set("kept", "1");
      const kept = storage.get("kept");
      storage.set("kept", undefined);
      return { plain: document.cookie.includes("plain"), kept, after: storage.get("kept") };
    });
    assert.deepEqual(seen, { plain: false, kept: "1", after: undefined });
    visit.step("keeps partitioned cookies, where the browser takes no others");
  },

  async "texts with values from users"(visit) {
    visit.server.flowType = "USER_INPUT_CODE";
    await visit.open("/auth?show=code");
    await visit.page.evaluate(() => {
      window.app.element.messages = { codeSentHint: "{contact}, yes {contact}: $& {left}" };
    });
    const contact = "$&{left}$1@example.com";
    await visit.fill({ Email: contact });
    await visit.sees("Enter the code");
    await visit.page.getByText(`${contact}, yes ${contact}: $& {left}`, { exact: true }).waitFor();
    visit.step("show them as they are");
  },

  async "a page that may store nothing"(visit) {
    visit.server.flowType = "USER_INPUT_CODE";
    await visit.context.addInitScript(() => {
      for (const name of ["localStorage", "sessionStorage"]) {
        Object.defineProperty(window, name, {
          get() {
            throw new DOMException("denied", "SecurityError");
          },
        });
      }
    });
    await visit.page.goto(`${visit.server.origin}/bare`);
    await visit.page.evaluate(async () => {
      const { createAuthClient } = await import("/client/index.js");
      await import("/client/login.js");
      const element = document.createElement("auth-login");
      const client = createAuthClient({ apiDomain: location.origin });
      Object.assign(element, { client, view: "code" });
      document.querySelector("main").append(element);
      window.app = { client, element };
    });
    await visit.fill({ Email: "none@example.com" });
    await visit.sees("Enter the code");
    await visit.fill({ Code: visit.mail().code });
    await visit.signedIn();
    await visit.signOut();
    await visit.press("Continue with Acme");
    await visit.alert("This browser keeps nothing for this page");
    visit.step("signs in with a code, and says why a provider does not work");
  },
};

const wanted = process.argv.slice(2);
let failed = 0;
for (const [title, run] of Object.entries(runs)) {
  if (wanted.some((word) => !title.includes(word))) {
    continue;
  }
  console.log(`\n<auth-login>: ${title}`);
  const server = await startStandIn(client);
  const { context } = await browser.open();
  const visit = new Visit(server, context, await context.newPage());
  try {
    await run(visit);
    assert.equal(visit.failure, undefined);
  } catch (error) {
    failed += 1;
    const traffic = server.requests.map(({ route }) => route).join("\n");
    console.log(`not ok  ${error.stack}\n${visit.failure?.stack ?? ""}\n${traffic}`);
    await visit.page.screenshot({ path: `failed-element-${failed}.png` });
  }
  await context.close();
  await server.close();
}
await browser.close();
if (wanted.length === 0) {
  // Every view that the element has was seen, and so audited.
  const views = [
    ...["signIn", "signUp", "forgot", "sent", "reset", "done", "code", "codeSent", "link"],
    ...["callback", "passkey", "verifyEmail", "verifyLink", "verified", "totp", "totpSetup"],
    ...["otherFactor", "signedIn"],
  ];
  const missing = views.filter((view) => !Visit.audited.has(view));
  console.log(`\naudited: ${[...Visit.audited].join(", ")}`);
  if (missing.length > 0) {
    failed += 1;
    console.log(`not ok  nobody saw ${missing.join(", ")}`);
  }
}
process.exit(failed === 0 ? 0 : 1);
