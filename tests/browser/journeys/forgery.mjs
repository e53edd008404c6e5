// The defences against forged requests, through the real SDKs: a token (`VIA_TOKEN`), and a custom header
// where the cookies are those of a third party (`VIA_CUSTOM_HEADER`).

import assert from "node:assert/strict";

import { PASSWORD } from "../visit.mjs";
import { checkCookies, session } from "./session.mjs";

export async function forgery(visit) {
  const { email } = visit;
  await visit.open("/");
  assert.equal(await visit.app("signUp", email, PASSWORD), "OK");
  await checkCookies(visit);

  const name = visit.run.origin === "sites" ? "rid" : "anti-csrf";
  assert.equal(await visit.app("setNickname", "Ada"), 200);
  const sent = visit.traffic.at(-1);
  assert.ok(sent.headers[name], `no ${name} in ${JSON.stringify(sent.headers)}`);
  // The form of a foreign site sends the cookies alone.
  const cookies = Object.values(await visit.cookies());
  const forged = await fetch(`${visit.site.api.address}/nickname`, {
    method: "POST",
    headers: { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join("; ") },
    body: "Eve",
  });
  assert.equal(forged.status, 401);
  assert.equal(await visit.app("nickname"), "Ada");
  visit.step(`the SDK sends ${name}; the same request without it is refused`);

  await visit.app("signOut");
  assert.equal(await visit.app("signIn", email, PASSWORD), "OK");
  await session(visit);
}
