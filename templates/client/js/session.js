/**
 * The session, as a frontend sees it: which tokens go along with a request, what an answer changes
 * about them, and when they are renewed.
 *
 * The rules that this file keeps:
 *
 * - tokens go to the API's own origins and to nobody else;
 * - however many requests in however many tabs need a new access token, one refresh gets it for all;
 * - a token that is about to expire is renewed before it is sent, by a clock set after the server's;
 * - only the server ends a session: a refresh that gets no answer, or an answer of trouble, throws
 *   and leaves every token where it is.
 */
import { ApiError, claimFailures, NetworkError } from "./errors.js";
import { FDI_VERSIONS, read, withDeadline } from "./http.js";
import { cookieStorage, memoryStorage, STORED } from "./storage.js";
/** A client for one API. */
export function newClient(options) {
  const hasDocument = typeof document !== "undefined";
  const mode = options.tokenTransferMethod ?? (hasDocument ? "cookie" : "header");
  const storage = options.storage ?? (hasDocument ? cookieStorage() : memoryStorage());
  const send = options.fetch ?? ((request) => globalThis.fetch(request));
  const timeout = options.timeout ?? 30_000;
  const maxRetries = options.maxRetries ?? 10;
  const expiredStatus = options.sessionExpiredStatusCode ?? 401;
  const claimStatus = options.invalidClaimStatusCode ?? 403;
  const apiDomain = originOf(options.apiDomain);
  const apiBasePath = pathOf(options.apiBasePath ?? "/auth");
  const refreshUrl = `${apiDomain}${apiBasePath}/session/refresh`;
  const origins = new Set([apiDomain, ...(options.apiOrigins ?? []).map(originOf)]);
  const listeners = new Set();
  const shared = storage.shared === true;
  const scope = `auth-client ${apiDomain}${apiBasePath}`;
  const { BroadcastChannel: Channel, navigator } = globalThis;
  const tabs = shared && Channel ? new Channel(scope) : undefined;
  let refreshing;
  let absorbing = Promise.resolve();
  const stored = async (name) => (await storage.get(name)) || undefined;
  const currentSession = async () => sessionOf(await stored(STORED.frontToken));
  function tell(event) {
    hear(event);
    tabs?.postMessage(event);
  }
  function hear(event) {
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        console.error(error); // A listener's trouble is not the request's.
      }
    }
  }
  if (tabs) {
    tabs.onmessage = ({ data }) => {
      hear(data);
    };
    // Node would wait for more messages forever; browsers know no such method.
    tabs.unref?.();
  }
  /** Marks that the tokens changed; requests that were sent before see it by comparing. */
  async function touch() {
    const last = Number(await stored(STORED.lastUpdate)) || 0;
    await storage.set(STORED.lastUpdate, String(Math.max(Date.now(), last + 1)));
  }
  async function forget(event) {
    const before = await stored(STORED.frontToken);
    await touch();
    await storage.set(STORED.frontToken, undefined);
    await storage.set(STORED.accessToken, undefined);
    await storage.set(STORED.refreshToken, undefined);
    await storage.set(STORED.antiCsrf, undefined);
    if (before !== undefined) {
      tell({ type: event });
    }
  }
  /** Whether a refresh may find a session. */
  async function mayRefresh() {
    if (mode === "header") {
      return (await stored(STORED.refreshToken)) !== undefined;
    }
    // HttpOnly cookies cannot be seen. A page that has never talked to the API may have them.
    return (
      (await stored(STORED.frontToken)) !== undefined ||
      (await stored(STORED.lastUpdate)) === undefined
    );
  }
  async function decorate(request, isRefresh) {
    const { headers } = request;
    const access = await stored(STORED.accessToken);
    const refresh = await stored(STORED.refreshToken);
    const antiCsrf = await stored(STORED.antiCsrf);
    headers.set("st-auth-mode", mode);
    if (!headers.has("rid")) {
      headers.set("rid", "anti-csrf");
    }
    if (antiCsrf !== undefined) {
      headers.set("anti-csrf", antiCsrf);
    }
    if (access !== undefined && refresh !== undefined && !headers.has("authorization")) {
      headers.set("authorization", `Bearer ${isRefresh ? refresh : access}`);
    }
    return request;
  }
  /**
   * Sends a request of the session that is there now, and takes over what the answer says about it.
   * Answers are taken one after the other, so that tokens of two never mix in a slow storage.
   */
  async function exchange(request, isRefresh) {
    const sender = handleOf(await currentSession());
    const response = await send(await decorate(request, isRefresh));
    await (absorbing = absorbing
      .catch(() => undefined)
      .then(() => absorb(response, isRefresh, sender)));
    return response;
  }
  async function absorb(response, isRefresh, sender) {
    const { headers } = response;
    const frontToken = headers.get("front-token");
    const isGone = frontToken === "remove";
    const before = await currentSession();
    const session = isGone ? undefined : sessionOf(frontToken);
    if (
      (response.redirected && !origins.has(new URL(response.url).origin)) ||
      // Late news of a session that was signed out or replaced meanwhile. Cookies that came with
      // it count all the same, so then only what would bring back a session is passed over.
      (handleOf(before) !== sender &&
        (mode === "header" || !before) &&
        (isGone || (session && handleOf(session) === sender)))
    ) {
      return;
    }
    if (isGone) {
      // Empty token headers come along, but some proxies drop them: do not rely on them.
      return forget(response.status === expiredStatus ? "expired" : "signedOut");
    }
    for (const [header, name] of [
      ["st-access-token", STORED.accessToken],
      ["st-refresh-token", STORED.refreshToken],
      ["anti-csrf", STORED.antiCsrf],
    ]) {
      const value = headers.get(header);
      if (value !== null) {
        await storage.set(name, value || undefined);
      }
    }
    if (frontToken === null) {
      return;
    }
    await touch();
    await storage.set(STORED.frontToken, frontToken);
    if (session) {
      const same = before && handleOf(before) === handleOf(session);
      if (isRefresh || !same) {
        // Tokens come fresh from the server, so its clock shows the time of issue. Small
        // differences are the network's.
        const skew = (issuedAt(session) ?? Date.now()) - Date.now();
        await storage.set(STORED.clockSkew, Math.abs(skew) < 7_000 ? undefined : String(skew));
      }
      if (isRefresh || !same || claimsOf(before) !== claimsOf(session)) {
        tell({ type: same ? (isRefresh ? "refreshed" : "updated") : "created", session });
      }
    }
  }
  /** Whether the access token is no good any more, or will not be in a moment. */
  async function isStale() {
    const session = await currentSession();
    if (session === undefined) {
      return false;
    }
    const now = Date.now() + (Number(await stored(STORED.clockSkew)) || 0);
    const lifetime = session.expiresAt - (issuedAt(session) ?? session.expiresAt);
    return now + Math.min(lifetime / 10, 30_000) >= session.expiresAt;
  }
  async function sendRefresh(mayRepeat = true) {
    const request = new Request(refreshUrl, {
      method: "POST",
      headers: { rid: "session", "fdi-version": FDI_VERSIONS },
      ...(mode === "cookie" ? { credentials: "include" } : {}),
    });
    const [response, body] = await withDeadline(timeout, undefined, async (signal) => {
      const response = await exchange(new Request(request, { signal }), true);
      return [response, (await read(response))[1]];
    }).catch((cause) => {
      throw new NetworkError("refreshSession", cause);
    });
    if (response.status === expiredStatus) {
      if (!response.headers.has("front-token")) {
        await forget("expired");
      }
      return false;
    }
    if (!response.ok) {
      throw new ApiError("refreshSession", response, body);
    }
    if (!response.headers.has("front-token")) {
      if (mayRepeat) {
        // The server has only removed cookies of a former cookie domain; the next refresh renews.
        return sendRefresh(false);
      }
      const hint = "no front-token header, is it exposed to this origin (CORS)?";
      throw new ApiError("refreshSession", response, body, hint);
    }
    return (await stored(STORED.frontToken)) !== undefined;
  }
  /** One refresh for all who ask at the same time. `seen`: the last update that the caller knows of. */
  function refresh(seen) {
    const work = async () =>
      // Another call or another tab may have been faster: then there is nothing left to do.
      (await stored(STORED.lastUpdate)) === seen ? sendRefresh() : mayRefresh();
    const locks = navigator?.locks;
    refreshing ??= Promise.resolve(
      !shared ? work() : locks ? locks.request(scope, work) : alone(work),
    ).finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  }
  const refreshNow = async () => (await mayRefresh()) && refresh(await stored(STORED.lastUpdate));
  /** Sees to it that what is stored is not about to expire. */
  async function renew() {
    if (await isStale()) {
      await refresh(await stored(STORED.lastUpdate));
    }
  }
  /**
   * A lock among tabs where there are no Web Locks (plain http): a name in the common storage,
   * worth nothing once its time is over. Two tabs that still meet do no harm: the server gives
   * both the same successor.
   */
  async function alone(work) {
    const name = String(Math.random());
    for (;;) {
      const [, until] = ((await stored(STORED.lock)) ?? "").split("|");
      if (!(Number(until) > Date.now())) {
        await storage.set(STORED.lock, `${name}|${Date.now() + (timeout || 30_000)}`);
      }
      await new Promise((done) => setTimeout(done, 20));
      if ((await stored(STORED.lock))?.startsWith(`${name}|`)) {
        return work().finally(() => storage.set(STORED.lock, undefined));
      }
    }
  }
  async function authFetch(input, init = {}) {
    const here = typeof location === "undefined" ? apiDomain : location.href;
    const isRequest = typeof input === "object" && "url" in input;
    const url = new URL(isRequest ? input.url : input, here);
    const target = isRequest ? input : url;
    if (!origins.has(url.origin)) {
      return send(new Request(target, init));
    }
    const isRefresh = url.origin + url.pathname === refreshUrl;
    const request = new Request(
      target,
      mode === "cookie" ? { credentials: "include", ...init } : init,
    );
    if (!isRefresh) {
      // Nothing overtakes a refresh: signing out would end a session that then comes back. Where
      // this fails the request goes out all the same: its answer decides.
      const renewed = refreshing ?? renew();
      await unlessAborted(
        request.signal,
        renewed.catch(() => undefined),
      );
    }
    for (let retries = 0; ; retries += 1) {
      const seen = await stored(STORED.lastUpdate);
      // A clone each time, so that a body that can be read only once can be sent again.
      const response = await exchange(request.clone(), isRefresh);
      if (response.status === claimStatus) {
        const claims = claimFailures((await read(response.clone()))[1]);
        if (claims.length > 0) {
          tell({ type: "claimsRefused", claims });
        }
      }
      if (
        response.status !== expiredStatus ||
        isRefresh ||
        retries === maxRetries ||
        !(await mayRefresh())
      ) {
        return response;
      }
      if (!(await unlessAborted(request.signal, refresh(seen)))) {
        return response;
      }
      response.body?.cancel().catch(() => undefined);
    }
  }
  return {
    apiDomain,
    apiBasePath,
    tenantId: options.tenantId,
    tokenTransferMethod: mode,
    timeout,
    sessionExpiredStatusCode: expiredStatus,
    fetch: authFetch,
    getSession: currentSession,
    async checkSession() {
      await ((await currentSession()) ? renew() : refreshNow());
      return currentSession();
    },
    async getAccessToken() {
      await renew();
      return stored(STORED.accessToken);
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
/** A front token is base64 of UTF-8 JSON: user id, expiry, claims. */
function sessionOf(frontToken) {
  try {
    const bytes = Array.from(
      atob(frontToken ?? ""),
      (character) => `%${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
    );
    const { uid, ate, up } = JSON.parse(decodeURIComponent(bytes.join("")));
    return { userId: uid, accessTokenPayload: up, expiresAt: ate };
  } catch {
    return undefined;
  }
}
/** When the access token was made, by the server's clock. */
function issuedAt({ accessTokenPayload: { iat } }) {
  return typeof iat === "number" ? iat * 1000 : undefined;
}
function handleOf(session) {
  return session?.accessTokenPayload["sessionHandle"];
}
/** The claims, without those that are new in every token. */
function claimsOf({ accessTokenPayload }) {
  const { iat, exp, refreshTokenHash1, parentRefreshTokenHash1, antiCsrfToken, ...claims } =
    accessTokenPayload;
  return JSON.stringify(claims);
}
/** Waits for work that others share: giving up waiting does not stop the work. */
async function unlessAborted(signal, work) {
  let giveUp = () => undefined;
  const aborted = new Promise((_, reject) => {
    giveUp = () => reject(signal.reason);
  });
  if (signal.aborted) {
    giveUp();
  }
  signal.addEventListener("abort", giveUp);
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}
/** The origin that a domain of appInfo means: `localhost:3001` is `http://localhost:3001`. */
function originOf(domain) {
  const text = domain.trim().toLowerCase();
  if (/^https?:\/\//.test(text)) {
    return new URL(text).origin;
  }
  const url = new URL(`https://${text.replace(/^\./, "")}`);
  const isLocal = /^localhost|^\d+(\.\d+){3}$/.test(url.hostname);
  return new URL(`${isLocal ? "http" : "https"}://${url.host}`).origin;
}
/** The path that appInfo means: with a slash before it and none behind. */
function pathOf(path) {
  const { pathname } = new URL(path.trim().replace(/^\/*/, "/"), "http://localhost");
  return pathname.replace(/\/$/, "");
}
