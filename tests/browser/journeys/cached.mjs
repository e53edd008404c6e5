// A cache between browser and server that keeps answers by URL, whatever the method, unless Cache-Control
// forbids it. Our header stops it; without that header the very same cache hands out old tokens, and the SDK
// goes in circles.

import assert from "node:assert/strict";

import { PASSWORD } from "../visit.mjs";

export async function cached(visit) {
  const { email, site } = visit;
  const { proxy } = site;
  await visit.open("/");
  assert.equal(await visit.app("signUp", email, PASSWORD), "OK");
  await visit.app("signOut");
  assert.equal(await visit.app("emailExists", email), true);
  assert.equal(await visit.app("signIn", email, PASSWORD), "OK");
  for (let round = 0; round < 2; round += 1) {
    const refreshes = visit.refreshes;
    await visit.expire();
    assert.equal(await visit.app("call"), 200);
    assert.equal(visit.refreshes, refreshes + 1);
  }
  assert.deepEqual([...proxy.kept.keys()], []);
  assert.equal(proxy.replayed, 0);
  visit.step("with our headers: nothing is kept, two expired tokens cost two refreshes");

  proxy.isDeaf = true;
  await visit.expire();
  assert.equal(await visit.app("refresh"), true);
  assert.deepEqual([...proxy.kept.keys()], [`${site.base}/session/refresh`]);
  await visit.expire();
  const refreshes = visit.refreshes;
  const outcome = await visit.app("call").catch((error) => error);
  visit.run.goesInCircles(outcome, visit.refreshes - refreshes);
  assert.equal(proxy.replayed, visit.refreshes - refreshes);
  visit.step(
    `without them: ${proxy.replayed} times the same old refresh, and then: ${outcome.message ?? outcome}`,
  );
}
