// The generated `<auth-login>`, and a React component that watches the session.

import { createAuthClient } from "auth-client";
import "auth-client/login";
import { SessionProvider, useSession } from "auth-client/react";
import { createElement as h } from "react";
import { createRoot } from "react-dom/client";

import { sessionFunctions } from "./client-functions.js";

const client = createAuthClient({ apiDomain: API, apiBasePath: BASE, tokenTransferMethod: MODE });

const element = document.createElement("auth-login");
element.client = client;
document.body.append(element);

function Status() {
  const { status, session } = useSession();
  return h("p", { id: "status" }, `${status} ${session?.userId ?? ""}`);
}
createRoot(document.getElementById("root")).render(h(SessionProvider, { client }, h(Status)));

window.app = sessionFunctions(client);
