/** Signing in and up with an account of a third party: OAuth 2.0, with PKCE where the server asks for it. */

import type { Action, Answer, Flow, LoginMethod, Problem } from "./flow.js";
import { forgetAddress, memoryOf } from "./page.js";
import { fill } from "./texts.js";

/** The operations behind it. */
export interface ThirdPartyActions {
  readonly authorisationUrl: Action;
  readonly signInUp: Action;
}

/** What it says, in English. */
export const THIRD_PARTY_TEXTS = {
  continueWith: "Continue with {provider}",
  callbackTitle: "Signing you in",
  callbackHint: "One moment, {provider} has sent you back.",
  toStart: "Back to sign in",
  noEmail: "{provider} did not share your email address, which is needed here.",
  refused: "{provider} has not let you in.",
  noMemory: "This browser keeps nothing for this page, and so cannot sign you in this way.",
  staleCallback: "This sign-in was not started here, or took too long. Start again.",
};

interface UrlAnswer extends Answer {
  readonly urlWithQueryParams: string;
  readonly pkceCodeVerifier?: string;
}

/** What must be the same before and after the visit; kept for this tab, to which the provider returns. */
const KEY = "auth-login-visit";
const MINUTES = 10;

function newState(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const { read: visit, write: keep } = memoryOf(() => sessionStorage, KEY, [
  "state",
  "thirdPartyId",
  "name",
  "redirectURIOnProviderDashboard",
  "expires",
]);

/** Whether a provider has sent the user back to this address. */
const isBack = ({ pathname, searchParams }: URL): boolean =>
  /\/callback\/[^/]+$/.test(pathname) && (searchParams.has("code") || searchParams.has("error"));

/** The login method. */
export function thirdParty({ authorisationUrl, signInUp }: ThirdPartyActions): LoginMethod {
  const texts = (flow: Flow): typeof THIRD_PARTY_TEXTS => flow.texts(THIRD_PARTY_TEXTS);

  async function leave(flow: Flow, thirdPartyId: string, name: string): Promise<Problem> {
    const { apiDomain, apiBasePath } = flow.client;
    const callback = `${self.origin}${flow.websiteBasePath}/callback/${thirdPartyId}`;
    // Apple returns with a form, which only the API can read: it redirects the page from there to the
    // address in `state`.
    const isApple = thirdPartyId.startsWith("apple");
    const redirectURIOnProviderDashboard = isApple
      ? `${apiDomain}${apiBasePath}/callback/apple`
      : callback;
    const answer = await flow.call<UrlAnswer>(authorisationUrl, {
      thirdPartyId,
      redirectURIOnProviderDashboard,
    });
    if (answer.status !== "OK") {
      return flow.problemOf(answer);
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
      ...(pkceCodeVerifier !== undefined && { pkceCodeVerifier }),
      // Providers know one address for all tenants.
      ...(flow.tenantId !== undefined && { tenantId: flow.tenantId }),
      expires: String(expires),
    };
    if (!keep(kept)) {
      return texts(flow).noMemory;
    }
    const url = new URL(urlWithQueryParams);
    if (!/^https?:$/.test(url.protocol)) {
      return flow.problemOf({});
    }
    url.searchParams.set("state", state);
    location.assign(url);
    return undefined;
  }

  async function comeBack(flow: Flow): Promise<Problem> {
    const t = texts(flow);
    const started = visit();
    keep(undefined);
    const redirectURIQueryParams = Object.fromEntries(new URLSearchParams(location.search));
    forgetAddress();
    // RFC 6749, section 10.12: without this, an attacker could sign the user in to an account of their own.
    if (
      started === undefined ||
      started.state !== redirectURIQueryParams["state"] ||
      !(Number(started.expires) > Date.now())
    ) {
      return t.staleCallback;
    }
    const { thirdPartyId, name, redirectURIOnProviderDashboard } = started;
    const { pkceCodeVerifier } = started as { readonly pkceCodeVerifier?: string };
    if (redirectURIQueryParams["error"] !== undefined) {
      return fill(t.refused, { provider: name });
    }
    const answer = await flow.call<Answer & { createdNewRecipeUser?: boolean }>(signInUp, {
      thirdPartyId,
      redirectURIInfo: { redirectURIOnProviderDashboard, redirectURIQueryParams, pkceCodeVerifier },
    });
    switch (answer.status) {
      case "OK":
        return flow.succeed(answer.createdNewRecipeUser === true);
      case "NO_EMAIL_GIVEN_BY_PROVIDER":
        return fill(t.noEmail, { provider: name });
      default:
        return flow.problemOf(answer);
    }
  }

  return {
    factors: ["thirdparty"],
    choices: (flow) =>
      flow.offer.providers.map(({ id, name }) => ({
        text: fill(texts(flow).continueWith, { provider: name }),
        act: () => leave(flow, id, name),
      })),
    arrive: (_, address) => (isBack(address) ? "callback" : undefined),
    tenantOf: (address) =>
      isBack(address)
        ? (visit() as { readonly tenantId?: string } | undefined)?.tenantId
        : undefined,
    views: {
      callback: (flow) => ({
        title: texts(flow).callbackTitle,
        hint: fill(texts(flow).callbackHint, { provider: visit()?.name ?? "…" }),
        links: [{ text: texts(flow).toStart, act: flow.start }],
        enter: () => comeBack(flow),
      }),
    },
  };
}
