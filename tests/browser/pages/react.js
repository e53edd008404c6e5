// supertokens-auth-react with its pre-built widget under /auth; the rest of the site is one page that
// only a session opens, and `/letters` one that asks for a claim, too.

import { createElement as h, useEffect } from "react";
import { createRoot } from "react-dom/client";
import SuperTokens, { SuperTokensWrapper } from "supertokens-auth-react";
import EmailPassword from "supertokens-auth-react/recipe/emailpassword";
import { EmailPasswordPreBuiltUI } from "supertokens-auth-react/recipe/emailpassword/prebuiltui";
import EmailVerification from "supertokens-auth-react/recipe/emailverification";
import { EmailVerificationPreBuiltUI } from "supertokens-auth-react/recipe/emailverification/prebuiltui";
import Multitenancy from "supertokens-auth-react/recipe/multitenancy";
import Passwordless from "supertokens-auth-react/recipe/passwordless";
import { PasswordlessPreBuiltUI } from "supertokens-auth-react/recipe/passwordless/prebuiltui";
import ThirdParty from "supertokens-auth-react/recipe/thirdparty";
import { ThirdPartyPreBuiltUI } from "supertokens-auth-react/recipe/thirdparty/prebuiltui";
import Session, {
  PrimitiveClaim,
  SessionAuth,
  useClaimValue,
  useSessionContext,
} from "supertokens-auth-react/recipe/session";
import { canHandleRoute, getRoutingComponent } from "supertokens-auth-react/ui";

const isVerifying = VERIFICATION !== "off";
const labelled = ({ id, optional = false }) => ({ id, label: id, optional });
const ways = {
  password: () => [
    EmailPassword.init({
      signInAndUpFeature: { signUpForm: { formFields: FIELDS.map(labelled) } },
    }),
    EmailPasswordPreBuiltUI,
  ],
  provider: () => [
    ThirdParty.init({ signInAndUpFeature: { providers: [{ id: "example", name: "Example" }] } }),
    ThirdPartyPreBuiltUI,
  ],
  code: () => [
    Passwordless.init({
      contactMethod: CONTACT || "EMAIL",
      signInUpFeature: { resendEmailOrSMSGapInSeconds: 1 },
    }),
    PasswordlessPreBuiltUI,
  ],
};
/** How users sign in: as their tenant says; else without a password, through a provider, or with a password. */
const offered = TENANTS
  ? Object.values(ways)
  : [CONTACT ? ways.code : PROVIDER ? ways.provider : ways.password];
const firstFactors = offered.map((way) => way());
const tenantId = new URLSearchParams(location.search).get("tenantId") ?? undefined;
const multitenancy = () =>
  Multitenancy.init({
    override: { functions: (own) => ({ ...own, getTenantId: async () => tenantId }) },
  });
const events = [];
SuperTokens.init({
  usesDynamicLoginMethods: TENANTS,
  appInfo: {
    appName: "Browser test",
    apiDomain: API,
    websiteDomain: location.origin,
    apiBasePath: BASE,
    websiteBasePath: "/auth",
  },
  recipeList: [
    ...firstFactors.map(([recipe]) => recipe),
    ...(TENANTS ? [multitenancy()] : []),
    ...(isVerifying ? [EmailVerification.init({ mode: VERIFICATION.toUpperCase() })] : []),
    Session.init({
      tokenTransferMethod: MODE,
      onHandleEvent: (event) => events.push(event.action),
    }),
  ],
});

const nickname = new PrimitiveClaim({ id: "nickname", refresh: async () => undefined });
const hasNickname = nickname.validators.hasValue("é✓");

function Home() {
  const session = useSessionContext();
  useEffect(() => {
    document.title = "home";
  }, []);
  return h("p", { id: "home" }, `Hello ${session.userId}`);
}

function Letters() {
  const name = useClaimValue(nickname);
  return h("p", { id: "letters" }, `Dear ${name.value}`);
}

function App() {
  const routes = [
    ...firstFactors.map(([, routes]) => routes),
    ...(isVerifying ? [EmailVerificationPreBuiltUI] : []),
  ];
  if (canHandleRoute(routes)) {
    return getRoutingComponent(routes);
  }
  return location.pathname === "/letters"
    ? h(
        SessionAuth,
        {
          overrideGlobalClaimValidators: () => [hasNickname],
          accessDeniedScreen: () => h("p", { id: "denied" }, "Say your nickname first"),
        },
        h(Letters),
      )
    : h(SessionAuth, null, h(Home));
}

createRoot(document.getElementById("root")).render(h(SuperTokensWrapper, null, h(App)));

window.app = {
  events,
  session: async () =>
    (await Session.doesSessionExist())
      ? { userId: await Session.getUserId(), claims: await Session.getAccessTokenPayloadSecurely() }
      : undefined,
  call: async (path = "/sessioninfo") => (await fetch(`${API}${path}`)).status,
  letters: async () => {
    const response = await fetch(`${API}/letters`);
    return {
      status: response.status,
      refused: response.ok ? [] : await Session.getInvalidClaimsFromResponse({ response }),
      missing: (
        await Session.validateClaims({ overrideGlobalClaimValidators: () => [hasNickname] })
      ).map(({ id }) => id),
    };
  },
  setNickname: async (body) => (await fetch(`${API}/nickname`, { method: "POST", body })).status,
  nickname: () => Session.getClaimValue({ claim: nickname }),
  refresh: () => Session.attemptRefreshingSession(),
  signOut: () => Session.signOut(),
};
