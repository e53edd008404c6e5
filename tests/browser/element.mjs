// `<auth-login>` with all its login methods, in a real browser against a stand-in server, and an audit
// of every view for accessibility.
//
//   LOGIN_CLIENT=<client generated from login-methods.yaml> node element.mjs [words of the titles to run]

import assert from "node:assert/strict";

import { launch } from "./browser.mjs";
import { methods } from "./element/methods.mjs";
import { page } from "./element/page.mjs";
import { steps } from "./element/steps.mjs";
import { Visit } from "./element/visit.mjs";
import { startStandIn } from "./stand-in.mjs";

const client = process.env.LOGIN_CLIENT;
assert.ok(client, "LOGIN_CLIENT names the client generated from login-methods.yaml");

const browser = await launch();

const wanted = process.argv.slice(2);
let failed = 0;
for (const [title, run] of Object.entries({ ...methods, ...steps, ...page })) {
  if (wanted.some((word) => !title.includes(word))) {
    continue;
  }
  console.log(`\n<auth-login>: ${title}`);
  const server = await startStandIn(client);
  const { context } = await browser.open();
  const visit = new Visit(browser, server, context, await context.newPage());
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
    console.log(`not ok  not audited: ${missing.join(", ")}`);
  }
}
process.exit(failed === 0 ? 0 : 1);
