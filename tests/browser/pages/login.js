// The generated `<auth-login>` with a site that it leads to.

import { createAuthClient, signOut } from "auth-client";
import "auth-client/login";

const client = createAuthClient({ apiDomain: API, tokenTransferMethod: MODE });
const events = [];
client.onSession((event) => events.push(event.type));

const element = document.createElement("auth-login");
element.client = client;
element.addEventListener("auth-success", ({ detail }) => events.push(detail));
document.getElementById("root").append(element);

window.app = {
  client,
  events,
  session: async () => {
    const session = await client.getSession();
    return session && { userId: session.userId, claims: session.accessTokenPayload };
  },
  call: async () => (await client.fetch(`${API}/sessioninfo`)).status,
  refresh: () => client.refresh(),
  signOut: () => signOut(client),
};
