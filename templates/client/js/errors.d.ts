/**
 * What can go wrong beyond the outcomes that the spec documents: an answer that is an error, no
 * answer at all, or an answer that came too late.
 */
/** A claim that the server demands of a session and that is not met. */
export interface ClaimFailure {
  /** The validator, mostly the name of a claim: `st-ev` for a verified address, `st-mfa`. */
  readonly id: string;
  /** Its reason, in a form of its own. */
  readonly reason?: unknown;
}
/**
 * The server answered, and the answer is not one of the documented successes: any status outside
 * 2xx, or a body that is not what the operation promises (a proxy's error page, say).
 */
export declare class ApiError extends Error {
  readonly name = "ApiError";
  /** The HTTP status; `0` for a redirect that a browser does not let scripts see. */
  readonly status: number;
  /** The JSON value of the body, the text where it is not JSON, `undefined` where it is empty. */
  readonly body: unknown;
  /** The operationId, `refreshSession` for a refresh that the client started by itself. */
  readonly operation: string;
  /** The headers of the answer: `Location`, `Retry-After`. */
  readonly headers: Headers;
  /** What the session lacks, where that is why the server refused (status 403); else empty. */
  readonly claims: readonly ClaimFailure[];
  constructor(operation: string, response: Response, body: unknown, hint?: string);
}
/**
 * There was no answer: the network is down, the server is, or the browser's CORS rules hide it.
 * No session ends because of it; the same call may work a moment later. `cause` has the details.
 */
export declare class NetworkError extends Error {
  readonly name = "NetworkError";
  /** The operationId, `refreshSession` for a refresh that the client started by itself. */
  readonly operation: string;
  constructor(operation: string, cause: unknown);
}
/** There was no answer in time. */
export declare class TimeoutError extends Error {
  readonly name = "TimeoutError";
  constructor(milliseconds: number);
}
/** The claims that a refusal names; none where it is another refusal. */
export declare function claimFailures(body: unknown): readonly ClaimFailure[];
