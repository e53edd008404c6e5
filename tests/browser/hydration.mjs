// The React hooks on a server and in the browser that takes over its page: both have to draw the same
// first, whether or not a user is signed in.
//
//   AUTH_CLIENT=<folder of a generated client> node hydration.mjs

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { resolve } from "node:path";

import { build } from "esbuild";

import { launch } from "./browser.mjs";

const client = process.env.AUTH_CLIENT;
assert.ok(client, "AUTH_CLIENT names the folder of a generated client");

const APP = `
import { createElement as h, StrictMode } from "react";
import { createAuthClient } from "auth-client";
import { SessionProvider, useSession } from "auth-client/react";

function Status() {
  const { status, session } = useSession();
  globalThis.seen?.push(status);
  return h("p", { id: "status" }, status + " " + (session?.userId ?? ""));
}
export const App = ({ client }) =>
  h(StrictMode, null, h(SessionProvider, { client }, h(Status), h(Status)));
export { createAuthClient, h };
`;

async function bundle(contents, platform) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname ?? process.cwd() },
    bundle: true,
    write: false,
    platform,
    format: platform === "node" ? "cjs" : "esm",
    define: { "process.env.NODE_ENV": '"development"' },
    alias: {
      "auth-client/react": resolve(client, "js/react.js"),
      "auth-client": resolve(client, "js/index.js"),
    },
    nodePaths: [new URL("node_modules", import.meta.url).pathname],
    logLevel: "error",
  });
  return outputFiles[0].text;
}

const onServer = { exports: {} };
new Function(
  "module",
  "exports",
  "require",
  await bundle(`${APP} export { renderToString } from "react-dom/server";`, "node"),
)(onServer, onServer.exports, createRequire(import.meta.url));
const { App, createAuthClient, h, renderToString } = onServer.exports;
const html = renderToString(h(App, { client: createAuthClient({ apiDomain: "localhost" }) }));
assert.equal(html, '<p id="status">loading </p><p id="status">loading </p>');
console.log("  ok  a server renders the unknown state");

const script = await bundle(
  `${APP}
   import { hydrateRoot } from "react-dom/client";
   globalThis.seen = [];
   const client = createAuthClient({ apiDomain: location.origin });
   hydrateRoot(document.getElementById("root"), h(App, { client }), {
     onRecoverableError: (error) => console.error("hydration: " + error.message),
   });
   globalThis.client = client;`,
  "browser",
);
let refreshes = 0;
const server = createServer((request, response) => {
  if (request.url === "/auth/session/refresh") {
    refreshes += 1;
    response.writeHead(401, { "content-type": "application/json", "front-token": "remove" });
    response.end("{}");
    return;
  }
  const isScript = request.url === "/page.js";
  response.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html" });
  response.end(
    isScript
      ? script
      : `<!doctype html><link rel="icon" href="data:,"><div id="root">${html}</div>
         <script type="module" src="/page.js"></script>`,
  );
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const origin = `http://localhost:${server.address().port}`;
const browser = await launch();
const { context } = await browser.open();
const page = await context.newPage();
const complaints = [];
page.on("console", (message) => {
  // The browser itself notes the 401 of a stranger.
  if (message.type() === "error" && !/status of 401/.test(message.text())) {
    complaints.push(message.text());
  }
});
page.on("pageerror", (error) => complaints.push(String(error)));

await page.goto(origin);
await page.locator("#status").first().getByText("signedOut").waitFor();
assert.equal(refreshes, 1);
assert.equal(await page.evaluate(() => globalThis.seen[0]), "loading");
console.log("  ok  a stranger: the same first, then signed out, after one question");

const claims = {
  sub: "ada",
  iat: Date.now() / 1000,
  exp: Date.now() / 1000 + 3600,
  sessionHandle: "h",
};
const front = JSON.stringify({ uid: "ada", ate: Date.now() + 3_600_000, up: claims });
const value = Buffer.from(front).toString("base64");
await context.addCookies([
  { name: "sFrontToken", value, url: origin },
  { name: "st-last-access-token-update", value: "1", url: origin },
]);
await page.reload();
await page.locator("#status").last().getByText("signedIn ada").waitFor();
assert.equal(await page.evaluate(() => globalThis.seen[0]), "loading");
await page.evaluate(() => globalThis.client.forget());
await page.locator("#status").last().getByText("signedOut").waitFor();
assert.equal(refreshes, 1);
assert.deepEqual(complaints, []);
console.log("  ok  a user with a session: the same first, then signed in, then signed out");

await browser.close();
server.close();
