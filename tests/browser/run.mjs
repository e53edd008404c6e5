// Real frontends in a real browser against the generated server.
//
//   AUTH_APP=<the built example `app`> AUTH_CLIENT=<folder of the generated client> \
//     node run.mjs [words of the titles to run]
//
// See README.md for what it needs and how to read it.

import assert from "node:assert/strict";

import { launch, openTolerant } from "./browser.mjs";
import { cached } from "./journeys/cached.mjs";
import * as fields from "./journeys/fields.mjs";
import { forgery } from "./journeys/forgery.mjs";
import { login } from "./journeys/login.mjs";
import * as passwordless from "./journeys/passwordless.mjs";
import * as provider from "./journeys/provider.mjs";
import { published } from "./journeys/published.mjs";
import { scripted } from "./journeys/scripted.mjs";
import * as tenants from "./journeys/tenants.mjs";
import * as verification from "./journeys/verification.mjs";
import { widget } from "./journeys/widget.mjs";
import { startSite } from "./site.mjs";
import { ACCESS_TOKEN_SECONDS, Visit } from "./visit.mjs";

const FRONTENDS = [
  { page: "react", journey: widget, verifies: verification.widget, asksFirst: true, leaves: true },
  { page: "login", journey: login, verifies: verification.login, isOurs: true },
  { page: "web-js", journey: scripted, verifies: verification.scripted, asksFirst: true },
  { page: "client", journey: scripted, verifies: verification.scripted, isOurs: true },
];
const SCRIPTED = FRONTENDS.slice(2);
/** The kind of journey of each page. */
const KINDS = { react: "widget", login: "login", "web-js": "scripted", client: "scripted" };
const FLOWS = ["USER_INPUT_CODE_AND_MAGIC_LINK", "USER_INPUT_CODE", "MAGIC_LINK"];
const ORIGINS = {
  two: "two origins",
  same: "same origin",
  caching: "same origin behind a caching proxy",
  sites: "two sites",
};
/** A server out of the published description, where one was built: most of its operations have no behaviour. */
const { PUBLISHED_APP, PUBLISHED_CLIENT } = process.env;
const PUBLISHED = (PUBLISHED_APP ? ["login", "react"] : []).map((page) => ({
  ...{ page, mode: "cookie", origin: "two", journey: published, what: "the published description" },
  ...{ binary: PUBLISHED_APP, client: PUBLISHED_CLIENT },
}));
const RUNS = [
  ...FRONTENDS.flatMap((frontend) =>
    ["two", "same"].flatMap((origin) =>
      ["cookie", "header"].map((mode) => ({ ...frontend, origin, mode })),
    ),
  ),
  ...FRONTENDS.flatMap((frontend) => [
    verifying(frontend, "cookie", "required"),
    verifying(frontend, "cookie", "optional"),
  ]),
  verifying(FRONTENDS[2], "header", "required"),
  // Where both are possible, each visit uses an address and then a number.
  ...FRONTENDS.flatMap((frontend) =>
    FLOWS.map((flow) => withoutPassword(frontend, "cookie", "EMAIL_OR_PHONE", flow)),
  ),
  ...["EMAIL", "PHONE"].flatMap((contact) => [
    ...FLOWS.map((flow) => withoutPassword(FRONTENDS[0], "cookie", contact, flow)),
    withoutPassword(FRONTENDS[1], "cookie", contact, FLOWS[0]),
  ]),
  withoutPassword(FRONTENDS[2], "header", "EMAIL", FLOWS[0]),
  ...FRONTENDS.map((frontend) => throughProvider(frontend, "cookie")),
  throughProvider(FRONTENDS[2], "header"),
  ...FRONTENDS.map((frontend) => inTenants(frontend)),
  ...FRONTENDS.slice(0, 2).map((frontend) => withFields(frontend)),
  ...PUBLISHED,
  ...SCRIPTED.map((frontend) => ({
    ...frontend,
    mode: "cookie",
    origin: "caching",
    journey: cached,
    goesInCircles: frontend.isOurs ? clientInCircles : sdkInCircles,
  })),
  ...SCRIPTED.flatMap((frontend) =>
    ["two", "same", "sites"].map((origin) => ({
      ...frontend,
      mode: "cookie",
      origin,
      journey: forgery,
      // For two sites the header is the default; browsers take `localhost` for as good as https.
      variables:
        origin === "sites" ? { AUTH_COOKIE_SECURE: "true" } : { AUTH_ANTI_CSRF: "VIA_TOKEN" },
      what: origin === "sites" ? "VIA_CUSTOM_HEADER" : "VIA_TOKEN",
    })),
  ),
];

