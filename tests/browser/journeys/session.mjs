// What is the same for every frontend: from signed in to signed out.

import assert from "node:assert/strict";

import { REFUSES } from "../site.mjs";

/** Text that is not ASCII, which a JWT and a front token carry as UTF-8. */
const NICKNAME = "é✓";

/** A new visitor, who has no session: scenario 50 of docs/scenarios.md. */
export async function stranger(visit) {
  assert.equal(await visit.app("session"), undefined);
  assert.equal(await visit.app("call"), 401);
  assert.equal(await visit.app("call"), 401);
  // In which ways users of the tenant sign in is asked by the login element, and has nothing to do with a session.
  const methods = `GET ${visit.site.base}/loginmethods 200`;
  const all = visit.traffic.map(({ text }) => text);
  const traffic = all.filter((text) => text !== methods);
  assert.equal(all.length - traffic.length, visit.run.page === "login" ? 1 : 0, all.join("\n"));
  const call = "GET /sessioninfo 401";
  const refresh = `POST ${visit.site.base}/session/refresh 401`;
  // Whether there are tokens that scripts cannot see, the SuperTokens SDKs ask before the first call, in both
  // modes. Ours asks once, too, but not at all where it would know them.
  const { asksFirst, mode } = visit.run;
  const asked = traffic.filter((text) => text === refresh).length;
  assert.deepEqual(
    traffic.filter((text) => text !== refresh),
    [call, call],
  );
  assert.equal(asked, asksFirst || mode === "cookie" ? 1 : 0, traffic.join("\n"));
  assert.ok(!asksFirst || traffic[0] === refresh, traffic.join("\n"));
  visit.step(
    `scenario 50: a new visitor's two calls cost ${visit.refreshes} refresh, and no second one`,
  );
}

export async function session(visit) {
  const { userId, claims } = await visit.app("session");
  assert.equal(claims.sub, userId);
  assert.equal(await visit.app("call"), 200);
  visit.step("the session and its claims; a protected call");

  await checkCookies(visit);
  await claimsOf(visit);

  const before = visit.refreshes;
  assert.equal(await visit.app("refresh"), true);
  assert.equal(visit.refreshes, before + 1);
  visit.step("an explicit refresh");

  await visit.expire();
  assert.equal(await visit.app("call"), 200);
  assert.equal(visit.refreshes, before + 2);
  visit.step("an expired access token: one refresh, and the call goes through");

  await visit.expire();
  const parallel = await visit.page.evaluate(() =>
    Promise.all(Array.from({ length: 10 }, () => window.app.call())),
  );
  assert.deepEqual(parallel, Array(10).fill(200));
  assert.equal(visit.refreshes, before + 3);
  visit.step("ten parallel calls: one refresh");

  if (visit.site.proxy !== undefined) {
    await refusal(visit);
  }

  const beforeEnd = visit.refreshes;
  await visit.app("signOut");
  await signedOut(visit);
  assert.equal(visit.refreshes, beforeEnd);
  visit.step("sign out");
}

/** A claim that a route demands, and text in the payload: scenario 52 of docs/scenarios.md. */
export async function claimsOf(visit) {
  const { status, refused, missing } = await visit.app("letters");
  const reason = { message: "there is no nickname" };
  assert.equal(status, 403);
  assert.deepEqual(
    refused.map(({ id }) => id),
    ["nickname"],
  );
  assert.ok(JSON.stringify(refused[0].reason).includes(reason.message), JSON.stringify(refused));
  assert.deepEqual(missing, ["nickname"]);
  const told = await visit.page.evaluate(() => window.app.events);
  assert.ok(told.includes("API_INVALID_CLAIM") || told.includes("claimsRefused"), told.join());
  visit.step("a claim is missing: 403, and the page learns which one and why");

  assert.equal(await visit.app("setNickname", NICKNAME), 200);
  assert.equal(await visit.app("nickname"), NICKNAME);
  assert.deepEqual(await visit.app("letters"), { status: 200, refused: [], missing: [] });
  visit.step(`scenario 52: the claim is set to "${NICKNAME}", and the page reads that text`);
}

