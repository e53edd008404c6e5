// The generated client behind the functions that every page under test has.

import {
  createAuthClient,
  createPasswordResetToken,
  emailExists,
  resetPassword,
  signIn,
  signOut,
  signUp,
} from "auth-client";

const client = createAuthClient({ apiDomain: API, tokenTransferMethod: MODE });
const events = [];
client.onSession((event) => events.push(event.type));

const form = (email, password) => ({
  formFields: [
    { id: "email", value: email },
    { id: "password", value: password },
  ],
});

window.app = {
  client,
  events,
  signUp: async (...args) => (await signUp(client, form(...args))).status,
  signIn: async (...args) => (await signIn(client, form(...args))).status,
  emailExists: async (email) => (await emailExists(client, { email })).exists,
  session: async () => {
    const session = await client.getSession();
    return session && { userId: session.userId, claims: session.accessTokenPayload };
  },
  call: async () => (await client.fetch(`${API}/sessioninfo`)).status,
  refresh: () => client.refresh(),
  signOut: () => signOut(client),
  sendReset: async (email) =>
    (await createPasswordResetToken(client, { formFields: [{ id: "email", value: email }] })).status,
  reset: async (password) =>
    (
      await resetPassword(client, {
        formFields: [{ id: "password", value: password }],
        token: new URLSearchParams(location.search).get("token"),
        method: "token",
      })
    ).status,
};
