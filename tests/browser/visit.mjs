// One user at one website: what they do, what it sent, and where it keeps its tokens.

import assert from "node:assert/strict";

/** Long enough for the calls between two expiries on a busy machine, short enough to wait for. */
export const ACCESS_TOKEN_SECONDS = 8;
export const PASSWORD = "correct horse 1";
export const NEW_PASSWORD = "better horse 2";

const newEmail = () => `ada+${Math.random().toString(36).slice(2)}@example.com`;

/**
 * Presses a button with the keyboard as soon as it can be pressed: while a request is under way, <auth-login> marks its
 * buttons as disabled and ignores a press.
 */
export const press = (page, name) =>
  page.getByRole("button", { name, exact: true, disabled: false }).press("Enter");

export class Visit {
  email = newEmail();
  /** Where messages are expected, if not at the mail address. */
  phone;
  /** Requests that an SDK sent to the API, with the status of each answer. */
  traffic = [];
  /** What happened, for the report. */
  log = [];
  console = [];

  static async start(site, context, run) {
    const visit = new Visit();
    Object.assign(visit, { site, context, run, page: await context.newPage() });
    visit.listen(visit.page);
    return visit;
  }

  listen(page) {
    page.setDefaultTimeout(20_000);
    page.on("console", (message) => this.console.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => this.console.push(String(error)));
    page.on("response", (response) => {
      const request = response.request();
      const headers = request.headers();
      // On one origin the page and its script come from there as well.
      if (request.url().startsWith(this.site.api.origin) && headers["st-auth-mode"]) {
        const path = request.url().slice(this.site.api.origin.length);
        this.traffic.push({
          text: `${request.method()} ${path} ${response.status()}`,
          path,
          headers,
        });
      }
    });
  }

  step(text) {
    this.log.push(`  ok  ${text}`);
  }

  async open(path) {
    await this.page.goto(new URL(path, this.site.website).href);
    await this.page.waitForFunction(() => window.app !== undefined);
  }

  /** Where messages to the user are expected. */
  get contact() {
    return this.phone ?? this.email;
  }

  /** Follows the link of the newest mail. */
  async openLink() {
    await this.open(await this.link());
  }

  /** The link of the newest message once there are `count` of them; it must lead to the website. */
  async link(count) {
    const links = await this.site.api.links(this.contact, count);
    const link = links.find((link) => link.startsWith(this.site.website));
    assert.ok(link, `no link to ${this.site.website} among ${links}`);
    return link;
  }

  /** The code of the newest message once there are `count` of them. */
  async code(count) {
    const message = await this.site.api.mail(this.contact, count);
    const code = message.match(/^(\d{6})(\r?$| is your code)/m)?.[1];
    assert.ok(code, `no code in ${message}`);
    return code;
  }

  /** The same user with another browser, which has no session. */
  async elsewhere() {
    const context = await this.context.browser().newContext();
    const { email, phone, traffic, console } = this;
    return Object.assign(await Visit.start(this.site, context, this.run), {
      email,
      phone,
      traffic,
      console,
    });
  }

  /** Another user with the same browser. */
  changeUser() {
    this.email = newEmail();
  }

  /** Calls a function of the page. */
  app(name, ...args) {
    return this.page.evaluate(([name, args]) => window.app[name](...args), [name, args]);
  }

  /** How many requests went to a path. */
  count(path) {
    return this.traffic.filter((request) => request.path.includes(path)).length;
  }

  get refreshes() {
    return this.count("/session/refresh");
  }

  expire() {
    return new Promise((done) => setTimeout(done, ACCESS_TOKEN_SECONDS * 1000 + 200));
  }

  /** The cookies that go to the API, by name. */
  async cookies() {
    const { hostname } = new URL(this.site.api.origin);
    const cookies = (await this.context.cookies()).filter(({ domain }) => domain === hostname);
    return Object.fromEntries(cookies.map((cookie) => [cookie.name, cookie]));
  }
}
