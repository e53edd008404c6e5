/** The front token: the session's data for the frontend. */
import type { Session } from "./session.js";
/**
 * Reads a front token: base64 of UTF-8 JSON with user id, expiry and claims. `undefined` where it is
 * anything else, since cookies and storage may hold what others have put there.
 */
export declare function sessionOf(frontToken: string | null | undefined): Session | undefined;
/** When the access token was made, by the server's clock, in milliseconds since 1970. */
export declare function issuedAt({ accessTokenPayload: { iat } }: Session): number | undefined;
/** What distinguishes one session from another. */
export declare function handleOf(session: Session | undefined): unknown;
/** The claims, without those that are new in every token. */
export declare function claimsOf({ accessTokenPayload }: Session): string;
