// Bodies that are neither JSON nor a form, and answers that go on.

import assert from "node:assert/strict";
import { createServer } from "node:http";

import { afterAll, beforeAll, test } from "vitest";

import { has, load } from "./client.mjs";
import { ApiError, memoryStorage, NetworkError, newClient } from "./session.mjs";

// A generated package has the module where its description needs it.
const skipped = !has("raw.js");
const { receive } = skipped ? {} : await load("raw.js");

/** What the next request is answered: status, content type, and the pieces of the body; `undefined` cuts it off. */
let answer;
/** The last request, and whether its client has left. */
let asked;
let server;
let client;
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) {
      pieces.push(piece);
    }
    const left = new Promise((done) => response.on("close", done));
    asked = { headers: request.headers, body: Buffer.concat(pieces), left };
    const [status, type, ...parts] = answer;
    response.writeHead(status, type === "" ? {} : { "content-type": type });
    for (const part of parts) {
      if (part === undefined) {
        response.destroy();
        return;
      }
      response.write(part);
      await new Promise((done) => setTimeout(done, 5));
    }
    if (parts.at(-1) !== "…") {
      response.end();
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const apiDomain = `http://127.0.0.1:${server.address().port}`;
  client = newClient({ apiDomain, storage: memoryStorage() });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const operation = { id: "watch", method: "POST", path: "/watch" };

async function collect(events, most = Infinity) {
  const all = [];
  for await (const event of events) {
    all.push(event);
    if (all.length === most) {
      break;
    }
  }
  return all;
}

test.skipIf(skipped)("an answer is what its content type says", async () => {
  answer = [200, "application/problem+json", '{"a":1}'];
  assert.deepEqual(await receive(client, operation), { a: 1 });
  answer = [200, "text/csv; charset=utf-8", "a,b"];
  assert.equal(await receive(client, operation), "a,b");
  answer = [204, ""];
  assert.equal(await receive(client, operation), undefined);
  answer = [200, "image/png", Buffer.from([137, 0, 255])];
  const picture = await receive(client, operation);
  assert.ok(picture instanceof Blob);
  assert.equal(picture.type, "image/png");
  assert.deepEqual([...new Uint8Array(await picture.arrayBuffer())], [137, 0, 255]);
});

test.skipIf(skipped)("an error has its body, of whatever type", async () => {
  answer = [503, "application/json", '{"message":"later"}'];
  await assert.rejects(receive(client, operation), (error) => {
    assert.ok(error instanceof ApiError);
    return error.status === 503 && error.body.message === "later";
  });
});

test.skipIf(skipped)("a body is sent as it is, under its media type", async () => {
  answer = [204, ""];
  const headers = { "content-type": "text/csv" };
  await receive(client, { ...operation, headers, raw: "a,b" });
  assert.equal(asked.body.toString(), "a,b");
  assert.equal(asked.headers["content-type"], "text/csv");
  await receive(client, { ...operation, raw: new Blob(["x"], { type: "image/gif" }) });
  assert.equal(asked.headers["content-type"], "image/gif");
  await receive(client, { ...operation, raw: new Uint8Array([1, 2]) });
  assert.deepEqual([...asked.body], [1, 2]);
});

test.skipIf(skipped)(
  "a body of one of several media types is written as its type says",
  async () => {
    answer = [204, ""];
    const send = (type, body) => receive(client, { ...operation, typed: { type, body } });
    for (const [type, body, wanted] of [
      ["application/json", { a: [1] }, '{"a":[1]}'],
      ["application/merge-patch+json", "text", '"text"'],
      ["application/x-www-form-urlencoded", { a: "b c", d: [1, 2] }, "a=b+c&d=1&d=2"],
      ["text/csv", "a,b", "a,b"],
    ]) {
      await send(type, body);
      assert.equal(asked.headers["content-type"], type);
      assert.equal(asked.body.toString(), wanted);
    }
  },
);

test.skipIf(skipped)("events are read wherever the pieces of the answer end", async () => {
  answer = [
    200,
    "text/event-stream",
    ": hello\r",
    "\ndata: one\r\ndata:two\n",
    "\nid: 7\nevent: made\nda",
    "ta: {}\r\r",
    "event: nothing\n\ndata\n\nretry: 10\ndata: ",
    Buffer.from("\u00e4\u2028").subarray(0, 1),
    Buffer.from("\u00e4\u2028").subarray(1),
    "\n\ndata: cut off\n",
  ];
  assert.deepEqual(await collect(await receive(client, operation)), [
    { event: "message", data: "one\ntwo", id: "" },
    { event: "made", data: "{}", id: "7" },
    { event: "message", data: "", id: "7" },
    { event: "message", data: "\u00e4\u2028", id: "7" },
  ]);
});

test.skipIf(skipped)("leaving the loop ends the answer", async () => {
  answer = [200, "text/event-stream", "data: 1\n\n", "data: 2\n\n", "…"];
  const events = await collect(await receive(client, operation), 1);
  assert.deepEqual(events, [{ event: "message", data: "1", id: "" }]);
  await asked.left;
});

test.skipIf(skipped)("a signal ends the loop, and the answer with it", async () => {
  const ending = new AbortController();
  answer = [200, "text/event-stream", "data: 1\n\n", "…"];
  const events = await receive(client, operation, { signal: ending.signal, timeout: 1000 });
  const seen = [];
  await assert.rejects(
    async () => {
      for await (const { data } of events) {
        seen.push(data);
        setTimeout(() => ending.abort(new Error("enough")), 5);
      }
    },
    { message: "enough" },
  );
  assert.deepEqual(seen, ["1"]);
  await asked.left;
});

test.skipIf(skipped)("a connection that breaks is no end of the events", async () => {
  answer = [200, "text/event-stream", "data: 1\n\n", undefined];
  const events = await receive(client, operation);
  await assert.rejects(collect(events), (error) => error instanceof NetworkError);
});
