/**
 * One call of one operation: its URL, its body, its time limit, and what its answer means.
 *
 * Everything about sessions is elsewhere (`engine.ts`): this file uses nothing but
 * {@link AuthClient.fetch}.
 */
import type { AuthClient } from "./session.js";
/** The versions of the Frontend Driver Interface that the client supports. */
export declare const FDI_VERSIONS = "3.1,4.0,4.1,4.2";
/** What any single call can be given beside its request. */
export interface CallOptions {
  /** Ends the call early; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the call rejects with a `TimeoutError`; `0` waits forever. */
  readonly timeout?: number | undefined;
  /** Further request headers. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The tenant, where it is not that of the client; an empty text is none. */
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
  /** The operation ends the session, so a session that is over already is a success. */
  readonly signsOut?: true;
}
/** Calls an operation. The generated functions are one line around this. */
export declare function call<Answer>(
  client: AuthClient,
  operation: Operation,
  options?: CallOptions,
): Promise<Answer>;
/**
 * A parameter as one segment of a path.
 *
 * @throws {RangeError} for an empty text, `.` and `..`: URLs resolve these to another path (URL
 *   standard, path state), and so the request would go to another endpoint.
 */
export declare function segment(value: unknown): string;
/** An object as parameters of a query: `filter[state]`. */
export declare function deepObject(name: string, value?: object | null): object;
/** The URL and the request of a call. */
export declare function requestOf(
  client: AuthClient,
  operation: Operation,
  options: CallOptions,
): [string, RequestInit];
/** Writes values into a query, a form or headers, each of a list by itself. */
export declare function put<Target extends URLSearchParams | Headers>(
  target: Target,
  values?: object,
  how?: "append" | "set",
): Target;
/** The body of an answer: whether it is JSON, and its value. */
export declare function read(response: Response): Promise<[boolean, unknown]>;
/**
 * Does some work until the caller gives up or the time is up. The promise then rejects at once, even
 * if the work does not listen to its signal.
 *
 * @param milliseconds `0` for no limit.
 */
export declare function withDeadline<Result>(
  milliseconds: number,
  outer: AbortSignal | null | undefined,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result>;
