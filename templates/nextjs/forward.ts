/**
 * Forwards a request of a browser to the auth server, and returns the answer unchanged: its status, its body,
 * each `Set-Cookie`, redirects unfollowed, and the `Cache-Control` without which a cache in front of a
 * website replays old session tokens, so that the browser refreshes without end.
 *
 * The duties of a proxy are in RFC 9110 §7.6: headers of one connection are not forwarded, and what this
 * hop changes is reported. This file does not use Next.js; the routes do.
 */

import { API_BASE_PATH, authServerUrl } from "./config";

/** The methods that are forwarded; the server answers 404 where it has no operation for one of them. */
export const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** The parts of a request that are forwarded. */
export interface Incoming {
  readonly method: string;
  /** Path and query from the root of the website, as the browser sent them. */
  readonly target: string;
  readonly headers: Headers;
  /** The body as it comes in; never read here. */
  readonly body: ReadableStream<Uint8Array> | null;
  /** Aborted when the browser disconnects. */
  readonly signal: AbortSignal;
}

/** Milliseconds until the server must have begun to answer. */
const PATIENCE = 30_000;
const LATE = "late";

/** RFC 9110 §7.6.1, and those that older software sends. */
const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** The names of headers that a `Connection` header may list. */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/** Of the server's answers, those that `fetch` has decompressed before we see them. */
const DECODED = /^(?:x-)?(?:gzip|deflate|br)$/;

/** Statuses that cannot have a body (Fetch standard, "null body status"). */
const WITHOUT_BODY = [204, 205, 304];

/** Answers a request with what the auth server answers. Never throws. */
export async function forward(incoming: Incoming): Promise<Response> {
  if (!METHODS.includes(incoming.method)) {
    return refusal(405, "method not allowed");
  }
  let url: URL | undefined;
  try {
    url = targetOf(incoming.target);
  } catch (error) {
    console.error(error);
    return refusal(500, "the website does not know its auth server; its log says more");
  }
  if (url === undefined) {
    return notFound();
  }

  const { signal } = incoming;
  const ending = new AbortController();
  const leave = () => ending.abort();
  signal.addEventListener("abort", leave, { once: true });
  const timer = setTimeout(() => ending.abort(LATE), PATIENCE);
  try {
    signal.throwIfAborted();
    return answer(await send(incoming, url, ending.signal));
  } catch (error) {
    if (signal.aborted) {
      // The browser has disconnected and reads no answer.
      return refusal(499, "the client has gone");
    }
    const late = ending.signal.reason === LATE;
    console.error(
      `the auth server at ${url.origin} ${late ? "is late" : "cannot be reached"}`,
      error,
    );
    return late
      ? refusal(504, "the auth server does not answer in time")
      : refusal(502, "the auth server cannot be reached");
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The URL at the server; `undefined` for one outside the auth APIs. A path may lead out of its folder in
 * several spellings (`/api/auth/%2e%2e/x`), and the server's other routes are not for the public: so the
 * rule is checked on the URL that will be asked for, after it was resolved.
 */
function targetOf(target: string): URL | undefined {
  const server = authServerUrl();
  const prefix = server.pathname.replace(/\/+$/, "");
  const query = target.indexOf("?");
  const path = query < 0 ? target : target.slice(0, query);
  const url = new URL(server.origin);
  url.pathname = prefix + path;
  url.search = query < 0 ? "" : target.slice(query);
  const base = prefix + API_BASE_PATH;
  return url.pathname === base || url.pathname.startsWith(`${base}/`) ? url : undefined;
}

function send(incoming: Incoming, url: URL, signal: AbortSignal): Promise<Response> {
  const { method } = incoming;
  const headers = endToEnd(incoming.headers);
  // `fetch` writes these itself, for this hop; `Expect` it refuses.
  for (const name of ["host", "content-length", "expect"]) {
    headers.delete(name);
  }
  // It would decompress the answer, and it could not be passed on as it was.
  headers.set("accept-encoding", "identity");
  const host = incoming.headers.get("host");
  if (host !== null && !headers.has("x-forwarded-host")) {
    headers.set("x-forwarded-host", host);
  }
  const body = method === "GET" || method === "HEAD" ? null : incoming.body;
  // `duplex` is missing in the DOM's types: the answer begins when the request has ended.
  const init: RequestInit & { duplex: "half" } = {
    method,
    headers,
    body,
    signal,
    duplex: "half",
    redirect: "manual",
    // Next.js, too, keeps what `fetch` gets.
    cache: "no-store",
  };
  return fetch(url, init);
}

function answer(response: Response): Response {
  const headers = endToEnd(response.headers);
  const codings = (headers.get("content-encoding") ?? "").split(",").map((coding) => coding.trim());
  if (codings.every((coding) => DECODED.test(coding))) {
    headers.delete("content-encoding");
    headers.delete("content-length");
  }
  const { status, statusText } = response;
  const body = WITHOUT_BODY.includes(status) ? null : response.body;
  return new Response(body, { status, statusText, headers });
}

/** Headers without those that are meant for one connection alone. */
function endToEnd(headers: Headers): Headers {
  const passed = new Headers(headers);
  const listed = (headers.get("connection") ?? "").split(",").map((name) => name.trim());
  for (const name of [...HOP_BY_HOP, ...listed.filter((name) => TOKEN.test(name))]) {
    passed.delete(name);
  }
  return passed;
}

/** The server's own answer to a path without an operation. */
function notFound(): Response {
  return new Response("Not found", {
    status: 404,
    headers: { ...NOT_STORED, "content-type": "text/plain; charset=utf-8" },
  });
}

const NOT_STORED = { "cache-control": "no-cache, no-store, max-age=0, must-revalidate" };

/** An answer of our own. None of these statuses ends a session: only the server does. */
function refusal(status: number, message: string): Response {
  return Response.json({ message }, { status, headers: NOT_STORED });
}
