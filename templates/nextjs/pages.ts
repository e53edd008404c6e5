/** `forward` for API routes of the pages router, which have Node's request and response. */

import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream as NodeStream } from "node:stream/web";

import type { NextApiRequest, NextApiResponse } from "next";

import { forward } from "./forward";

/** Answers an API route whose body has not been read (`bodyParser: false`). */
export async function forwardApiRoute(
  request: NextApiRequest,
  response: NextApiResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    for (const one of [value ?? []].flat()) {
      headers.append(name, one);
    }
  }
  const answer = await forward({
    method: request.method ?? "GET",
    target: request.url ?? "/",
    headers,
    body: Readable.toWeb(request) as ReadableStream<Uint8Array>,
    signal: gone.signal,
  });

  response.status(answer.status);
  answer.headers.forEach((value, name) => {
    if (name !== "set-cookie") {
      response.setHeader(name, value);
    }
  });
  // Beside those that a middleware of the website has set.
  for (const cookie of answer.headers.getSetCookie()) {
    response.appendHeader("set-cookie", cookie);
  }
  if (answer.body === null) {
    response.end();
    return;
  }
  try {
    await pipeline(Readable.fromWeb(answer.body as NodeStream), response);
  } catch (error) {
    // The status has been sent: `pipeline` has closed the connection, so that a part of the body is not
    // taken for the whole.
    if (!gone.signal.aborted) {
      console.error("the auth server broke off its answer", error);
    }
  }
}
