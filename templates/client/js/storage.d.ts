/**
 * Where the client keeps its state between two calls: the front token, in header mode
 * the two session tokens, and the anti-CSRF token.
 *
 * The names are those that other frontends of this protocol use, so that they can share a page.
 */
export declare const FRONT_TOKEN = "sFrontToken";
export declare const ACCESS_TOKEN = "st-access-token";
export declare const REFRESH_TOKEN = "st-refresh-token";
export declare const ANTI_CSRF = "sAntiCsrf";
export declare const LAST_UPDATE = "st-last-access-token-update";
export declare const CLOCK_SKEW = "st-clock-skew";
export declare const LOCK = "st-refresh-lock";
/** The keys that a {@link TokenStorage} is asked for. */
export declare const STORED: {
  readonly frontToken: "sFrontToken";
  readonly accessToken: "st-access-token";
  readonly refreshToken: "st-refresh-token";
  readonly antiCsrf: "sAntiCsrf";
  readonly lastUpdate: "st-last-access-token-update";
  /** How far the server's clock is ahead, in milliseconds; kept only where that matters. */
  readonly clockSkew: "st-clock-skew";
  /** The lock of a refresh, where there are no Web Locks. */
  readonly lock: "st-refresh-lock";
};
/**
 * A place for a few short strings. Bring your own for React Native, a desktop shell, or a command
 * line tool that stays signed in; methods may answer at once or with a promise. Where it throws
 * or drops a value, the client keeps that value in memory and warns on the console.
 */
export interface TokenStorage {
  /**
   * Whether other tabs or processes see the same values: refreshing then needs a common lock, and
   * events are sent to all.
   */
  readonly shared?: boolean;
  /** The value under a name. */
  get(name: string): string | null | undefined | Promise<string | null | undefined>;
  /** Keeps a value; `undefined` removes it. */
  set(name: string, value: string | undefined): void | Promise<void>;
}
/** A storage that never fails: see {@link dependable}. */
export interface Vault {
  readonly get: (name: string) => Promise<string | undefined>;
  readonly set: (name: string, value: string | undefined) => Promise<void>;
}
/**
 * Reads only what the client can have written: anything outside printable ASCII would make every
 * request throw, since most values go into headers. Reads back what was written: a value that the
 * storage refuses, drops or cuts off is kept in memory until the storage holds something else. Without
 * a storage all values do.
 */
export declare function dependable(storage?: TokenStorage): Vault;
/** Lasts as long as the process or the page. */
export declare function memoryStorage(): TokenStorage;
/**
 * Cookies that scripts can read, on the page's own host; the default in a browser. In cookie mode
 * they hold no secret: the session tokens stay in HttpOnly cookies of the API.
 *
 * In a frame of another site browsers take only cookies that are `SameSite=None; Secure; Partitioned`
 * (CHIPS): a cookie that the browser has refused is set again with these attributes, which need https.
 * `partitioned` asks for them from the start.
 */
export declare function cookieStorage({
  partitioned,
}?: {
  partitioned?: boolean | undefined;
}): TokenStorage;
