/**
 * Where the client keeps what it must remember between two calls: the front token, in header mode
 * the two session tokens, and the anti-CSRF token.
 *
 * The names are those that other frontends of this protocol use, so that they can share a page.
 */
/** The keys that a {@link TokenStorage} is asked for. */
export const STORED = {
  frontToken: "sFrontToken",
  accessToken: "st-access-token",
  refreshToken: "st-refresh-token",
  antiCsrf: "sAntiCsrf",
  lastUpdate: "st-last-access-token-update",
  /** How far the server's clock is ahead, in milliseconds; kept only where that matters. */
  clockSkew: "st-clock-skew",
  /** Who is refreshing, where there are no Web Locks. */
  lock: "st-refresh-lock",
};
/** Lasts as long as the process or the page; the default where there is no `document`. */
export function memoryStorage() {
  const values = new Map();
  return {
    get: (name) => values.get(name),
    set(name, value) {
      if (value === undefined) {
        values.delete(name);
      } else {
        values.set(name, value);
      }
    },
  };
}
/**
 * Cookies that scripts can read, on the page's own host; the default in a browser. In cookie mode
 * they hold no secret: the session tokens stay in HttpOnly cookies of the API.
 */
export function cookieStorage() {
  return {
    shared: true,
    get(name) {
      for (const pair of document.cookie.split("; ")) {
        if (pair.startsWith(`${name}=`)) {
          return pair.slice(name.length + 1);
        }
      }
      return undefined;
    },
    set(name, value) {
      const expires = value === undefined ? 0 : 253_402_300_799_000; // the end of the year 9999
      const secure = location.protocol === "https:" ? ";secure" : "";
      const until = new Date(expires).toUTCString();
      document.cookie = `${name}=${value ?? ""};expires=${until};path=/;samesite=lax${secure}`;
    },
  };
}
