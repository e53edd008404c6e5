/**
 * Calls whose bodies are more than JSON, a form or a text: files, and answers that are a stream of events.
 *
 * It stands beside `http.ts`, so that only pages that have such operations pay for it.
 */
import { type CallOptions, type Operation } from "./http.js";
import type { AuthClient } from "./session.js";
/** What is sent as it is. */
export type Raw = string | Blob | ArrayBuffer | Uint8Array;
/** An operation whose body is no JSON and no form, or one of several media types. */
export interface RawOperation extends Operation {
  readonly raw?: Raw | undefined;
  /** JSON and forms are values here. */
  readonly typed?:
    | {
        readonly type: string;
        readonly body: unknown;
      }
    | undefined;
}
/** One event of a stream (HTML, Server-sent events). */
export interface StreamEvent {
  /** Its kind; `message` where it does not say. */
  readonly event: string;
  /** What it carries: text, often JSON. */
  readonly data: string;
  /** The last id that the stream has named; may be empty. */
  readonly id: string;
}
/**
 * Calls an operation. Its answer is what the `Content-Type` says: a value for JSON, a text, the events of a stream, and a
 * `Blob` for all else.
 */
export declare function receive<Answer>(
  client: AuthClient,
  operation: RawOperation,
  options?: CallOptions,
): Promise<Answer>;
