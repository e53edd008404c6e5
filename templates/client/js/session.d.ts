/**
 * What a frontend sees of the session: who is signed in, what happens to that, and the client with its options.
 */
import type { ClaimFailure } from "./errors.js";
import type { TokenStorage } from "./storage.js";
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
  /** A user signed in, or another session replaced the one before. */
  | {
      readonly type: "created";
      readonly session: Session;
    }
  /** The access token was renewed. */
  | {
      readonly type: "refreshed";
      readonly session: Session;
    }
  /** The server changed the claims of the session, beyond what each new token changes. */
  | {
      readonly type: "updated";
      readonly session: Session;
    }
  /** The user signed out. */
  | {
      readonly type: "signedOut";
    }
  /** The session ended by itself: too old, or revoked. */
  | {
      readonly type: "expired";
    }
  /** The server demands claims that the session lacks (a verified address, a second factor). */
  | {
      readonly type: "claimsRefused";
      readonly claims: readonly ClaimFailure[];
    };
/** Where the API is and how to call it. */
export interface AuthClientOptions {
  /** `https://api.example.com`; `http` is assumed for localhost and IP addresses, `https` otherwise. */
  readonly apiDomain: string;
  /** `/auth` where it is left out. */
  readonly apiBasePath?: string | undefined;
  /** `cookie` where there is a `document`, `header` elsewhere. */
  readonly tokenTransferMethod?: TokenTransferMethod | undefined;
  /** The tenant of every call that does not name another one. */
  readonly tenantId?: string | undefined;
  /**
   * Where tokens are kept: cookies of the page where there is a `document`, memory in a worker of a
   * browser and in React Native. A process on a server may serve many users, so it has no default:
   * there the client refuses to start a session until it gets a storage.
   */
  readonly storage?: TokenStorage | undefined;
  /** Further origins of the API (`https://files.example.com`) that get the session's tokens. */
  readonly apiOrigins?: readonly string[] | undefined;
  /**
   * Sends the requests; the platform's `fetch` where it is left out. `isForApi` is false for requests
   * to other origins, which are passed on as they are: add nothing secret to those.
   */
  readonly fetch?: ((request: Request, isForApi: boolean) => Promise<Response>) | undefined;
  /** Milliseconds that an operation or a refresh may take, 30 000 where left out; `0` waits forever. */
  readonly timeout?: number | undefined;
  /**
   * How often one request is tried again at most, 10 times where left out; `0` never refreshes after
   * a refusal. After a refresh of its own, a request is tried again only once.
   */
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
   * refreshes it and tries again, once. Requests to other origins are passed on untouched. A relative
   * URL is resolved as the page does (`<base href>`), or against the API where there is no page.
   *
   * Like `fetch`, it resolves for every status: a 401 is what the server still says after a refresh,
   * or where a refresh cannot help: there is no session, or the request does not carry it
   * (`credentials: "omit"`, an `Authorization` header of its own). A redirect of a request other than
   * GET and HEAD is not followed where it would take an anti-CSRF token along.
   *
   * @throws {NetworkError} when the refresh gets no answer; the session is kept.
   * @throws {ApiError} when the refresh gets an answer other than success or 401, and until the time
   *   that its `Retry-After` names has passed, 10 minutes at most; the session is kept.
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
  /** Deletes the session in this client, without a request to the server: signing out does both. */
  forget(): Promise<void>;
  /** Calls back whenever something happens to the session, until the returned function is called. */
  onSession(listener: (event: SessionEvent) => void): () => void;
}
