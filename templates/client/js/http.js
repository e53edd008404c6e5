/**
 * One call of one operation: its URL, its body, its time limit, and what its answer means.
 *
 * Everything about sessions is elsewhere (`engine.ts`): this file uses nothing but
 * {@link AuthClient.fetch}.
 */
import { ApiError, NetworkError, TimeoutError } from "./errors.js";
/** The versions of the Frontend Driver Interface that the client supports. */
export const FDI_VERSIONS = "3.1,4.0,4.1,4.2";
/** Calls an operation. The generated functions are one line around this. */
export async function call(client, operation, options = {}) {
  const { id } = operation;
  const [url, init] = requestOf(client, operation, options);
  return withDeadline(options.timeout ?? client.timeout, options.signal, async (signal) => {
    try {
      const response = await client.fetch(url, { ...init, signal });
      const [isJson, body] = await read(response);
      if (response.ok && (isJson || operation.anyBody)) {
        return body;
      }
      if (operation.signsOut && response.status === client.sessionExpiredStatusCode) {
        await client.forget();
        return { status: "OK" };
      }
      throw new ApiError(id, response, body, response.ok ? "the body is not JSON" : undefined);
    } catch (error) {
      if (error instanceof ApiError || error instanceof NetworkError) {
        throw error;
      }
      throw new NetworkError(id, error);
    }
  });
}
/**
 * A parameter as one segment of a path.
 *
 * @throws {RangeError} for an empty text, `.` and `..`: URLs resolve these to another path (URL
 *   standard, path state), and so the request would go to another endpoint.
 */
export function segment(value) {
  const text = String(value);
  if (/^\.{0,2}$/.test(text)) {
    throw new RangeError(`"${text}" is no path segment`);
  }
  return encodeURIComponent(text);
}
/** An object as parameters of a query: `filter[state]`. */
export function deepObject(name, value = {}) {
  const keys = Object.entries(value ?? {});
  return Object.fromEntries(keys.map(([key, item]) => [`${name}[${key}]`, item]));
}
/** The URL and the request of a call. */
export function requestOf(client, operation, options) {
  const tenant = options.tenantId || client.tenantId || "public";
  const prefix =
    (operation.absolute ? "" : client.apiBasePath) +
    (operation.tenant && tenant !== "public" ? `/${segment(tenant)}` : "");
  const url = new URL(client.apiDomain + prefix + operation.path);
  // A blank as RFC 3986 writes it: a `+` is one in forms only.
  url.search = String(put(new URLSearchParams(), operation.query)).replace(/\+/g, "%20");
  const { absolute, form, json, method, redirects, rid } = operation;
  const headers = {
    "fdi-version": absolute ? undefined : FDI_VERSIONS,
    rid,
    "content-type": json === undefined ? undefined : "application/json",
    ...operation.headers,
    ...options.headers,
  };
  const init = {
    method,
    headers: put(new Headers(), headers, "set"),
    body: form ? put(new URLSearchParams(), form) : JSON.stringify(json),
    redirect: redirects ? "manual" : "follow",
  };
  return [url.href, init];
}
/** Writes values into a query, a form or headers, each of a list by itself. */
export function put(target, values = {}, how = "append") {
  for (const [name, value] of Object.entries(values)) {
    let way = how;
    for (const item of [value].flat()) {
      if (item !== undefined && item !== null) {
        target[way](name, typeof item === "object" ? JSON.stringify(item) : String(item));
        way = "append";
      }
    }
  }
  return target;
}
/** The body of an answer: whether it is JSON, and its value. */
export async function read(response) {
  const text = await response.text();
  if (/\bjson\b/i.test(response.headers.get("content-type") ?? "")) {
    try {
      return [true, JSON.parse(text)];
    } catch {
      // Falls through: the body is not what the header says.
    }
  }
  return [false, text || undefined];
}
/**
 * Does some work until the caller gives up or the time is up. The promise then rejects at once, even
 * if the work does not listen to its signal.
 *
 * @param milliseconds `0` for no limit.
 */
export function withDeadline(milliseconds, outer, work) {
  return new Promise((resolve, reject) => {
    const controller = new AbortController();
    const end = (reason) => {
      controller.abort(reason);
      reject(reason);
    };
    // React Native has no reasons.
    const abort = () => end(outer?.reason ?? new Error("aborted"));
    if (outer?.aborted) {
      abort();
    }
    outer?.addEventListener("abort", abort);
    const timer =
      milliseconds > 0 ? setTimeout(() => end(new TimeoutError(milliseconds)), milliseconds) : 0;
    void work(controller.signal)
      .then(resolve, reject)
      .then(() => {
        clearTimeout(timer);
        outer?.removeEventListener("abort", abort);
      });
  });
}
