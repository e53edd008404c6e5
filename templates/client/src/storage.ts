/**
 * Where the client keeps its state between two calls: the front token, in header mode
 * the two session tokens, and the anti-CSRF token.
 *
 * The names are those that other frontends of this protocol use, so that they can share a page.
 */

// Single constants: a bundle then has only their values, not the table below.
export const FRONT_TOKEN = "sFrontToken";
export const ACCESS_TOKEN = "st-access-token";
export const REFRESH_TOKEN = "st-refresh-token";
export const ANTI_CSRF = "sAntiCsrf";
export const LAST_UPDATE = "st-last-access-token-update";
export const CLOCK_SKEW = "st-clock-skew";
export const LOCK = "st-refresh-lock";

/** The keys that a {@link TokenStorage} is asked for. */
export const STORED = {
  frontToken: FRONT_TOKEN,
  accessToken: ACCESS_TOKEN,
  refreshToken: REFRESH_TOKEN,
  antiCsrf: ANTI_CSRF,
  lastUpdate: LAST_UPDATE,
  /** How far the server's clock is ahead, in milliseconds; kept only where that matters. */
  clockSkew: CLOCK_SKEW,
  /** The lock of a refresh, where there are no Web Locks. */
  lock: LOCK,
} as const;

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
export function dependable(storage?: TokenStorage): Vault {
  const kept = new Map<string, readonly (string | undefined)[]>();
  let cause: unknown;
  const attempt = async <Value>(work: () => Value): Promise<Awaited<Value> | undefined> => {
    try {
      return await work();
    } catch (error) {
      cause = error;
      return undefined;
    }
  };
  const read = async (name: string): Promise<string | undefined> => {
    const value = await attempt(() => storage?.get(name));
    return value && /^[!-~]+$/.test(value) ? value : undefined;
  };
  return {
    async get(name) {
      const inStorage = await read(name);
      const [seen, value] = kept.get(name) ?? [];
      return seen === inStorage ? value : inStorage;
    },
    async set(name, value) {
      cause = "dropped";
      await attempt(() => storage?.set(name, value));
      const inStorage = await read(name);
      kept.set(name, [inStorage, value]);
      if (storage && inStorage !== value) {
        console.warn(`storage lost ${name}:`, cause);
      }
    },
  };
}

/** Lasts as long as the process or the page. */
export function memoryStorage(): TokenStorage {
  const values = new Map<string, string>();
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
 *
 * In a frame of another site browsers take only cookies that are `SameSite=None; Secure; Partitioned`
 * (CHIPS): a cookie that the browser has refused is set again with these attributes, which need https.
 * `partitioned` asks for them from the start.
 */
export function cookieStorage({ partitioned = false } = {}): TokenStorage {
  const get = (name: string): string | undefined =>
    new RegExp(`(?:^|; )${name}=([^;]*)`).exec(document.cookie)?.[1];
  return {
    shared: true,
    get,
    set(name, value = "") {
      const write = (how: string): void => {
        // 400 days, the most that browsers allow (RFC 6265bis, 5.5).
        const age = value ? 34_560_000 : 0;
        document.cookie = `${name}=${value};max-age=${age};path=/;samesite=${how}`;
      };
      if (!partitioned) {
        write(location.protocol === "https:" ? "lax;secure" : "lax");
      }
      if (partitioned || (get(name) ?? "") !== value) {
        write("none;secure;partitioned");
      }
    },
  };
}
