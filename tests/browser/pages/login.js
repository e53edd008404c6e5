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
if (VERIFICATION === "required") {
  element.setAttribute("verify-email", "required");
}
// Methods that the server does not list are named by attributes.
if (CONTACT) {
  element.setAttribute("contact", CONTACT.toLowerCase());
}
if (PROVIDER) {
  element.setAttribute("providers", "example");
}
element.signUpFields = FIELDS.map(({ id, optional = false }) => ({ id, label: id, optional }));
const state = document.createElement("div");
document.getElementById("root").append(element, state);

function Status() {
  const { status, session } = useSession();
  return h("p", { id: "status" }, `${status} ${session?.userId ?? ""}`);
}
createRoot(state).render(h(SessionProvider, { client }, h(Status)));

window.app = sessionFunctions(client);
