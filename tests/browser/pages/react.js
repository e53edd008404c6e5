// supertokens-auth-react with its pre-built widget under /auth; the rest of the site is one page that
// only a session opens, and `/letters` one that asks for a claim, too.

import { createElement as h, useEffect } from "react";
import { createRoot } from "react-dom/client";
import SuperTokens, { SuperTokensWrapper } from "supertokens-auth-react";
import EmailPassword from "supertokens-auth-react/recipe/emailpassword";
import { EmailPasswordPreBuiltUI } from "supertokens-auth-react/recipe/emailpassword/prebuiltui";
import EmailVerification from "supertokens-auth-react/recipe/emailverification";
import { EmailVerificationPreBuiltUI } from "supertokens-auth-react/recipe/emailverification/prebuiltui";
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
/** How users sign in: without a password, through a provider, or else with a password. */
const [firstFactor, FirstFactorUI] = CONTACT
  ? [
      Passwordless.init({
        contactMethod: CONTACT,
        signInUpFeature: { resendEmailOrSMSGapInSeconds: 1 },
      }),
      PasswordlessPreBuiltUI,
    ]
  : PROVIDER
    ? [
        ThirdParty.init({
          signInAndUpFeature: { providers: [{ id: "example", name: "Example" }] },
        }),
        ThirdPartyPreBuiltUI,
      ]
    : [EmailPassword.init(), EmailPasswordPreBuiltUI];
const events = [];
SuperTokens.init({
  appInfo: {
    appName: "Browser test",
    apiDomain: API,
    websiteDomain: location.origin,
    apiBasePath: BASE,
    websiteBasePath: "/auth",
  },
  recipeList: [
    firstFactor,
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
    FirstFactorUI,
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
