// What the pages of the generated client have in common: the functions around the session.

import * as operations from "auth-client";

/** The published description writes its operationId in another way. A copy, since bundlers refuse a name that a module lacks. */
const named = { ...operations };
const signOut = named.signOut ?? named.signout;

export function sessionFunctions(client) {
  const events = [];
  const refused = [];
  client.onSession((event) => {
    events.push(event.type);
    if (event.type === "claimsRefused") {
      refused.push(...event.claims);
    }
  });
  /** The status of a call, and the claims that the server misses. */
  const ask = async (path) => {
    refused.length = 0;
    const { status } = await client.fetch(`${API}${path}`);
    // The client reads a copy of a refusal, and `fetch` does not wait for it.
    for (let turn = 0; status === 403 && refused.length === 0 && turn < 100; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return { status, refused: [...refused] };
  };
  const claims = async () => (await client.getSession())?.accessTokenPayload;
  return {
    client,
    events,
    session: async () => {
      const session = await client.getSession();
      return session && { userId: session.userId, claims: session.accessTokenPayload };
    },
    call: async (path = "/sessioninfo") => (await client.fetch(`${API}${path}`)).status,
    letters: async () => ({
      ...(await ask("/letters")),
      missing: (await claims())?.nickname?.v === "é✓" ? [] : ["nickname"],
    }),
    demands: async () => ({
      refused: (await ask("/sessioninfo")).refused,
      missing: (await claims())?.["st-ev"]?.v === true ? [] : ["st-ev"],
    }),
    setNickname: async (body) =>
      (await client.fetch(`${API}/nickname`, { method: "POST", body })).status,
    nickname: async () => (await claims())?.nickname?.v,
    refresh: () => client.refresh(),
    signOut: () => signOut(client),
  };
}
