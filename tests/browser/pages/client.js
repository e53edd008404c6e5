// The generated client behind the functions that every page under test has.

import {
  createAuthClient,
  createEmailVerificationToken,
  createPasswordResetToken,
  emailExists,
  isEmailVerified,
  resetPassword,
  signIn,
  signUp,
  verifyEmail,
} from "auth-client";

import { sessionFunctions } from "./client-functions.js";

const client = createAuthClient({
  apiDomain: API,
  apiBasePath: BASE,
  tokenTransferMethod: MODE,
});

const form = (email, password) => ({
  formFields: [
    { id: "email", value: email },
    { id: "password", value: password },
  ],
});

const token = () => new URLSearchParams(location.search).get("token");

window.app = {
  ...sessionFunctions(client),
  signUp: async (...args) => (await signUp(client, form(...args))).status,
  signIn: async (...args) => (await signIn(client, form(...args))).status,
  emailExists: async (email) => (await emailExists(client, { email })).exists,
  sendReset: async (email) =>
    (await createPasswordResetToken(client, { formFields: [{ id: "email", value: email }] }))
      .status,
  reset: async (password) =>
    (
      await resetPassword(client, {
        formFields: [{ id: "password", value: password }],
        token: token(),
        method: "token",
      })
    ).status,
  sendVerification: async () => (await createEmailVerificationToken(client)).status,
  isVerified: async () => (await isEmailVerified(client)).isVerified,
  verify: async () => (await verifyEmail(client, { token: token(), method: "token" })).status,
};
