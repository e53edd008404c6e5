/**
 * The client of one API: which tokens go along with a request, what an answer changes about them, and when they
 * are renewed.
 *
 * The rules that this file keeps:
 *
 * - tokens go to the API's own origins and to no other, not even after a redirect;
 * - however many requests in however many tabs need a new access token, one refresh gets it for all;
 * - a token that is about to expire is renewed before it is sent, by a clock set after the server's;
 * - no request waits for another tab, another answer or a storage without end;
 * - only the server ends a session: a refresh that gets no answer, or an error, throws
 *   and leaves every token where it is.
 */
import { ApiError, claimFailures, NetworkError } from "./errors.js";
import { claimsOf, handleOf, issuedAt, sessionOf } from "./front-token.js";
import { FDI_VERSIONS, read, withDeadline } from "./http.js";
import { inTurn } from "./lock.js";
import { originOf, pathOf } from "./origins.js";
import {
  ACCESS_TOKEN,
  ANTI_CSRF,
  CLOCK_SKEW,
  cookieStorage,
  dependable,
  FRONT_TOKEN,
  LAST_UPDATE,
  REFRESH_TOKEN,
} from "./storage.js";
/** A client for one API. */
export function newClient(options) {
  const { document, location, BroadcastChannel, navigator } = globalThis;
  const {
    tokenTransferMethod: mode = document ? "cookie" : "header",
    storage = document ? cookieStorage() : undefined,
    fetch: send = (request) => globalThis.fetch(request),
    tenantId,
    timeout = 30_000,
    maxRetries = 10,
    sessionExpiredStatusCode = 401,
    invalidClaimStatusCode = 403,
  } = options;
  // Requests of many users may share such a client, and must not share a session (CWE-488).
  // Every browser and React Native name a product (HTML standard, NavigatorID), servers do not.
  const isForMany = !storage && !navigator?.product;
  const apiDomain = originOf(options.apiDomain);
  const apiBasePath = pathOf(options.apiBasePath ?? "/auth", apiDomain);
  const refreshUrl = `${apiDomain}${apiBasePath}/session/refresh`;
  const origins = [apiDomain, ...(options.apiOrigins ?? []).map(originOf)];
  const listeners = new Set();
  const tabs = storage?.shared && BroadcastChannel ? new BroadcastChannel(refreshUrl) : undefined;
  let refreshing;
  let absorbing = Promise.resolve();
  let pause;
  const isHeader = mode === "header";
  const { get: stored, set: save } = dependable(storage);
  const currentSession = async () => sessionOf(await stored(FRONT_TOKEN));
  function notify(event, isOfOtherTab) {
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        console.error(error); // An error of a listener is none of the request.
      }
    }
    if (!isOfOtherTab) {
      tabs?.postMessage(event);
    }
  }
  if (tabs) {
    tabs.onmessage = ({ data }) => {
      notify(data, true);
    };
    // Node would wait for more messages forever; browsers do not have this method.
    tabs.unref?.();
  }
  /** Marks that the tokens changed; requests that were sent before see it by comparing. */
  const touch = () => save(LAST_UPDATE, String(Date.now() + Math.random()));
  async function forget(event) {
    const before = await stored(FRONT_TOKEN);
    await touch();
    for (const name of [FRONT_TOKEN, ACCESS_TOKEN, REFRESH_TOKEN, ANTI_CSRF]) {
      await save(name, undefined);
    }
    if (before) {
      notify({ type: event });
    }
  }
  /** Whether a refresh may find a session. */
  async function mayRefresh() {
    // HttpOnly cookies cannot be seen. A page that has never talked to the API may have them.
    return isHeader
      ? !!(await stored(REFRESH_TOKEN))
      : !!(await stored(FRONT_TOKEN)) || !(await stored(LAST_UPDATE));
  }
  /**
   * Sends a request of the session that is there now, and takes over what the answer says about it.
   * Answers are taken one after the other, so that tokens of two never mix in a slow storage.
   *
   * @param isRefresh the refresh token goes along instead of the access token.
   */
  async function exchange(request, isRefresh) {
    const { headers } = request;
    const sender = handleOf(await currentSession());
    const access = await stored(ACCESS_TOKEN);
    const refresh = await stored(REFRESH_TOKEN);
    const antiCsrf = await stored(ANTI_CSRF);
    const token = isRefresh ? refresh : refresh && access;
    headers.set("st-auth-mode", mode);
    headers.set("rid", headers.get("rid") ?? "anti-csrf");
    if (token && !headers.has("authorization")) {
      headers.set("authorization", `Bearer ${token}`);
    }
    if (antiCsrf) {
      headers.set("anti-csrf", antiCsrf);
    }
    // A redirect to another origin takes `Authorization` away (Fetch standard, HTTP-redirect fetch)
    // and no other header, and a page cannot see where it leads. So the anti-CSRF token follows none:
    // what only reads is sent again without it, any other answer is left to the caller.
    const isGuarded = antiCsrf && request.redirect === "follow";
    const sentAt = Date.now();
    let response = await send(
      isGuarded ? new Request(request, { redirect: "manual" }) : request,
      true,
    );
    if (isGuarded && !response.ok && response.status < 400 && /^(GET|HEAD)$/.test(request.method)) {
      headers.delete("anti-csrf");
      response = await send(request, true);
    }
    await (absorbing = absorbing
      .catch(() => undefined)
      .then(() => absorb(response, isRefresh, sender, sentAt)));
    return response;
  }
  async function absorb(response, isRefresh, sender, sentAt) {
    const { headers } = response;
    const frontToken = headers.get("front-token") ?? "";
    const isGone = frontToken === "remove";
    const before = await currentSession();
    const session = sessionOf(frontToken);
    if (
      (response.redirected && !origins.includes(new URL(response.url).origin)) ||
      // A late answer about a session that was signed out or replaced meanwhile. The browser has taken
      // its cookies nevertheless, so only values that would restore a session are ignored.
      (handleOf(before) !== sender &&
        (isHeader || !before) &&
        (isGone || (session && handleOf(session) === sender)))
    ) {
      return;
    }
    if (isGone) {
      // Empty token headers come along, but some proxies drop them: do not rely on them.
      return forget(response.status === sessionExpiredStatusCode ? "expired" : "signedOut");
    }
    if (session && isForMany) {
      throw new ApiError("session", response, undefined, "on a server, pass a storage");
    }
    for (const name of [ACCESS_TOKEN, REFRESH_TOKEN, ANTI_CSRF]) {
      const value = headers.get(name === ANTI_CSRF ? "anti-csrf" : name);
      if (value !== null) {
        await save(name, value || undefined);
      }
    }
    if (!session) {
      return;
    }
    await touch();
    await save(FRONT_TOKEN, frontToken);
    const same = before && handleOf(before) === handleOf(session);
    if (isRefresh || !same) {
      // Tokens come fresh from the server, so its clock shows the time of issue, which is between
      // sending and now: the device may have slept. Small differences are the network's.
      const now = Date.now();
      const issued = issuedAt(session) ?? now;
      const skew = issued - Math.min(Math.max(issued, sentAt), now);
      await save(CLOCK_SKEW, Math.abs(skew) < 7_000 ? undefined : String(skew));
    }
    if (isRefresh || !same || claimsOf(before) !== claimsOf(session)) {
      notify({ type: same ? (isRefresh ? "refreshed" : "updated") : "created", session });
    }
  }
  async function sendRefresh(mayRepeat = true) {
    // The server asks to wait (RFC 9110, 10.2.3).
    if (pause && performance.now() < pause[0]) {
      throw pause[1];
    }
    const [response, body] = await withDeadline(timeout, undefined, async (signal) => {
      const request = new Request(refreshUrl, {
        method: "POST",
        headers: { rid: "session", "fdi-version": FDI_VERSIONS },
        signal,
        ...(!isHeader && { credentials: "include" }),
      });
      const response = await exchange(request, true);
      return [response, (await read(response))[1]];
    }).catch((cause) => {
      throw new NetworkError("refreshSession", cause);
    });
    const { headers } = response;
    const frontToken = headers.get("front-token");
    if (response.status === sessionExpiredStatusCode) {
      if (frontToken === null) {
        await forget("expired");
      }
      return false;
    }
    if (response.ok && (frontToken === "remove" || sessionOf(frontToken))) {
      return !!(await currentSession());
    }
    if (response.ok && mayRepeat) {
      // The server has only removed cookies of a former cookie domain; the next refresh renews.
      return sendRefresh(false);
    }
    const hint = response.ok ? "no front-token header (CORS?)" : undefined;
    const error = new ApiError("refreshSession", response, body, hint);
    // Seconds; servers seldom send a date, and then the next call tries again.
    const wait = Math.min(Number(headers.get("retry-after")), 600) || 0;
    pause = [performance.now() + wait * 1000, error];
    throw error;
  }
  /** One refresh for all callers at the same time. `seen`: the last update that the caller knows of. */
  function refresh(seen) {
    const work = async () =>
      // Another call or another tab may have been faster: then there is nothing left to do.
      (await stored(LAST_UPDATE)) === seen ? sendRefresh() : mayRefresh();
    refreshing ??= (storage?.shared ? inTurn(refreshUrl, storage, work) : work()).finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  }
  const refreshNow = async () => (await mayRefresh()) && refresh(await stored(LAST_UPDATE));
  /** Renews an access token that has expired, or is about to expire. */
  async function renew() {
    const session = await currentSession();
    if (session) {
      const { expiresAt } = session;
      const now = Date.now() + (Number(await stored(CLOCK_SKEW)) || 0);
      const lifetime = expiresAt - (issuedAt(session) ?? expiresAt);
      if (now + Math.min(lifetime / 10, 30_000) >= expiresAt) {
        await refresh(await stored(LAST_UPDATE));
      }
    }
  }
  /** Reads a copy of a refusal. No request waits for this, because a body may have no end. */
  async function hearClaims(copy) {
    const body = await withDeadline(timeout, undefined, async (signal) => {
      // React Native has no streams.
      const limited = copy.body?.pipeThrough(new TransformStream(), { signal });
      return (await read(limited ? new Response(limited, copy) : copy))[1];
    }).catch(() => undefined);
    const claims = claimFailures(body);
    if (claims.length > 0) {
      notify({ type: "claimsRefused", claims });
    }
  }
  async function authFetch(input, init = {}) {
    const here = document?.baseURI ?? location?.href ?? apiDomain;
    // Neither a text nor a `URL` has these.
    const { url: asked, credentials: ownCredentials } = input;
    const target = asked ? input : new URL(input, here);
    const { origin, pathname } = new URL(asked ?? target);
    if (!origins.includes(origin)) {
      return send(new Request(target, init), false);
    }
    const isRefresh = origin + pathname === refreshUrl;
    // A `Request` says `same-origin` where nothing was asked for; `omit` is always meant.
    const credentials =
      init.credentials ?? (ownCredentials === "omit" ? ownCredentials : "include");
    const request = new Request(target, !isHeader ? { ...init, credentials } : init);
    const { headers, signal } = request;
    // What `getAccessToken` has handed out is kept up to date; another header is the caller's own.
    const own = headers.get("authorization");
    if (isHeader && own === `Bearer ${await stored(ACCESS_TOKEN)}`) {
      headers.delete("authorization");
    }
    if (!isRefresh) {
      // Nothing overtakes a refresh: signing out would end a session that then comes back. Where
      // this fails the request goes out all the same: its answer decides. An aborted one goes nowhere.
      const renewed = async () => refreshing ?? renew();
      await withDeadline(0, signal, renewed).catch(() => undefined);
    }
    // A refresh helps only a request that carries the session, and only once.
    let canHelp = !isRefresh && (isHeader ? !headers.has("authorization") : credentials !== "omit");
    for (let left = maxRetries; ; left -= 1) {
      const seen = await stored(LAST_UPDATE);
      // A clone each time, so that a body that can be read only once can be sent again.
      const response = await exchange(request.clone(), isRefresh);
      if (response.status === invalidClaimStatusCode) {
        void hearClaims(response.clone());
      }
      if (
        response.status !== sessionExpiredStatusCode ||
        !canHelp ||
        !left ||
        !(await mayRefresh())
      ) {
        return response;
      }
      canHelp = (await stored(LAST_UPDATE)) !== seen;
      if (!(await withDeadline(0, signal, () => refresh(seen)))) {
        return response;
      }
      response.body?.cancel().catch(() => undefined);
    }
  }
  return {
    apiDomain,
    apiBasePath,
    tenantId,
    tokenTransferMethod: mode,
    timeout,
    sessionExpiredStatusCode,
    fetch: authFetch,
    getSession: currentSession,
    async checkSession() {
      await ((await currentSession()) ? renew() : refreshNow());
      return currentSession();
    },
    async getAccessToken() {
      await renew();
      return stored(ACCESS_TOKEN);
    },
    refresh: refreshNow,
    forget: () => forget("signedOut"),
    onSession(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
