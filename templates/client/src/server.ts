/**
 * The client on a server that renders pages: one for each request, so that users never share a session.
 */

import type { AuthClientOptions } from "./session.js";
import { memoryStorage, STORED } from "./storage.js";

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
export function forRequest(cookies: string | null | undefined): RequestOptions {
  const storage = memoryStorage();
  const ours = Object.values(STORED) as string[];
  for (const pair of (cookies ?? "").split(/; */)) {
    const end = pair.indexOf("=");
    if (ours.includes(pair.slice(0, end))) {
      void storage.set(pair.slice(0, end), pair.slice(end + 1));
    }
  }
  return {
    tokenTransferMethod: "cookie",
    storage,
    maxRetries: 0,
    fetch(request, isForApi) {
      if (!isForApi) {
        return globalThis.fetch(request);
      }
      if (new URL(request.url).pathname.endsWith("/session/refresh")) {
        throw new Error("only the browser can refresh the session");
      }
      return cookies ? sendWith(cookies, request) : globalThis.fetch(request);
    },
  };
}

/** The number of redirects that the Fetch standard allows. */
const MOST_REDIRECTS = 20;

/**
 * Sends a request with cookies, and follows redirects by hand: where one leaves the origin, not every
 * runtime takes `Cookie` away, and none takes the anti-CSRF token.
 */
async function sendWith(cookies: string, request: Request): Promise<Response> {
  let next = request;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const spare = next.clone();
    next.headers.set("cookie", cookies);
    const response = await globalThis.fetch(new Request(next, { redirect: "manual" }));
    const location = response.headers.get("location");
    if (
      request.redirect !== "follow" ||
      location === null ||
      ![301, 302, 303, 307, 308].includes(response.status)
    ) {
      return response;
    }
    await response.body?.cancel();
    const url = new URL(location, next.url);
    const isLeaving = url.origin !== new URL(next.url).origin;
    next = redirected(spare, url, response.status);
    if (isLeaving) {
      for (const name of ["anti-csrf", "authorization", "cookie"]) {
        next.headers.delete(name);
      }
      return globalThis.fetch(next);
    }
  }
  throw new TypeError("too many redirects");
}

/** The request that a redirect asks for (Fetch standard, HTTP-redirect fetch). */
function redirected(request: Request, url: URL, status: number): Request {
  const isPost = request.method === "POST";
  const isSafe = request.method === "GET" || request.method === "HEAD";
  if (!(status === 303 ? !isSafe : isPost && status < 303)) {
    return new Request(url, request);
  }
  const headers = new Headers(request.headers);
  for (const name of ["content-encoding", "content-language", "content-location", "content-type"]) {
    headers.delete(name);
  }
  return new Request(url, { headers, signal: request.signal });
}
