/**
 * The client on a server that renders pages: one for each request, so that users never meet.
 */
import { memoryStorage, STORED } from "./storage.js";
/**
 * The options of a client that speaks for the user who sent a request:
 * `createAuthClient(forRequest(request.headers.get("cookie")))`. It passes on the cookies of that
 * request and remembers nothing afterwards.
 *
 * It never refreshes: the cookie with the refresh token goes to the API's refresh path alone, so a
 * page's request does not have it, and trying without it would end the session. Where the API answers
 * 401, or `getSession` finds nobody, let the browser's client look again.
 *
 * `getSession` reads what the browser sent, which anybody can forge: it decides what to show. Whoever
 * must be sure asks the API.
 *
 * @param cookies the `Cookie` header, which has the session where page and API share a host.
 */
export function forRequest(cookies) {
  const storage = memoryStorage();
  const ours = Object.values(STORED);
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
    fetch(request) {
      if (new URL(request.url).pathname.endsWith("/session/refresh")) {
        throw new Error("only the browser can refresh the session");
      }
      if (cookies) {
        request.headers.set("cookie", cookies);
      }
      return globalThis.fetch(request);
    },
  };
}
