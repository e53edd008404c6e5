/**
 * What can go wrong beyond the outcomes that the spec documents: an answer that is an error, no
 * answer at all, or an answer that came too late.
 */
/**
 * The server answered, and the answer is not one of the documented successes: any status outside
 * 2xx, or a body that is not what the operation promises (a proxy's error page, say).
 */
export class ApiError extends Error {
  name = "ApiError";
  /** The HTTP status; `0` for a redirect that a browser does not let scripts see. */
  status;
  /** The JSON value of the body, the text where it is not JSON, `undefined` where it is empty. */
  body;
  /** The operationId, `refreshSession` for a refresh that the client started by itself. */
  operation;
  /** The headers of the answer: `Location`, `Retry-After`. */
  headers;
  /** What the session lacks, where that is why the server refused (status 403); else empty. */
  claims;
  constructor(operation, response, body, hint) {
    const said = hint ?? messageOf(body);
    super(`${operation} answered ${response.status}${said === undefined ? "" : `: ${said}`}`);
    this.status = response.status;
    this.body = body;
    this.operation = operation;
    this.headers = response.headers;
    this.claims = claimFailures(body);
  }
}
/**
 * There was no answer: the network is down, the server is, or the browser's CORS rules hide it.
 * Nobody is signed out by this; the same call may work a moment later. `cause` says more.
 */
export class NetworkError extends Error {
  name = "NetworkError";
  /** The operationId, `refreshSession` for a refresh that the client started by itself. */
  operation;
  constructor(operation, cause) {
    super(`${operation} got no answer`, { cause });
    this.operation = operation;
  }
}
/** There was no answer in time. */
export class TimeoutError extends Error {
  name = "TimeoutError";
  constructor(milliseconds) {
    super(`no answer within ${milliseconds} ms`);
  }
}
function messageOf(body) {
  if (typeof body === "object" && body !== null && "message" in body) {
    return String(body.message);
  }
  return undefined;
}
/** The claims that a refusal names; none where it is another refusal. */
export function claimFailures(body) {
  const list = body?.claimValidationErrors;
  return Array.isArray(list) ? list : [];
}
