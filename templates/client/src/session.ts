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

import { ApiError, claimFailures, NetworkError, type ClaimFailure } from "./errors.js";
import { FDI_VERSIONS, read, withDeadline } from "./http.js";
import { cookieStorage, memoryStorage, STORED, type TokenStorage } from "./storage.js";

/** How session tokens travel: in HttpOnly cookies, or in headers that the client keeps and sends. */
export type TokenTransferMethod = "cookie" | "header";

/** Who is signed in, as far as the frontend may know. */
export interface Session {
  readonly userId: string;
  /** All claims of the access token. The frontend cannot verify them: they decide what to show, no more. */
  readonly accessTokenPayload: Readonly<Record<string, unknown>>;
  /** When the access token expires, in milliseconds since 1970. The session outlives it by refreshing. */
  readonly expiresAt: number;
}

/** What happened to the session: here, or in another tab that shares the storage. */
export type SessionEvent =
  /** Somebody signed in, or another session took the place of the one before. */
  | { readonly type: "created"; readonly session: Session }
  /** The access token was renewed. */
  | { readonly type: "refreshed"; readonly session: Session }
  /** The server changed the claims of the session, beyond what each new token changes. */
  | { readonly type: "updated"; readonly session: Session }
  /** The user signed out. */
  | { readonly type: "signedOut" }
  /** The session ended by itself: too old, or revoked. */
  | { readonly type: "expired" }
  /** The server wants claims that the session lacks (a verified address, a second factor). */
  | { readonly type: "claimsRefused"; readonly claims: readonly ClaimFailure[] };

/** Where the API is and how to talk to it. */
export interface AuthClientOptions {
  /** `https://api.example.com`; `http` is assumed for localhost and IP addresses, `https` otherwise. */
  readonly apiDomain: string;
  /** `/auth` where it is left out. */
  readonly apiBasePath?: string | undefined;
  /** `cookie` where there is a `document`, `header` elsewhere. */
  readonly tokenTransferMethod?: TokenTransferMethod | undefined;
  /** The tenant of every call that does not name another one. */
  readonly tenantId?: string | undefined;
  /** Cookies of the page where there is a `document`, the process's memory elsewhere. */
  readonly storage?: TokenStorage | undefined;
  /** Further origins of the API (`https://files.example.com`) that get the session's tokens. */
  readonly apiOrigins?: readonly string[] | undefined;
  /** Sends the requests; the platform's `fetch` where it is left out. */
  readonly fetch?: ((request: Request) => Promise<Response>) | undefined;
  /** Milliseconds that an operation or a refresh may take, 30 000 where left out; `0` waits forever. */
  readonly timeout?: number | undefined;
  /** How often one request is tried again after a refresh: 10 times where left out. */
  readonly maxRetries?: number | undefined;
  /** The status that asks for a refresh: 401 where left out. */
  readonly sessionExpiredStatusCode?: number | undefined;
  /** The status that names claims which the session lacks: 403 where left out. */
  readonly invalidClaimStatusCode?: number | undefined;
}

/** The connection to one API, with at most one session. Every operation takes it as its first argument. */
export interface AuthClient {
  /** Normalised: `https://api.example.com`. */
  readonly apiDomain: string;
  /** Normalised: `/auth`, or empty. */
  readonly apiBasePath: string;
  readonly tenantId: string | undefined;
  readonly tokenTransferMethod: TokenTransferMethod;
  readonly timeout: number;
  readonly sessionExpiredStatusCode: number;
  /**
   * `fetch` for the application's own API: adds the session, and where the access token has expired,
   * refreshes it and tries again. Requests to other origins are passed on untouched. A relative URL
   * means the page, or the API where there is no page.
   *
   * Like `fetch`, it resolves for every status: a 401 is what the server still says after a refresh,
   * or where there is no session.
   *
   * @throws {NetworkError} when the refresh gets no answer; the session is kept.
   * @throws {ApiError} when the refresh gets an answer other than success or 401; the session is kept.
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;
  /** Who is signed in, read from what is stored here: nothing is asked, nothing is refreshed. */
  getSession(): Promise<Session | undefined>;
  /**
   * Who is signed in, asking where what is stored here does not say: an access token that is about
   * to expire is renewed, and a page that remembers nothing (a first visit, or a browser that
   * deletes what scripts store after a week) asks once whether its cookies hold a session.
   *
   * @throws {NetworkError} when there is no answer; the session is kept.
   * @throws {ApiError} when the answer is neither success nor 401; the session is kept.
   */
  checkSession(): Promise<Session | undefined>;
  /**
   * The access token, to hand to another service: in header mode, and in cookie mode where the
   * server exposes it. One that is about to expire is renewed first.
   *
   * @throws {NetworkError} when the renewal gets no answer; the session is kept.
   * @throws {ApiError} when its answer is neither success nor 401; the session is kept.
   */
  getAccessToken(): Promise<string | undefined>;
  /**
   * Renews the access token now. `false`: there is no session any more.
   *
   * @throws {NetworkError} when there is no answer; the session is kept.
   * @throws {ApiError} when the answer is neither success nor 401; the session is kept.
   */
  refresh(): Promise<boolean>;
  /** Forgets the session here, without telling the server: signing out does both. */
  forget(): Promise<void>;
  /** Calls back whenever something happens to the session, until the returned function is called. */
  onSession(listener: (event: SessionEvent) => void): () => void;
}

