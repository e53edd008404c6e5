/**
 * Where the client keeps what it must remember between two calls: the front token, in header mode
 * the two session tokens, and the anti-CSRF token.
 *
 * The names are those that other frontends of this protocol use, so that they can share a page.
 */
/** The keys that a {@link TokenStorage} is asked for. */
export declare const STORED: {
  readonly frontToken: "sFrontToken";
  readonly accessToken: "st-access-token";
  readonly refreshToken: "st-refresh-token";
  readonly antiCsrf: "sAntiCsrf";
  readonly lastUpdate: "st-last-access-token-update";
  /** How far the server's clock is ahead, in milliseconds; kept only where that matters. */
  readonly clockSkew: "st-clock-skew";
  /** Who is refreshing, where there are no Web Locks. */
  readonly lock: "st-refresh-lock";
};
/**
 * A place for a few short strings. Bring your own for React Native, a desktop shell, or a command
 * line tool that shall stay signed in; methods may answer at once or with a promise.
 */
export interface TokenStorage {
  /**
   * Whether other tabs or processes see the same values: refreshing then needs a common lock, and
   * events are told to all.
   */
  readonly shared?: boolean;
  /** The value under a name. */
  get(name: string): string | null | undefined | Promise<string | null | undefined>;
  /** Keeps a value; `undefined` removes it. */
  set(name: string, value: string | undefined): void | Promise<void>;
}
/** Lasts as long as the process or the page; the default where there is no `document`. */
export declare function memoryStorage(): TokenStorage;
/**
 * Cookies that scripts can read, on the page's own host; the default in a browser. In cookie mode
 * they hold no secret: the session tokens stay in HttpOnly cookies of the API.
 */
export declare function cookieStorage(): TokenStorage;
