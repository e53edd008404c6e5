/**
 * Who is signed in, on the server side of the website: in server components, route handlers, API routes
 * and middleware. The access token is verified with the auth server's public keys, without a call for
 * each request (RFC 8725; the keys are fetched once and again when they rotate).
 *
 * A session that was revoked counts until its access token expires, as it does everywhere that the
 * database is not asked. Nothing here refreshes: only the browser can, and the client does it by itself
 * when a route answers 401. Requests that change something are protected against other sites by
 * `SameSite` cookies; with `VIA_TOKEN` or cross-site cookies they must be sent to the auth server itself.
 */

import { createRemoteJWKSet, decodeProtectedHeader, errors, jwtVerify } from "jose";
import type { JWTPayload } from "jose";

import { accessTokenCookies, API_BASE_PATH, authServerUrl } from "./config";

/** The session of a request. */
export type SessionState =
  | {
      readonly status: "signedIn";
      readonly userId: string;
      readonly sessionHandle: string;
      readonly accessTokenPayload: JWTPayload;
      /** Milliseconds since 1970. */
      readonly expiresAt: number;
    }
  /** There is a token and it is not valid (any more): answer 401, and the browser refreshes. */
  | { readonly status: "expired" }
  | { readonly status: "signedOut" };

/** `await headers()` of `next/headers`, `request.headers`, or those of a request of Node. */
export type RequestHeaders =
  Pick<Headers, "get"> | Readonly<Record<string, string | readonly string[] | undefined>>;

let keys: ReturnType<typeof createRemoteJWKSet> | undefined;

/**
 * Verifies the access token of a request, which travels as a cookie or, in header mode, as a bearer.
 *
 * @throws Error where the keys of the auth server cannot be fetched: that says nothing about the user.
 */
export async function getSession(headers: RequestHeaders): Promise<SessionState> {
  const token = accessToken(headers);
  if (token === undefined) {
    return { status: "signedOut" };
  }
  try {
    const { payload } = await jwtVerify(token, (keys ??= remoteKeys()), {
      // Of public keys, and never what the token itself says: RFC 8725 §3.1.
      algorithms: ["RS256", "ES256", "EdDSA"],
      requiredClaims: ["exp", "iat"],
    });
    const { sub: userId, sessionHandle, exp } = payload;
    if (userId === undefined || typeof sessionHandle !== "string" || exp === undefined) {
      return { status: "expired" };
    }
    return {
      status: "signedIn",
      userId,
      sessionHandle,
      accessTokenPayload: payload,
      expiresAt: exp * 1000,
    };
  } catch (error) {
    const isOfToken =
      error instanceof errors.JWTExpired ||
      error instanceof errors.JWTClaimValidationFailed ||
      error instanceof errors.JWTInvalid ||
      error instanceof errors.JWSInvalid ||
      error instanceof errors.JWSSignatureVerificationFailed ||
      error instanceof errors.JOSEAlgNotAllowed ||
      error instanceof errors.JWKSNoMatchingKey;
    if (isOfToken) {
      return { status: "expired" };
    }
    throw error;
  }
}

function remoteKeys() {
  const url = authServerUrl();
  const prefix = url.pathname.replace(/\/+$/, "");
  return createRemoteJWKSet(new URL(`${prefix}${API_BASE_PATH}/jwt/jwks.json`, url));
}

/** The first text that has the form of an access token; others are none of ours. */
function accessToken(headers: RequestHeaders): string | undefined {
  const bearer = /^Bearer +(\S+)$/.exec(header(headers, "authorization"))?.[1];
  const pairs = header(headers, "cookie")
    .split(";")
    .map((cookie) => /^\s*([^\s=]+)=([^\s"]+)\s*$/.exec(cookie) ?? []);
  const cookies = accessTokenCookies().flatMap((wanted) =>
    pairs.filter(([, name]) => name === wanted).map(([, , value]) => value),
  );
  return [bearer, ...cookies].find(isAccessToken);
}

function header(headers: RequestHeaders, name: string): string {
  const value = isHeaders(headers) ? headers.get(name) : headers[name];
  return [value ?? []].flat().join("; ");
}

function isHeaders(headers: RequestHeaders): headers is Pick<Headers, "get"> {
  return typeof headers.get === "function";
}

/** Other tokens of the same keys have no version in their head. */
function isAccessToken(text: string | undefined): text is string {
  try {
    return text !== undefined && typeof decodeProtectedHeader(text).version === "string";
  } catch {
    return false;
  }
}