/** A client for one API. */
export function newClient(options: AuthClientOptions): AuthClient {
  const hasDocument = typeof document !== "undefined";
  const mode = options.tokenTransferMethod ?? (hasDocument ? "cookie" : "header");
  const storage = options.storage ?? (hasDocument ? cookieStorage() : memoryStorage());
  const send = options.fetch ?? ((request: Request) => globalThis.fetch(request));
  const timeout = options.timeout ?? 30_000;
  const maxRetries = options.maxRetries ?? 10;
  const expiredStatus = options.sessionExpiredStatusCode ?? 401;
  const claimStatus = options.invalidClaimStatusCode ?? 403;
  const apiDomain = originOf(options.apiDomain);
  const apiBasePath = pathOf(options.apiBasePath ?? "/auth");
  const refreshUrl = `${apiDomain}${apiBasePath}/session/refresh`;
  const origins = new Set([apiDomain, ...(options.apiOrigins ?? []).map(originOf)]);
  const listeners = new Set<(event: SessionEvent) => void>();
  const shared = storage.shared === true;
  const scope = `auth-client ${apiDomain}${apiBasePath}`;
  const { BroadcastChannel: Channel, navigator } = globalThis as Platform;
  const tabs = shared && Channel ? new Channel(scope) : undefined;
  let refreshing: Promise<boolean> | undefined;
  let absorbing: Promise<unknown> = Promise.resolve();

  const stored = async (name: string): Promise<string | undefined> =>
    (await storage.get(name)) || undefined;

  const currentSession = async (): Promise<Session | undefined> =>
    sessionOf(await stored(STORED.frontToken));

  function tell(event: SessionEvent): void {
    hear(event);
    tabs?.postMessage(event);
  }

  function hear(event: SessionEvent): void {
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        console.error(error); // A listener's trouble is not the request's.
      }
    }
  }

  if (tabs) {
    tabs.onmessage = ({ data }: MessageEvent<SessionEvent>) => {
      hear(data);
    };
    // Node would wait for more messages forever; browsers know no such method.
    (tabs as { unref?: () => void }).unref?.();
  }

  /** Marks that the tokens changed; requests that were sent before see it by comparing. */
  async function touch(): Promise<void> {
    const last = Number(await stored(STORED.lastUpdate)) || 0;
    await storage.set(STORED.lastUpdate, String(Math.max(Date.now(), last + 1)));
  }

  async function forget(event: "signedOut" | "expired"): Promise<void> {
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
  async function mayRefresh(): Promise<boolean> {
    if (mode === "header") {
      return (await stored(STORED.refreshToken)) !== undefined;
    }
    // HttpOnly cookies cannot be seen. A page that has never talked to the API may have them.
    return (
      (await stored(STORED.frontToken)) !== undefined ||
      (await stored(STORED.lastUpdate)) === undefined
    );
  }

  async function decorate(request: Request, isRefresh: boolean): Promise<Request> {
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
  async function exchange(request: Request, isRefresh: boolean): Promise<Response> {
    const sender = handleOf(await currentSession());
    const response = await send(await decorate(request, isRefresh));
    await (absorbing = absorbing
      .catch(() => undefined)
      .then(() => absorb(response, isRefresh, sender)));
    return response;
  }

  async function absorb(response: Response, isRefresh: boolean, sender: unknown): Promise<void> {
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
    ] as const) {
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
  async function isStale(): Promise<boolean> {
    const session = await currentSession();
    if (session === undefined) {
      return false;
    }
    const now = Date.now() + (Number(await stored(STORED.clockSkew)) || 0);
    const lifetime = session.expiresAt - (issuedAt(session) ?? session.expiresAt);
    return now + Math.min(lifetime / 10, 30_000) >= session.expiresAt;
  }

  async function sendRefresh(mayRepeat = true): Promise<boolean> {
    const request = new Request(refreshUrl, {
      method: "POST",
      headers: { rid: "session", "fdi-version": FDI_VERSIONS },
      ...(mode === "cookie" ? { credentials: "include" } : {}),
    });
    const [response, body] = await withDeadline(timeout, undefined, async (signal) => {
      const response = await exchange(new Request(request, { signal }), true);
      return [response, (await read(response))[1]] as const;
    }).catch((cause: unknown) => {
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
  function refresh(seen: string | undefined): Promise<boolean> {
    const work = async (): Promise<boolean> =>
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

  const refreshNow = async (): Promise<boolean> =>
    (await mayRefresh()) && refresh(await stored(STORED.lastUpdate));

  /** Sees to it that what is stored is not about to expire. */
  async function renew(): Promise<void> {
    if (await isStale()) {
      await refresh(await stored(STORED.lastUpdate));
    }
  }

  /**
   * A lock among tabs where there are no Web Locks (plain http): a name in the common storage,
   * worth nothing once its time is over. Two tabs that still meet do no harm: the server gives
   * both the same successor.
   */
  async function alone<Result>(work: () => Promise<Result>): Promise<Result> {
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

  async function authFetch(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
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
      const renewed: Promise<unknown> = refreshing ?? renew();
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
function sessionOf(frontToken: string | null | undefined): Session | undefined {
  try {
    const bytes = Array.from(
      atob(frontToken ?? ""),
      (character) => `%${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
    );
    const { uid, ate, up } = JSON.parse(decodeURIComponent(bytes.join(""))) as FrontToken;
    return { userId: uid, accessTokenPayload: up, expiresAt: ate };
  } catch {
    return undefined;
  }
}

interface FrontToken {
  readonly uid: string;
  readonly ate: number;
  readonly up: Session["accessTokenPayload"];
}

/** What only some platforms have, whatever the types of a browser say. */
interface Platform {
  readonly BroadcastChannel?: typeof BroadcastChannel;
  readonly navigator?: { readonly locks?: LockManager };
}

/** When the access token was made, by the server's clock. */
function issuedAt({ accessTokenPayload: { iat } }: Session): number | undefined {
  return typeof iat === "number" ? iat * 1000 : undefined;
}

function handleOf(session: Session | undefined): unknown {
  return session?.accessTokenPayload["sessionHandle"];
}

/** The claims, without those that are new in every token. */
function claimsOf({ accessTokenPayload }: Session): string {
  const { iat, exp, refreshTokenHash1, parentRefreshTokenHash1, antiCsrfToken, ...claims } =
    accessTokenPayload;
  return JSON.stringify(claims);
}

/** Waits for work that others share: giving up waiting does not stop the work. */
async function unlessAborted<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  let giveUp = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    giveUp = () => reject(signal.reason as Error);
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
function originOf(domain: string): string {
  const text = domain.trim().toLowerCase();
  if (/^https?:\/\//.test(text)) {
    return new URL(text).origin;
  }
  const url = new URL(`https://${text.replace(/^\./, "")}`);
  const isLocal = /^localhost|^\d+(\.\d+){3}$/.test(url.hostname);
  return new URL(`${isLocal ? "http" : "https"}://${url.host}`).origin;
}

/** The path that appInfo means: with a slash before it and none behind. */
function pathOf(path: string): string {
  const { pathname } = new URL(path.trim().replace(/^\/*/, "/"), "http://localhost");
  return pathname.replace(/\/$/, "");
}
