// The generated client behind the functions that every page under test has.

import {
  authorisationUrl,
  createAuthClient,
  createEmailVerificationToken,
  createPasswordResetToken,
  emailExists,
  isEmailVerified,
  passwordlessSignInUpConsume,
  passwordlessSignInUpResend,
  passwordlessSignInUpStart,
  resetPassword,
  signIn,
  signInUp,
  signUp,
  verifyEmail,
} from "auth-client";

import { sessionFunctions } from "./client-functions.js";

/** What a page keeps between the steps of a sign-in. */
const kept = (name, value) =>
  value === undefined
    ? JSON.parse(sessionStorage.getItem(name))
    : sessionStorage.setItem(name, JSON.stringify(value));
// A provider sends users of all tenants back to one address.
const isCallback = location.pathname.includes("/callback/");
const tenantId = isCallback
  ? kept("provider")?.tenantId
  : (new URLSearchParams(location.search).get("tenantId") ?? undefined);
const client = createAuthClient({
  apiDomain: API,
  apiBasePath: BASE,
  tokenTransferMethod: MODE,
  tenantId,
});

const form = (email, password) => ({
  formFields: [
    { id: "email", value: email },
    { id: "password", value: password },
  ],
});

const signedIn = ({ status, createdNewRecipeUser: isNew }) =>
  status === "OK" ? { status, isNew } : { status };
const provider = () => ({
  thirdPartyId: "example",
  redirectURIOnProviderDashboard: `${location.origin}/auth/callback/example`,
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
  sendCode: async (contact) => {
    const { status, flowType, ...device } = await passwordlessSignInUpStart(client, contact);
    kept("device", { deviceId: device.deviceId, preAuthSessionId: device.preAuthSessionId });
    return { status, flowType };
  },
  sendCodeAgain: async () => (await passwordlessSignInUpResend(client, kept("device"))).status,
  signInWithCode: async (userInputCode) =>
    signedIn(await passwordlessSignInUpConsume(client, { ...kept("device"), userInputCode })),
  signInWithLink: async () => {
    const preAuthSessionId = new URLSearchParams(location.search).get("preAuthSessionId");
    const linkCode = location.hash.slice(1);
    return signedIn(await passwordlessSignInUpConsume(client, { preAuthSessionId, linkCode }));
  },
  providerUrl: async () => {
    const { urlWithQueryParams, pkceCodeVerifier } = await authorisationUrl(client, provider());
    const state = crypto.randomUUID();
    kept("provider", { state, pkceCodeVerifier, tenantId });
    const url = new URL(urlWithQueryParams);
    url.searchParams.set("state", state);
    return url.href;
  },
  signInWithProvider: async () => {
    const { state, pkceCodeVerifier } = kept("provider");
    const redirectURIQueryParams = Object.fromEntries(new URLSearchParams(location.search));
    if (redirectURIQueryParams.state !== state) {
      return { status: "another state" };
    }
    const { thirdPartyId, redirectURIOnProviderDashboard } = provider();
    const redirectURIInfo = {
      redirectURIOnProviderDashboard,
      redirectURIQueryParams,
      pkceCodeVerifier,
    };
    return signedIn(await signInUp(client, { thirdPartyId, redirectURIInfo }));
  },
  sendVerification: async () => (await createEmailVerificationToken(client)).status,
  isVerified: async () => (await isEmailVerified(client)).isVerified,
  verify: async () => (await verifyEmail(client, { token: token(), method: "token" })).status,
};
