/**
 * The client on a server that renders pages: one for each request, so that users never share a session.
 */
import type { AuthClientOptions } from "./session.js";
/** What {@link forRequest} decides. */
export type RequestOptions = Required<
  Pick<AuthClientOptions, "tokenTransferMethod" | "storage" | "maxRetries" | "fetch">
>;
/**
 * The options of a client that acts for the user who sent a request:
 * `createAuthClient(forRequest(request.headers.get("cookie")))`. It passes on the cookies of that
 * request to the API (`apiDomain` and `apiOrigins`), to no other origin, not even after a redirect,
 * and remembers nothing afterwards.
 *
 * It never refreshes: the cookie with the refresh token goes to the API's refresh path alone, so a
 * page's request does not have it, and trying without it would end the session. Where the API answers
 * 401, or `getSession` finds no session, let the browser's client ask again.
 *
 * `getSession` reads what the browser sent, which can be forged: it decides what to show. Where the
 * application must be sure, it asks the API.
 *
 * @param cookies the `Cookie` header, which has the session where page and API share a host.
 */
export declare function forRequest(cookies: string | null | undefined): RequestOptions;
