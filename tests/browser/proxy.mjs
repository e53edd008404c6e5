// A proxy from the website to its API, for requests of an SDK, which all say how tokens travel.

import { request as httpRequest } from "node:http";

export class Proxy {
  /** Where answers come from. */
  api;
  /** Keeps the auth APIs' answers by URL, whatever the method, unless Cache-Control forbids that. */
  isCache;
  kept = new Map();
  /** How many answers came out of the cache. */
  replayed = 0;
  /** Removes the header that forbids to keep answers. */
  isDeaf = false;

  constructor(api, isCache) {
    Object.assign(this, { api, isCache });
  }

  async answer(request, response) {
    const kept = this.kept.get(request.url);
    if (kept !== undefined) {
      this.replayed += 1;
    }
    const { status, headers, body } = kept ?? (await this.forward(request));
    response.writeHead(status, headers);
    response.end(body);
  }

  async forward(request) {
    const chunks = await collect(request);
    const { method, url, headers } = request;
    const answer = await new Promise((done, failed) => {
      const forwarded = httpRequest(this.api + url, { method, headers }, done);
      forwarded.on("error", failed);
      forwarded.end(Buffer.concat(chunks));
    });
    const body = Buffer.concat(await collect(answer));
    const result = { status: answer.statusCode, headers: answer.rawHeaders, body };
    const forbidden = /no-store|private/.test(answer.headers["cache-control"] ?? "");
    if (this.isDeaf && forbidden) {
      result.headers = without(answer.rawHeaders, "cache-control");
    }
    // What the application answers is the application's to protect.
    const isAuth = url.startsWith("/auth/");
    if (this.isCache && isAuth && result.status === 200 && (this.isDeaf || !forbidden)) {
      this.kept.set(url, result);
    }
    return result;
  }
}

async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
  }
  return chunks;
}

/** Names and values in turn, without those of one name. */
function without(rawHeaders, name) {
  return rawHeaders.filter((_, index) => rawHeaders[index - (index % 2)].toLowerCase() !== name);
}