/** A visit of users who verify their addresses. */
function verifying(frontend, mode, demand) {
  return {
    ...frontend,
    mode,
    origin: "two",
    journey: frontend.verifies,
    variables: { AUTH_EMAIL_VERIFICATION: demand },
    isRequired: demand === "required",
    what: `verified addresses ${demand}`,
  };
}

/** A visit of users without a password. */
function withoutPassword(frontend, mode, contact, flow) {
  const journey = passwordless[KINDS[frontend.page]];
  const what = `codes and links (${contact}, ${flow})`;
  return { ...frontend, mode, origin: "two", journey, contact, flow, what };
}

/** A visit of users with an account at a provider. */
function throughProvider(frontend, mode) {
  const journey = provider[KINDS[frontend.page]];
  return { ...frontend, mode, origin: "two", journey, provider: true, what: "a provider" };
}

/** A visit of users of two tenants. */
function inTenants(frontend) {
  const journey = tenants[KINDS[frontend.page]];
  const run = { ...frontend, mode: "cookie", origin: "two", provider: true, tenants: true };
  return { ...run, journey, what: "tenants" };
}

/** A visit of users who fill in more than address and password. */
function withFields(frontend) {
  const journey = fields[KINDS[frontend.page]];
  const run = { ...frontend, mode: "cookie", origin: "two", fields: fields.DECLARED };
  return { ...run, journey, what: "further fields" };
}

/** A visit waits for tokens to expire most of the time. */
const AT_ONCE = 5;

/** Today's SDK: ten times around, and an error. */
function sdkInCircles(outcome, refreshes) {
  assert.equal(refreshes, 10);
  assert.ok(outcome instanceof Error, `${outcome}`);
}

/** Ours stops after one that helps nothing; what the server still says is the answer. */
function clientInCircles(outcome, refreshes) {
  assert.ok(refreshes >= 1 && refreshes <= 2, `${refreshes} refreshes`);
  assert.equal(outcome, 401);
}

const words = process.argv.slice(2);
const { AUTH_APP: binary, AUTH_CLIENT: client } = process.env;
assert.ok(binary, "AUTH_APP names the server to test");
const titleOf = ({ page, mode, origin, what }) =>
  [page, `${mode} mode`, ORIGINS[origin], ...(what ? [what] : [])].join(", ");
const wanted = RUNS.filter(
  (run) =>
    words.every((word) => titleOf(run).includes(word)) && !(run.isOurs && client === undefined),
);
assert.ok(wanted.length > 0, "no visit has such a title");

const browser = await launch();
let failed = 0;

async function visitWith(run) {
  const started = performance.now();
  const variables = { AUTH_ACCESS_TOKEN_SECONDS: String(ACCESS_TOKEN_SECONDS), ...run.variables };
  const site = await startSite({ binary, client, ...run, variables });
  const isThirdParty = run.origin === "sites";
  const { context, close } = await (isThirdParty ? openTolerant() : browser.open());
  const visit = await Visit.start(site, context, run);
  try {
    await run.journey(visit);
  } catch (error) {
    failed += 1;
    const traffic = visit.traffic.map(({ text }) => text).join("\n");
    visit.log.push(
      `not ok  ${error.stack}\n${traffic}\n${visit.console.join("\n")}\n${site.api.log()}`,
    );
    await visit.page.screenshot({ path: `failed-${titleOf(run).replace(/\W+/g, "-")}.png` });
  }
  await close();
  await site.stop();
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`\n${titleOf(run)} (${seconds}s)\n${visit.log.join("\n")}`);
}

const queue = wanted.values();
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (const run of queue) {
      await visitWith(run);
    }
  }),
);
await browser.close();
console.log(`\n${wanted.length} visits, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
