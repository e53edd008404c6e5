// supertokens-auth-react with its pre-built widget under /auth; the rest of the site is one page that
// only a session opens.

import { createElement as h, useEffect } from "react";
import { createRoot } from "react-dom/client";
import SuperTokens, { SuperTokensWrapper } from "supertokens-auth-react";
import EmailPassword from "supertokens-auth-react/recipe/emailpassword";
import { EmailPasswordPreBuiltUI } from "supertokens-auth-react/recipe/emailpassword/prebuiltui";
import Session, { SessionAuth, useSessionContext } from "supertokens-auth-react/recipe/session";
import { canHandleRoute, getRoutingComponent } from "supertokens-auth-react/ui";

const events = [];
SuperTokens.init({
  appInfo: {
    appName: "Browser test",
    apiDomain: API,
    websiteDomain: location.origin,
    apiBasePath: "/auth",
    websiteBasePath: "/auth",
  },
  recipeList: [
    EmailPassword.init(),
    Session.init({ tokenTransferMethod: MODE, onHandleEvent: (event) => events.push(event.action) }),
  ],
});

function Home() {
  const session = useSessionContext();
  useEffect(() => {
    document.title = "home";
  }, []);
  return h("p", { id: "home" }, `Hello ${session.userId}`);
}

function App() {
  const routes = [EmailPasswordPreBuiltUI];
  return canHandleRoute(routes) ? getRoutingComponent(routes) : h(SessionAuth, null, h(Home));
}

createRoot(document.getElementById("root")).render(h(SuperTokensWrapper, null, h(App)));

window.app = {
  events,
  session: async () =>
    (await Session.doesSessionExist())
      ? { userId: await Session.getUserId(), claims: await Session.getAccessTokenPayloadSecurely() }
      : undefined,
  call: async () => (await fetch(`${API}/sessioninfo`)).status,
  refresh: () => Session.attemptRefreshingSession(),
  signOut: () => Session.signOut(),
};
