// What every SDK can do without a user interface.

import assert from "node:assert/strict";

import { NEW_PASSWORD, PASSWORD } from "../visit.mjs";
import { session, stranger, tabs } from "./session.mjs";

export async function scripted(visit) {
  const { email } = visit;
  await visit.open("/");
  await stranger(visit);

  assert.equal(await visit.app("emailExists", email), false);
  assert.equal(await visit.app("signUp", email, "short"), "FIELD_ERROR");
  assert.equal(await visit.app("signUp", email, PASSWORD), "OK");
  assert.equal(await visit.app("emailExists", email), true);
  assert.equal(await visit.app("signUp", email, PASSWORD), "FIELD_ERROR");
  visit.step("sign up; the address is taken then");

  await session(visit);

  assert.equal(await visit.app("signIn", email, "wrong password 1"), "WRONG_CREDENTIALS_ERROR");
  assert.equal(await visit.app("signIn", email, PASSWORD), "OK");
  if (visit.run.page === "web-js") await roles(visit);
  assert.equal(await visit.app("call"), 200);
  visit.step("a wrong password is refused, the right one signs in");

  await tabs(visit);
  await passwordReset(visit);
  await visit.app("signOut");
}

/** The claims of roles, as the classes of the SDK read them. */
async function roles(visit) {
  const { values, missing } = await visit.app("roles");
  assert.deepEqual(values, [[], []]);
  const reason = { message: "wrong value", expectedToInclude: "admin", actualValue: [] };
  assert.deepEqual(missing, [{ id: "st-role", reason }]);
  visit.step("roles and permissions are read by the claims of the SDK");
}

export async function passwordReset(visit) {
  const { email } = visit;
  assert.equal(await visit.app("sendReset", email), "OK");
  await visit.openLink();
  assert.equal(await visit.app("reset", NEW_PASSWORD), "OK");
  assert.equal(await visit.app("reset", NEW_PASSWORD), "RESET_PASSWORD_INVALID_TOKEN_ERROR");
  assert.equal(await visit.app("signIn", email, PASSWORD), "WRONG_CREDENTIALS_ERROR");
  assert.equal(await visit.app("signIn", email, NEW_PASSWORD), "OK");
  visit.step("password reset: the link works once, the old password no more");
}
