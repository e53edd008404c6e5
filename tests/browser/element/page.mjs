// `<auth-login>` in its page: keyboard, tabs, texts, properties, redirects, frames and storage.

import assert from "node:assert/strict";

import { OTHER_SITE } from "../browser.mjs";
import { PASSWORD } from "./visit.mjs";

export const page = {
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
    visit.step("a user who is signed in already is redirected once");

    await page.evaluate(() => window.app.client.getSession());
    server.forgetSessions();
    await visit.open("/auth", { "redirect-to": "/auth?welcome" });
    await visit.sees("Sign in");
    assert.ok(page.url().endsWith("/auth"));
    visit.step("a session that the server has ended is not redirected");

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
