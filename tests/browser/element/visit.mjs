// A visit of one user at one site.

import assert from "node:assert/strict";

import { audit } from "../audit.mjs";
import { press } from "../visit.mjs";

export const PASSWORD = "correct horse 1";

/** One user at one site. Every view that is seen is audited, in the light and in the dark. */
export class Visit {
  static audited = new Set();

  constructor(browser, server, context, page) {
    Object.assign(this, { browser, server, context, page });
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
