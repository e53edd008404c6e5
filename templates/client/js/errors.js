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
  constructor(operation, response, body, hint) {
    const said = hint ?? body?.message;
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
  name = "NetworkError";
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
/** The claims that a refusal names; none where it is another refusal. */
export function claimFailures(body) {
  const list = body?.claimValidationErrors;
  return Array.isArray(list) ? list : [];
}