/** A route that answers 401 to every session: scenario 51 of docs/scenarios.md. */
async function refusal(visit) {
  const before = visit.refreshes;
  const outcome = await visit.app("call", REFUSES).catch((error) => error);
  // The SuperTokens SDKs refresh ten times and throw; the client refreshes once, where it can help, and
  // hands over what the server keeps saying, as fetch does.
  const refreshes = visit.run.asksFirst ? 10 : 1;
  assert.equal(visit.refreshes, before + refreshes);
  assert.ok(visit.run.asksFirst ? outcome instanceof Error : outcome === 401, String(outcome));
  assert.equal(await visit.app("call"), 200);
  visit.step(
    `scenario 51: a route that always answers 401 costs ${refreshes} refreshes, and the session lives`,
  );
}

/** From signed in to signed out, in two tabs: scenario 54 of docs/scenarios.md. */
export async function tabs(visit) {
  const second = await visit.context.newPage();
  visit.listen(second);
  await second.goto(visit.page.url());
  await second.waitForFunction(() => window.app !== undefined);
  const { userId } = await visit.app("session");
  assert.equal((await second.evaluate(() => window.app.session())).userId, userId);

  await visit.expire();
  const refreshes = visit.refreshes;
  const calls = [visit.page, second].flatMap((tab) =>
    Array.from({ length: 5 }, () => tab.evaluate(() => window.app.call())),
  );
  assert.deepEqual(await Promise.all(calls), Array(10).fill(200));
  // The lock of the SuperTokens SDKs lies in localStorage, which two processes can write in the same
  // instant; then each tab refreshes, and the server gives both the same tokens. The client uses Web Locks.
  const allowed = visit.run.asksFirst ? [1, 2] : [1];
  const sent = visit.refreshes - refreshes;
  assert.ok(allowed.includes(sent), `${sent} refreshes`);
  visit.step(`scenario 54: two tabs, ${sent} of at most ${allowed.at(-1)} refreshes for both`);

  await second.evaluate(() => window.app.signOut());
  await signedOut(visit);
  await second.close();
  visit.step("two tabs: signed out in one is signed out in both");
}

/** There is no session, and a call is refused. */
async function signedOut(visit) {
  assert.equal(await visit.app("session"), undefined);
  const [refused, told] = await Promise.all([
    visit.page.waitForResponse(
      (answer) => answer.url().endsWith("/sessioninfo") && answer.request().method() === "GET",
    ),
    // A frontend that leaves for the login page may be gone before it has told the status.
    visit.app("call").catch((error) => {
      assert.ok(visit.run.leaves && String(error).includes("navigation"), error);
      return 401;
    }),
  ]);
  assert.equal(refused.status(), 401);
  assert.equal(told, 401);
}

/** Tokens are where the mode says, and scripts cannot read those in cookies. */
export async function checkCookies(visit) {
  const cookies = await visit.cookies();
  if (visit.run.mode === "header") {
    assert.equal(cookies.sAccessToken, undefined);
    assert.equal(cookies["st-access-token"].httpOnly, false);
    visit.step("the tokens travel in headers alone");
    return;
  }
  assert.equal(cookies["st-access-token"], undefined);
  const isThirdParty = visit.run.origin === "sites";
  for (const [name, path] of [
    ["sAccessToken", "/"],
    ["sRefreshToken", `${visit.site.base}/session/refresh`],
  ]) {
    const { httpOnly, sameSite, secure, path: own } = cookies[name];
    const expected = isThirdParty ? [true, "None", true, path] : [true, "Lax", false, path];
    assert.deepEqual([httpOnly, sameSite, secure, own], expected);
  }
  visit.step("the tokens' cookies are out of reach of scripts");
}
