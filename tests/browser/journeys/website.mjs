// A website of Next.js through one SDK: everything on one origin, and what the server side of the website
// knows of the session.

import assert from "node:assert/strict";

import { PASSWORD } from "../visit.mjs";
import { passwordReset } from "./scripted.mjs";
import { checkCookies, stranger, tabs } from "./session.mjs";

/** What the server has rendered. */
const rendered = async (visit) => {
  const response = await visit.page.request.get(visit.site.website);
  return /id="server">([^<]*)/.exec(await response.text())[1];
};

export async function website(visit) {
  const { email } = visit;
  await visit.open(`/?sdk=${visit.run.page}`);
  await stranger(visit);
  assert.equal(await rendered(visit), "signedOut");

  assert.equal(await visit.app("emailExists", email), false);
  assert.equal(await visit.app("signUp", email, "short"), "FIELD_ERROR");
  assert.equal(await visit.app("signUp", email, PASSWORD), "OK");
  assert.equal(await visit.app("emailExists", email), true);
  assert.equal(await visit.app("signUp", email, PASSWORD), "FIELD_ERROR");
  await checkCookies(visit);
  visit.step("sign up; the address is taken then");

  const { userId } = await visit.app("session");
  assert.equal(await rendered(visit), userId);
  assert.equal(await visit.app("call"), 200);
  visit.step("a server component and a route of the website know who is signed in");

  const before = visit.refreshes;
  await visit.expire();
  assert.equal(await rendered(visit), "expired");
  assert.equal(await visit.app("call"), 200);
  assert.equal(visit.refreshes, before + 1);
  assert.equal(await rendered(visit), userId);
  visit.step("an expired access token: one refresh, and the call goes through");

  await visit.expire();
  const parallel = await visit.page.evaluate(() =>
    Promise.all(Array.from({ length: 10 }, () => window.app.call())),
  );
  assert.deepEqual(parallel, Array(10).fill(200));
  assert.equal(visit.refreshes, before + 2);
  visit.step("ten parallel calls: one refresh");

  await tabs(visit);
  assert.equal(await rendered(visit), "signedOut");
  assert.equal(await visit.app("signIn", email, "wrong password 1"), "WRONG_CREDENTIALS_ERROR");
  assert.equal(await visit.app("signIn", email, PASSWORD), "OK");
  assert.equal(await visit.app("call"), 200);
  visit.step("a wrong password is refused, the right one signs in");

  await passwordReset(visit);
  await visit.app("signOut");
  assert.equal(await visit.app("call"), 401);
  visit.step("sign out");
}
