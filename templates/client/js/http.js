/**
 * One call of one operation: its URL, its body, its time limit, and what its answer means.
 *
 * Everything about sessions is elsewhere (`session.ts`): this file uses nothing but
 * {@link AuthClient.fetch}.
 */
import { ApiError, NetworkError, TimeoutError } from "./errors.js";
/** The versions of the Frontend Driver Interface that the client can talk. */
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
      if (signal.aborted || error instanceof ApiError || error instanceof NetworkError) {
        throw error;
      }
      throw new NetworkError(id, error);
    }
  });
}
/** A parameter as one segment of a path. */
export function segment(value) {
  return encodeURIComponent(String(value));
}
function requestOf(client, operation, options) {
  const tenant = options.tenantId ?? client.tenantId ?? "public";
  const prefix =
    (operation.absolute ? "" : client.apiBasePath) +
    (operation.tenant && tenant !== "public" ? `/${segment(tenant)}` : "");
  const url = new URL(client.apiDomain + prefix + operation.path);
  append(url.searchParams, operation.query);
  const headers = new Headers();
  const init = { method: operation.method, headers };
  if (!operation.absolute) {
    headers.set("fdi-version", FDI_VERSIONS);
  }
  if (operation.rid) {
    headers.set("rid", operation.rid);
  }
  if (operation.form !== undefined) {
    init.body = append(new URLSearchParams(), operation.form);
  } else if (operation.json !== undefined) {
    init.body = JSON.stringify(operation.json);
    headers.set("content-type", "application/json");
  }
  if (operation.redirects) {
    init.redirect = "manual";
  }
  const own = { ...operation.headers, ...options.headers };
  for (const [name, value] of Object.entries(own)) {
    if (value !== undefined && value !== null) {
      headers.set(name, typeof value === "object" ? JSON.stringify(value) : String(value));
    }
  }
  return [url.href, init];
}
function append(target, values = {}) {
  for (const [name, value] of Object.entries(values)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined && item !== null) {
        target.append(name, typeof item === "object" ? JSON.stringify(item) : String(item));
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
      // Falls through: whatever it is, it is not what the header says.
    }
  }
  return [false, text === "" ? undefined : text];
}
/** Does some work that ends when the caller says so or when the time is up. */
export async function withDeadline(milliseconds, outer, work) {
  const controller = new AbortController();
  const { signal } = controller;
  const abort = () => controller.abort(outer?.reason);
  if (outer?.aborted) {
    abort();
  }
  outer?.addEventListener("abort", abort);
  const timer =
    milliseconds > 0
      ? setTimeout(() => controller.abort(new TimeoutError(milliseconds)), milliseconds)
      : undefined;
  try {
    return await work(signal);
  } catch (error) {
    throw signal.aborted ? (signal.reason ?? error) : error;
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener("abort", abort);
  }
}
