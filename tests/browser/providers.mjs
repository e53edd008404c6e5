// The server with two providers from npm: `oidc-provider`, a certified and strict one, and `oauth2-mock-server`, whose
// tokens a test can change.
//
//   AUTH_APP=<the built example `app`> node providers.mjs

import assert from "node:assert/strict";

import { OAuth2Server } from "oauth2-mock-server";

import { freePort, startApi } from "./api.mjs";
import { callbackOf, settingsFor, startProvider } from "./openid.mjs";

const WEBSITE = "http://localhost:3000";
const PAGE = callbackOf(WEBSITE);

const { AUTH_APP: binary } = process.env;
assert.ok(binary, "AUTH_APP names the server to test");

const headers = { "st-auth-mode": "header", "fdi-version": "4.1", rid: "thirdparty" };

async function begin(api) {
  const query = new URLSearchParams({
    thirdPartyId: "example",
    redirectURIOnProviderDashboard: PAGE,
  });
  const response = await fetch(`${api.address}/auth/authorisationurl?${query}`, { headers });
  const answer = await response.json();
  assert.equal(answer.status, "OK", JSON.stringify(answer));
  const url = new URL(answer.urlWithQueryParams);
  url.searchParams.set("state", "of the page");
  return { url, pkceCodeVerifier: answer.pkceCodeVerifier };
}

/** What the page posts, with all that the provider has added to its address. */
async function finish(api, { pkceCodeVerifier }, returned) {
  const body = {
    thirdPartyId: "example",
    redirectURIInfo: {
      redirectURIOnProviderDashboard: PAGE,
      redirectURIQueryParams: Object.fromEntries(returned.searchParams),
      pkceCodeVerifier,
    },
  };
  const response = await fetch(`${api.address}/auth/signinup`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json");
  return { code: response.status, text, ...(isJson ? JSON.parse(text) : {}) };
}

/** Follows redirects as a browser does, with cookies, and sends the forms of the provider, until the page is reached. */
async function visit(url) {
  const cookies = new Map();
  let next = { url, init: {} };
  for (let steps = 0; steps < 20; steps += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(next.url, {
      redirect: "manual",
      ...next.init,
      headers: { ...next.init.headers, cookie },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      cookies.set(name, value);
    }
    const location = response.headers.get("location");
    if (location !== null) {
      const target = new URL(location, next.url);
      if (target.href.startsWith(WEBSITE)) {
        return target;
      }
      next = { url: target, init: {} };
      continue;
    }
    const html = await response.text();
    const action = /<form[^>]* action="([^"]+)"/.exec(html)?.[1];
    assert.ok(action, `${response.status} ${html}`);
    const prompt = /name="prompt" value="(\w+)"/.exec(html)?.[1];
    const fields = { prompt, ...(prompt === "login" && { login: "ada", password: "any" }) };
    next = {
      url: new URL(action, next.url),
      init: { method: "POST", body: new URLSearchParams(fields) },
    };
  }
  throw new Error("the provider redirects without end");
}

let failed = 0;
async function test(title, run) {
  try {
    await run();
    console.log(`ok  ${title}`);
  } catch (error) {
    failed += 1;
    console.log(`not ok  ${title}\n${error.stack}`);
  }
}

async function withStrictProvider() {
  const provider = await startProvider(WEBSITE);
  const { issuer } = provider;
  const api = await startApi(binary, WEBSITE, undefined, provider.settings);
  await test("oidc-provider: a user signs up, and in again", async () => {
    for (const isNew of [true, false]) {
      const begun = await begin(api);
      const returned = await visit(begun.url);
      // RFC 9207: this provider names itself.
      assert.equal(returned.searchParams.get("iss"), issuer);
      const answer = await finish(api, begun, returned);
      assert.equal(answer.status, "OK", answer.text);
      assert.equal(answer.createdNewRecipeUser, isNew);
      const [method] = answer.user.loginMethods;
      assert.deepEqual(method.thirdParty, { id: "example", userId: "ada" });
      assert.deepEqual([method.email, method.verified], ["ada@example.com", true]);
    }
  });
  await test("oidc-provider: a code is used once, by its page, and with its issuer", async () => {
    const begun = await begin(api);
    const returned = await visit(begun.url);
    const other = await begin(api);
    assert.equal((await finish(api, other, returned)).code, 400);
    const again = await visit(begun.url);
    assert.equal((await finish(api, begun, again)).status, "OK");
    assert.equal((await finish(api, begun, again)).code, 400);
    const foreign = await visit(begun.url);
    foreign.searchParams.set("iss", "https://other.test");
    assert.equal((await finish(api, begun, foreign)).code, 400);
  });
  await api.stop();
  provider.stop();
}

async function withMock() {
  const mock = new OAuth2Server();
  await mock.issuer.keys.generate("RS256");
  const port = await freePort();
  await mock.start(port, "localhost");
  const issuer = mock.issuer.url;
  const api = await startApi(binary, WEBSITE, undefined, settingsFor(issuer));
  const { service } = mock;
  const user = (token) =>
    Object.assign(token.payload, { email: "eva@example.com", email_verified: true });
  /** One sign-in, with what is changed about the tokens. */
  async function signIn(change = () => {}) {
    const sign = (token) => {
      user(token);
      change(token);
    };
    service.on("beforeTokenSigning", sign);
    const begun = await begin(api);
    const answer = await finish(api, begun, await visit(begun.url));
    service.off("beforeTokenSigning", sign);
    return answer;
  }
  await test("oauth2-mock-server: a user signs up", async () => {
    const answer = await signIn();
    assert.equal(answer.status, "OK", answer.text);
  });
  for (const [title, change] of [
    ["another nonce", ({ payload }) => (payload.nonce = "x")],
    ["another audience", ({ payload }) => (payload.aud = "x")],
    ["another issuer", ({ payload }) => (payload.iss = "https://other.test")],
    ["an expired token", ({ payload }) => (payload.exp = 1)],
    ["a token of the future", ({ payload }) => (payload.iat += 3600)],
  ]) {
    await test(`oauth2-mock-server: ${title} is refused`, async () => {
      const answer = await signIn(change);
      assert.equal(answer.code, 400, answer.text);
      assert.match(answer.message, /could not be verified/);
    });
  }
  await test("oauth2-mock-server: a provider that fails is answered 503", async () => {
    service.once("beforeResponse", (response) => {
      response.statusCode = 500;
      response.body = "";
    });
    const begun = await begin(api);
    const answer = await finish(api, begun, await visit(begun.url));
    assert.equal(answer.code, 503, answer.text);
  });
  await mock.stop();
  await test("oauth2-mock-server: a provider that is down is answered 503", async () => {
    const answer = await finish(api, { pkceCodeVerifier: "v".repeat(43) }, new URL(`${PAGE}?code=c`));
    assert.equal(answer.code, 503, answer.text);
  });
  await api.stop();
}

await withStrictProvider();
await withMock();
process.exit(failed === 0 ? 0 : 1);
