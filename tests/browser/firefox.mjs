// The client and `<auth-login>` in Firefox, over WebDriver BiDi: what differs between browsers most.
//
//   LOGIN_CLIENT=<client generated from login-methods.yaml> node firefox.mjs
//
// FIREFOX names the browser, where it is not `/usr/bin/firefox-esr`.

import assert from "node:assert/strict";

import puppeteer from "puppeteer-core";

import { startStandIn } from "./stand-in.mjs";

const client = process.env.LOGIN_CLIENT;
assert.ok(client, "LOGIN_CLIENT names the client generated from login-methods.yaml");
const server = await startStandIn(client);
const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr",
  headless: true,
});
const step = (text) => console.log(`  ok  ${text}`);
try {
  const page = await browser.newPage();
  await page.goto(`${server.origin}/bare`);
  await page.evaluate(async () => {
    const element = document.createElement("auth-login");
    const { createAuthClient } = await import("/client/index.js");
    const client = createAuthClient({ apiDomain: location.origin });
    Object.assign(element, { view: "signUp", client });
    document.querySelector("main").append(element);
    await import("/client/login.js");
    window.app = { element, client };
  });
  const shown = (title) =>
    page.waitForFunction(
      (title) => window.app.element.shadowRoot?.querySelector("h1")?.textContent === title,
      {},
      title,
    );
  await shown("Create your account");
  step("properties that are set before the element is upgraded count");

  await page.evaluate(() => {
    const { shadowRoot } = window.app.element;
    shadowRoot.querySelector("#email").value = "fox@example.com";
    shadowRoot.querySelector("#password").value = "correct horse 1";
    shadowRoot.querySelector("form").requestSubmit();
  });
  await shown("You are signed in");
  step("signs up");

  const refreshes = () =>
    server.requests.filter(({ route }) => route === "POST /session/refresh").length;
  const before = refreshes();
  const answers = await page.evaluate(async () => {
    const { client } = window.app;
    const both = await Promise.all([client.refresh(), client.refresh()]);
    return [...both, (await client.getSession())?.accessTokenPayload.sessionHandle !== undefined];
  });
  assert.deepEqual(answers, [true, true, true]);
  assert.equal(refreshes(), before + 1);
  step("two refreshes at once are one");

  await page.evaluate(() => {
    const frame = document.createElement("iframe");
    frame.srcdoc = `<auth-login redirect-to="javascript:parent.ran = true"></auth-login>
      <script type="module">
        import { createAuthClient } from "/client/index.js";
        import "/client/login.js";
        const client = createAuthClient({ apiDomain: "${location.origin}" });
        document.querySelector("auth-login").client = client;
        parent.answer = (await client.fetch("/auth/user/email/verify")).status;
      </script>`;
    document.querySelector("main").append(frame);
  });
  await page.waitForFunction(() => window.answer !== undefined);
  await new Promise((done) => setTimeout(done, 500));
  const { answer, ran } = await page.evaluate(() => ({ answer: window.answer, ran: window.ran }));
  assert.deepEqual([answer, ran], [200, undefined]);
  step("in a frame of its own text relative URLs work, and redirect-to runs no script");
} finally {
  await browser.close();
  await server.close();
}
