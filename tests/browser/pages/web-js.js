// supertokens-web-js behind the few functions that every page under test has (see ../README.md).

import SuperTokens from "supertokens-web-js";
import EmailPassword from "supertokens-web-js/recipe/emailpassword";
import EmailVerification from "supertokens-web-js/recipe/emailverification";
import Multitenancy from "supertokens-web-js/recipe/multitenancy";
import Passwordless from "supertokens-web-js/recipe/passwordless";
import Session, { PrimitiveClaim } from "supertokens-web-js/recipe/session";
import ThirdParty from "supertokens-web-js/recipe/thirdparty";
import { PermissionClaim, UserRoleClaim } from "supertokens-web-js/recipe/userroles";

const events = [];
const tenantId = new URLSearchParams(location.search).get("tenantId") ?? undefined;
SuperTokens.init({
  appInfo: { appName: "Browser test", apiDomain: API, apiBasePath: BASE },
  recipeList: [
    Session.init({
      tokenTransferMethod: MODE,
      onHandleEvent: (event) => events.push(event.action),
    }),
    EmailPassword.init(),
    EmailVerification.init(),
    Passwordless.init(),
    Multitenancy.init({
      override: { functions: (own) => ({ ...own, getTenantId: async () => tenantId }) },
    }),
    ThirdParty.init(),
  ],
});

const form = (email, password) => ({
  formFields: [
    { id: "email", value: email },
    { id: "password", value: password },
  ],
});
const signedIn = ({ status, createdNewRecipeUser: isNew }) =>
  status === "OK" ? { status, isNew } : { status };
const nickname = new PrimitiveClaim({ id: "nickname", refresh: async () => undefined });

window.app = {
  events,
  signUp: async (...args) => (await EmailPassword.signUp(form(...args))).status,
  signIn: async (...args) => (await EmailPassword.signIn(form(...args))).status,
  emailExists: async (email) => (await EmailPassword.doesEmailExist({ email })).doesExist,
  session: async () =>
    (await Session.doesSessionExist())
      ? { userId: await Session.getUserId(), claims: await Session.getAccessTokenPayloadSecurely() }
      : undefined,
  call: async (path = "/sessioninfo") => (await fetch(`${API}${path}`)).status,
  /** Where a session lacks a claim: the status, what the server misses, and what the page sees itself. */
  letters: async () => {
    const response = await fetch(`${API}/letters`);
    return {
      status: response.status,
      refused: response.ok ? [] : await Session.getInvalidClaimsFromResponse({ response }),
      missing: (
        await Session.validateClaims({
          overrideGlobalClaimValidators: () => [nickname.validators.hasValue("é✓")],
        })
      ).map(({ id }) => id),
    };
  },
  /** What the server, and the page itself, miss of a session that only calls. */
  demands: async () => {
    const response = await fetch(`${API}/sessioninfo`);
    return {
      refused: response.ok ? [] : await Session.getInvalidClaimsFromResponse({ response }),
      missing: (await Session.validateClaims()).map(({ id }) => id),
    };
  },
  /** What the page itself says of the roles of its session. */
  roles: async () => ({
    values: [
      await Session.getClaimValue({ claim: UserRoleClaim }),
      await Session.getClaimValue({ claim: PermissionClaim }),
    ],
    missing: await Session.validateClaims({
      overrideGlobalClaimValidators: () => [
        UserRoleClaim.validators.excludes("banned"),
        UserRoleClaim.validators.includes("admin"),
        PermissionClaim.validators.excludesAll(["destroy"]),
      ],
    }),
  }),
  setNickname: async (body) => (await fetch(`${API}/nickname`, { method: "POST", body })).status,
  nickname: () => Session.getClaimValue({ claim: nickname }),
  refresh: () => Session.attemptRefreshingSession(),
  signOut: () => Session.signOut(),
  sendReset: async (email) =>
    (await EmailPassword.sendPasswordResetEmail({ formFields: [{ id: "email", value: email }] }))
      .status,
  sendCode: async (contact) => {
    const { status, flowType } = await Passwordless.createCode(contact);
    return { status, flowType };
  },
  sendCodeAgain: async () => (await Passwordless.resendCode()).status,
  signInWithCode: async (userInputCode) =>
    signedIn(await Passwordless.consumeCode({ userInputCode })),
  signInWithLink: async () => signedIn(await Passwordless.consumeCode()),
  providerUrl: () =>
    ThirdParty.getAuthorisationURLWithQueryParamsAndSetState({
      thirdPartyId: "example",
      frontendRedirectURI: `${location.origin}/auth/callback/example`,
    }),
  signInWithProvider: async () => signedIn(await ThirdParty.signInAndUp()),
  sendVerification: async () => (await EmailVerification.sendVerificationEmail()).status,
  isVerified: async () => (await EmailVerification.isEmailVerified()).isVerified,
  verify: async () => (await EmailVerification.verifyEmail()).status,
  reset: async (password) =>
    (await EmailPassword.submitNewPassword({ formFields: [{ id: "password", value: password }] }))
      .status,
};
