/** Signing in and up through somebody else who knows the user: OAuth 2.0 with PKCE where the server asks for it. */
/** What it says, in English. */
export const THIRD_PARTY_TEXTS = {
  continueWith: "Continue with {provider}",
  callbackTitle: "Signing you in",
  callbackHint: "One moment, {provider} has sent you back.",
  toStart: "Back to sign in",
  noEmail: "{provider} has not told your email address, and it is needed here.",
  refused: "{provider} has not let you in.",
  staleCallback: "This sign-in was not started here, or took too long. Start again.",
};
/** This tab's alone: the way back leads here. */
const KEY = "auth-login-visit";
const MINUTES = 10;
function newState() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
/** The visit that was begun in this tab. */
function visit() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "");
  } catch {
    return undefined;
  }
}
/** The login method. */
export function thirdParty({ authorisationUrl, signInUp }) {
  const say = (flow) => flow.texts(THIRD_PARTY_TEXTS);
  async function leave(flow, thirdPartyId, name) {
    const { apiDomain, apiBasePath } = flow.client;
    const callback = `${location.origin}${flow.websiteBasePath}/callback/${thirdPartyId}`;
    // Apple comes back with a form, which only the API can take: it sends the page on from there, to
    // where `state` says.
    const isApple = thirdPartyId.startsWith("apple");
    const redirectURIOnProviderDashboard = isApple
      ? `${apiDomain}${apiBasePath}/callback/apple`
      : callback;
    const answer = await flow.call(authorisationUrl, {
      thirdPartyId,
      redirectURIOnProviderDashboard,
    });
    if (answer.status !== "OK") {
      return flow.complaint(answer);
    }
    const { urlWithQueryParams, pkceCodeVerifier } = answer;
    const secret = newState();
    const state = isApple
      ? btoa(JSON.stringify({ state: secret, frontendRedirectURI: callback }))
      : secret;
    const expires = Date.now() + MINUTES * 60_000;
    const kept = {
      state,
      thirdPartyId,
      name,
      redirectURIOnProviderDashboard,
      pkceCodeVerifier,
      expires,
    };
    sessionStorage.setItem(KEY, JSON.stringify(kept));
    const url = new URL(urlWithQueryParams);
    if (!/^https?:$/.test(url.protocol)) {
      return flow.complaint({});
    }
    url.searchParams.set("state", state);
    location.assign(url);
    return undefined;
  }
  async function comeBack(flow) {
    const t = say(flow);
    const started = visit();
    sessionStorage.removeItem(KEY);
    const redirectURIQueryParams = Object.fromEntries(new URLSearchParams(location.search));
    history.replaceState(history.state, "", location.pathname);
    // RFC 6749, section 10.12: without this, somebody could sign you in as themselves.
    if (
      started === undefined ||
      started.state !== redirectURIQueryParams["state"] ||
      started.expires < Date.now()
    ) {
      return t.staleCallback;
    }
    const { thirdPartyId, name, redirectURIOnProviderDashboard, pkceCodeVerifier } = started;
    if (redirectURIQueryParams["error"] !== undefined) {
      return t.refused.replace("{provider}", name);
    }
    const answer = await flow.call(signInUp, {
      thirdPartyId,
      redirectURIInfo: { redirectURIOnProviderDashboard, redirectURIQueryParams, pkceCodeVerifier },
    });
    switch (answer.status) {
      case "OK":
        return flow.succeed(answer.createdNewRecipeUser === true);
      case "NO_EMAIL_GIVEN_BY_PROVIDER":
        return t.noEmail.replace("{provider}", name);
      default:
        return flow.complaint(answer);
    }
  }
  return {
    factors: ["thirdparty"],
    choices: (flow) =>
      flow.offer.providers.map(({ id, name }) => ({
        text: say(flow).continueWith.replace("{provider}", name),
        act: () => leave(flow, id, name),
      })),
    arrive: (_, { pathname, searchParams }) =>
      /\/callback\/[^/]+$/.test(pathname) && (searchParams.has("code") || searchParams.has("error"))
        ? "callback"
        : undefined,
    views: {
      callback: (flow) => ({
        title: say(flow).callbackTitle,
        hint: say(flow).callbackHint.replace("{provider}", visit()?.name ?? "…"),
        links: [{ text: say(flow).toStart, act: flow.start }],
        enter: () => comeBack(flow),
      }),
    },
  };
}
