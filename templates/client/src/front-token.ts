/** The front token: the session's data for the frontend. */

import type { Session } from "./session.js";

/**
 * Reads a front token: base64 of UTF-8 JSON with user id, expiry and claims. `undefined` where it is
 * anything else, since cookies and storage may hold what others have put there.
 */
export function sessionOf(frontToken: string | null | undefined): Session | undefined {
  try {
    const bytes = atob(frontToken ?? "");
    const escaped = bytes.replace(/[%\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`);
    const { uid, ate, up } = JSON.parse(decodeURIComponent(escaped)) as FrontToken;
    return typeof uid === "string" &&
      Number.isFinite(ate) &&
      up instanceof Object &&
      !Array.isArray(up)
      ? {
          userId: uid,
          accessTokenPayload: up as Session["accessTokenPayload"],
          expiresAt: ate as number,
        }
      : undefined;
  } catch {
    return undefined;
  }
}

interface FrontToken {
  readonly uid: unknown;
  readonly ate: unknown;
  readonly up: unknown;
}

/** When the access token was made, by the server's clock, in milliseconds since 1970. */
export function issuedAt({ accessTokenPayload: { iat } }: Session): number | undefined {
  return typeof iat === "number" ? iat * 1000 : undefined;
}

/** What distinguishes one session from another. */
export function handleOf(session: Session | undefined): unknown {
  return session?.accessTokenPayload["sessionHandle"];
}

/** The claims, without those that are new in every token. */
export function claimsOf({ accessTokenPayload }: Session): string {
  const none = undefined;
  return JSON.stringify({
    ...accessTokenPayload,
    iat: none,
    exp: none,
    refreshTokenHash1: none,
    parentRefreshTokenHash1: none,
    antiCsrfToken: none,
  });
}
