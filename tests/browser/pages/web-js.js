// supertokens-web-js behind the few functions that every page under test has (see ../README.md).

import SuperTokens from "supertokens-web-js";
import EmailPassword from "supertokens-web-js/recipe/emailpassword";
import Session from "supertokens-web-js/recipe/session";

const events = [];
SuperTokens.init({
  appInfo: { appName: "Browser test", apiDomain: API, apiBasePath: "/auth" },
  recipeList: [
    Session.init({ tokenTransferMethod: MODE, onHandleEvent: (event) => events.push(event.action) }),
    EmailPassword.init(),
  ],
});

const form = (email, password) => ({
  formFields: [
    { id: "email", value: email },
    { id: "password", value: password },
  ],
});

window.app = {
  events,
  signUp: async (...args) => (await EmailPassword.signUp(form(...args))).status,
  signIn: async (...args) => (await EmailPassword.signIn(form(...args))).status,
  emailExists: async (email) => (await EmailPassword.doesEmailExist({ email })).doesExist,
  session: async () =>
    (await Session.doesSessionExist())
      ? { userId: await Session.getUserId(), claims: await Session.getAccessTokenPayloadSecurely() }
      : undefined,
  call: async () => (await fetch(`${API}/sessioninfo`)).status,
  refresh: () => Session.attemptRefreshingSession(),
  signOut: () => Session.signOut(),
  sendReset: async (email) =>
    (await EmailPassword.sendPasswordResetEmail({ formFields: [{ id: "email", value: email }] }))
      .status,
  reset: async (password) =>
    (await EmailPassword.submitNewPassword({ formFields: [{ id: "password", value: password }] }))
      .status,
};
