/**
 * Calls whose bodies are more than JSON, a form or a text: files, and answers that are a stream of events.
 *
 * It stands beside `http.ts`, so that only pages that have such operations pay for it.
 */

import { ApiError, NetworkError } from "./errors.js";
import { type CallOptions, type Operation, put, read, requestOf, withDeadline } from "./http.js";
import type { AuthClient } from "./session.js";

/** What is sent as it is. */
export type Raw = string | Blob | ArrayBuffer | Uint8Array;

/** An operation whose body is no JSON and no form, or one of several media types. */
export interface RawOperation extends Operation {
  readonly raw?: Raw | undefined;
  /** JSON and forms are values here. */
  readonly typed?: { readonly type: string; readonly body: unknown } | undefined;
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
export async function receive<Answer>(
  client: AuthClient,
  operation: RawOperation,
  options: CallOptions = {},
): Promise<Answer> {
  const { id, raw, typed } = operation;
  const { signal } = options;
  const [url, init] = requestOf(client, operation, options);
  if (typed) {
    (init.headers as Headers).set("content-type", typed.type);
    init.body = written(typed.type, typed.body) as BodyInit;
  } else if (raw !== undefined) {
    init.body = raw as BodyInit;
  }
  return withDeadline(options.timeout ?? client.timeout, signal, async (deadline) => {
    try {
      const response = await client.fetch(url, { ...init, signal: deadline });
      const type = response.headers.get("content-type") ?? "";
      if (response.ok && response.body && /^text\/event-stream\b/i.test(type)) {
        return events(id, response.body, signal) as Answer;
      }
      if (response.ok && !/^$|^text\/|\bjson\b/i.test(type)) {
        return (await response.blob()) as Answer;
      }
      const [, body] = await read(response);
      if (response.ok) {
        return body as Answer;
      }
      throw new ApiError(id, response, body);
    } catch (error) {
      if (error instanceof ApiError || error instanceof NetworkError) {
        throw error;
      }
      throw new NetworkError(id, error);
    }
  });
}

/** A body of a media type. */
function written(type: string, body: unknown): unknown {
  if (/\bjson$/.test(type)) {
    return JSON.stringify(body);
  }
  return type.endsWith("/x-www-form-urlencoded")
    ? put(new URLSearchParams(), body as object)
    : body;
}

/**
 * The events of a stream. It ends with the answer; leaving the loop ends the answer. Nothing is asked for again: a caller
 * that wants to go on calls again, with the last id in a header if the operation has one.
 */
async function* events(
  operation: string,
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<StreamEvent> {
  const reader = stream.getReader();
  const stop = (): void => void reader.cancel();
  signal?.addEventListener("abort", stop);
  const decoder = new TextDecoder();
  let rest = "";
  let [event, id] = ["", ""];
  let data: string[] = [];
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw new NetworkError(operation, error);
      });
      signal?.throwIfAborted();
      if (done) {
        return;
      }
      rest += decoder.decode(value, { stream: true });
      // A CR at the end may be half of a CRLF.
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const [, name, text = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
        if (line === "") {
          if (data.length > 0) {
            yield { event: event || "message", data: data.join("\n"), id };
          }
          [event, data] = ["", []];
        } else if (name === "data") {
          data.push(text);
        } else if (name === "event") {
          event = text;
        } else if (name === "id" && !text.includes("\0")) {
          id = text;
        }
      }
    }
  } finally {
    signal?.removeEventListener("abort", stop);
    await reader.cancel().catch(() => undefined);
  }
}
