/**
 * One call of one operation: its URL, its body, its time limit, and what its answer means.
 *
 * Everything about sessions is elsewhere (`session.ts`): this file uses nothing but
 * {@link AuthClient.fetch}.
 */

import { ApiError, NetworkError, TimeoutError } from "./errors.js";
import type { AuthClient } from "./session.js";

/** The versions of the Frontend Driver Interface that the client can talk. */
export const FDI_VERSIONS = "3.1,4.0,4.1,4.2";

/** What any single call can be given beside its request. */
export interface CallOptions {
  /** Ends the call early; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the call rejects with a `TimeoutError`; `0` waits forever. */
  readonly timeout?: number | undefined;
  /** Further request headers. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The tenant, where it is not that of the client. */
  readonly tenantId?: string | undefined;
}

/** How an operation goes over the wire; written by the generator. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  /** The path under the base path, its parameters filled in. */
  readonly path: string;
  /** The recipe, for the `rid` header. */
  readonly rid?: string;
  /** A tenant may stand before the path. */
  readonly tenant?: true;
  /** The path is absolute: a route of the application, outside the base path. */
  readonly absolute?: true;
  readonly query?: object;
  readonly headers?: object;
  readonly json?: unknown;
  readonly form?: object | undefined;
  /** A success may be something other than JSON. */
  readonly anyBody?: true;
  /** The answer may be a redirect, which is not followed. */
  readonly redirects?: true;
  /** The operation ends the session, so having none any more is what was wanted. */
  readonly signsOut?: true;
}

/** Calls an operation. The generated functions are one line around this. */
export async function call<Answer>(
  client: AuthClient,
  operation: Operation,
  options: CallOptions = {},
): Promise<Answer> {
  const { id } = operation;
  const [url, init] = requestOf(client, operation, options);
  return withDeadline(options.timeout ?? client.timeout, options.signal, async (signal) => {
    try {
      const response = await client.fetch(url, { ...init, signal });
      const [isJson, body] = await read(response);
      if (response.ok && (isJson || operation.anyBody)) {
        return body as Answer;
      }
      if (operation.signsOut && response.status === client.sessionExpiredStatusCode) {
        await client.forget();
        return { status: "OK" } as Answer;
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
export function segment(value: unknown): string {
  return encodeURIComponent(String(value));
}

function requestOf(
  client: AuthClient,
  operation: Operation,
  options: CallOptions,
): [string, RequestInit] {
  const tenant = options.tenantId ?? client.tenantId ?? "public";
  const prefix =
    (operation.absolute ? "" : client.apiBasePath) +
    (operation.tenant && tenant !== "public" ? `/${segment(tenant)}` : "");
  const url = new URL(client.apiDomain + prefix + operation.path);
  append(url.searchParams, operation.query);

  const headers = new Headers();
  const init: RequestInit = { method: operation.method, headers };
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
  const own: object = { ...operation.headers, ...options.headers };
  for (const [name, value] of Object.entries(own) as [string, Value][]) {
    if (value !== undefined && value !== null) {
      headers.set(name, typeof value === "object" ? JSON.stringify(value) : String(value));
    }
  }
  return [url.href, init];
}

/** What a parameter can be. */
type Value = string | number | boolean | Readonly<Record<string, unknown>> | null | undefined;

function append(target: URLSearchParams, values: object = {}): URLSearchParams {
  for (const [name, value] of Object.entries(values) as [string, Value | Value[]][]) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined && item !== null) {
        target.append(name, typeof item === "object" ? JSON.stringify(item) : String(item));
      }
    }
  }
  return target;
}

/** The body of an answer: whether it is JSON, and its value. */
export async function read(response: Response): Promise<[boolean, unknown]> {
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
export async function withDeadline<Result>(
  milliseconds: number,
  outer: AbortSignal | null | undefined,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const { signal } = controller;
  const abort = (): void => controller.abort(outer?.reason);
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
