// The generated `<auth-login>`, and a React component that watches the session.

import { createAuthClient, signOut } from "auth-client";
import "auth-client/login";
import { SessionProvider, useSession } from "auth-client/react";
import { createElement as h } from "react";
import { createRoot } from "react-dom/client";

const client = createAuthClient({ apiDomain: API, tokenTransferMethod: MODE });
const events = [];
client.onSession((event) => events.push(event.type));

const element = document.createElement("auth-login");
element.client = client;
element.addEventListener("auth-success", ({ detail }) => events.push(detail));
document.body.append(element);

function Status() {
  const { status, session } = useSession();
  return h("p", { id: "status" }, `${status} ${session?.userId ?? ""}`);
}
createRoot(document.getElementById("root")).render(
  h(SessionProvider, { client }, h(Status)),
);

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
