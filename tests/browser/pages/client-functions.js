// What the pages of the generated client have in common: the functions around the session.

import { signOut } from "auth-client";

export function sessionFunctions(client) {
  const events = [];
  const refused = [];
  client.onSession((event) => {
    events.push(event.type);
    if (event.type === "claimsRefused") {
      refused.push(...event.claims);
    }
  });
  return {
    client,
    events,
    session: async () => {
      const session = await client.getSession();
      return session && { userId: session.userId, claims: session.accessTokenPayload };
    },
    call: async (path = "/sessioninfo") => (await client.fetch(`${API}${path}`)).status,
    letters: async () => {
      const { status } = await client.fetch(`${API}/letters`);
      // The client reads a copy of a refusal, and `fetch` does not wait for it.
      for (let turn = 0; status === 403 && refused.length === 0 && turn < 100; turn += 1) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const claims = (await client.getSession())?.accessTokenPayload;
      return {
        status,
        refused: refused.splice(0),
        missing: claims?.nickname?.v === "é✓" ? [] : ["nickname"],
      };
    },
    setNickname: async (body) =>
      (await client.fetch(`${API}/nickname`, { method: "POST", body })).status,
    nickname: async () => (await client.getSession())?.accessTokenPayload.nickname?.v,
    refresh: () => client.refresh(),
    signOut: () => signOut(client),
  };
}
