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
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** The HTTP status; `0` for a redirect that a browser does not let scripts see. */
  declare readonly status: number;
  /** The JSON value of the body, the text where it is not JSON, `undefined` where it is empty. */
  declare readonly body: unknown;
  /** The operationId, `refreshSession` for a refresh that the client started by itself. */
  declare readonly operation: string;
  /** The headers of the answer: `Location`, `Retry-After`. */
  declare readonly headers: Headers;
  /** What the session lacks, where that is why the server refused (status 403); else empty. */
  declare readonly claims: readonly ClaimFailure[];

  constructor(operation: string, response: Response, body: unknown, hint?: string) {
    const said = hint ?? (body as { message?: string } | undefined)?.message;
    super(`${operation} answered ${response.status}${said ? `: ${said}` : ""}`);
    this.status = response.status;
    this.body = body;
    this.operation = operation;
    this.headers = response.headers;
    this.claims = claimFailures(body);
  }
}

/**
 * There was no answer: the network is down, the server is, or the browser's CORS rules hide it.
 * No session ends because of it; the same call may work a moment later. `cause` has the details.
 */
export class NetworkError extends Error {
  override readonly name = "NetworkError";
  /** The operationId, `refreshSession` for a refresh that the client started by itself. */
  declare readonly operation: string;

  constructor(operation: string, cause: unknown) {
    super(`${operation} got no answer`, { cause });
    this.operation = operation;
  }
}

/** There was no answer in time. */
export class TimeoutError extends Error {
  override readonly name = "TimeoutError";

  constructor(milliseconds: number) {
    super(`no answer within ${milliseconds} ms`);
  }
}

/** The claims that a refusal names; none where it is another refusal. */
export function claimFailures(body: unknown): readonly ClaimFailure[] {
  const list = (body as { claimValidationErrors?: unknown } | undefined)?.claimValidationErrors;
  return Array.isArray(list) ? (list as ClaimFailure[]) : [];
}
