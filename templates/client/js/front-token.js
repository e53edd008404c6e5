/** The front token: the session's data for the frontend. */
/**
 * Reads a front token: base64 of UTF-8 JSON with user id, expiry and claims. `undefined` where it is
 * anything else, since cookies and storage may hold what others have put there.
 */
export function sessionOf(frontToken) {
  try {
    const bytes = atob(frontToken ?? "");
    const escaped = bytes.replace(/[%\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`);
    const { uid, ate, up } = JSON.parse(decodeURIComponent(escaped));
    return typeof uid === "string" &&
      Number.isFinite(ate) &&
      up instanceof Object &&
      !Array.isArray(up)
      ? {
          userId: uid,
          accessTokenPayload: up,
          expiresAt: ate,
        }
      : undefined;
  } catch {
    return undefined;
  }
}
/** When the access token was made, by the server's clock, in milliseconds since 1970. */
export function issuedAt({ accessTokenPayload: { iat } }) {
  return typeof iat === "number" ? iat * 1000 : undefined;
}
/** What distinguishes one session from another. */
export function handleOf(session) {
  return session?.accessTokenPayload["sessionHandle"];
}
/** The claims, without those that are new in every token. */
export function claimsOf({ accessTokenPayload }) {
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
