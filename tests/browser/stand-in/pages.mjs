// What the stand-in serves beside its API: the page with `<auth-login>`, the client, and a provider.

import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Sign in</title>
    <link rel="icon" href="data:,">
    <script type="module" src="/page.js"></script>
  </head>
  <body><main></main></body>
</html>`;

const PAGE_SCRIPT = `
import { createAuthClient } from "/client/index.js";
import "/client/login.js";

const client = createAuthClient({ apiDomain: location.origin });
const element = document.createElement("auth-login");
for (const [name, value] of new URLSearchParams(sessionStorage.getItem("attributes") ?? "")) {
  element.setAttribute(name, value);
}
element.client = client;
const events = [];
element.addEventListener("auth-success", ({ detail }) => events.push(detail));
document.querySelector("main").append(element);
window.app = { client, element, events };
`;

/** Answers a request for a page; `grants` gets what the provider has granted. */
export async function answerPage({ client, state, grants }, { pathname, searchParams }, response) {
  if (pathname === "/idp") {
    state.idp = Object.fromEntries(searchParams);
    const back = new URL(searchParams.get("redirect_uri"));
    back.searchParams.set("state", searchParams.get("state"));
    if (state.provider === "deny") {
      back.searchParams.set("error", "access_denied");
    } else {
      const code = randomUUID();
      grants.set(code, {
        challenge: searchParams.get("code_challenge"),
        client: searchParams.get("client_id"),
        redirectUri: searchParams.get("redirect_uri"),
      });
      back.searchParams.set("code", code);
    }
    response.writeHead(302, { location: back.href }).end();
  } else if (pathname.startsWith("/client/")) {
    response.writeHead(200, { "content-type": "text/javascript" });
    response.end(await readFile(resolve(client, "js", pathname.slice("/client/".length))));
  } else if (pathname === "/bare") {
    // A page without any script, whose base is another folder.
    response.writeHead(200, { "content-type": "text/html" });
    response.end(
      `<!doctype html><title>bare</title><link rel="icon" href="data:,"><base href="/folder/"><main></main>`,
    );
  } else {
    const isScript = pathname === "/page.js";
    response.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html" });
    response.end(isScript ? PAGE_SCRIPT : PAGE);
  }
}
