// The website of a test, which serves one bundled page under every path, and its API: on another origin,
// or behind a proxy on the same one.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { build } from "esbuild";

import { startApi } from "./api.mjs";
import { OTHER_SITE } from "./browser.mjs";
import { startProvider } from "./openid.mjs";
import { Proxy } from "./proxy.mjs";

/** The path of the auth APIs. */
const BASE = "/auth";
/** A route of the application that refuses every session: scenario 51 of docs/scenarios.md. */
export const REFUSES = "/refuses";

/** The tenants, as the file of the setting has them. */
function tenantsWith(provider) {
  const providers = JSON.parse(provider?.settings.AUTH_THIRD_PARTY_PROVIDERS ?? "[]");
  return [
    { tenantId: "shop", firstFactors: ["emailpassword"] },
    { tenantId: "office", firstFactors: ["link-email", "thirdparty"], thirdParty: { providers } },
  ];
}

/** The entries of a generated client by the names that pages import. */
function aliases(client) {
  return {
    "auth-client/login": resolve(client, "js/login.js"),
    "auth-client/react": resolve(client, "js/react.js"),
    "auth-client": resolve(client, "js/index.js"),
  };
}

async function bundle(page, client, values) {
  const define = Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)]);
  const { outputFiles } = await build({
    entryPoints: [new URL(`pages/${page}.js`, import.meta.url).pathname],
    bundle: true,
    write: false,
    format: "esm",
    define: { ...Object.fromEntries(define), "process.env.NODE_ENV": '"production"' },
    alias: client === undefined ? {} : aliases(client),
    // The generated client has no dependencies installed beside it.
    nodePaths: [new URL("node_modules", import.meta.url).pathname],
    logLevel: "error",
  });
  return outputFiles[0].text;
}

/**
 * `origin`: `two` origins; the `same` one; the same one behind a `caching` proxy; or two `sites`, where the
 * cookies of the API are those of a third party. `contact` and `flow` are how users sign in without a password, and
 * with `provider` there is one through which they sign in. With `tenants` there are two: users of `shop` have passwords,
 * and those of `office` come by a link or through the provider. `fields` are those of the sign-up form beside address and
 * password.
 */
export async function startSite(run) {
  const { page, mode, origin, binary, client, contact, flow } = run;
  let script = "";
  let proxy;
  const server = createServer((request, response) => {
    const isOfSdk = request.headers["st-auth-mode"] !== undefined;
    if (proxy !== undefined && isOfSdk && request.url !== REFUSES) {
      proxy.answer(request, response).catch(() => response.destroy());
      return;
    }
    const isScript = request.url.startsWith("/page.js");
    response.writeHead(request.url === REFUSES ? 401 : 200, {
      "content-type": isScript ? "text/javascript; charset=utf-8" : "text/html; charset=utf-8",
      "cache-control": "no-store",
    });
    response.end(isScript ? script : HTML);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const host = origin === "sites" ? OTHER_SITE : "localhost";
  const website = `http://${host}:${server.address().port}`;
  const isOne = origin === "same" || origin === "caching";
  const provider = run.provider ? await startProvider(website) : undefined;
  const folder = await mkdtemp(join(tmpdir(), "auth-tenants-"));
  const tenants = join(folder, "tenants.json");
  await writeFile(tenants, JSON.stringify(tenantsWith(provider)));
  const variables = {
    ...(run.fields && { AUTH_FORM_FIELDS: JSON.stringify(run.fields) }),
    ...(run.tenants && { AUTH_TENANTS_FILE: tenants }),
    ...(contact && {
      AUTH_PASSWORDLESS_CONTACT_METHOD: contact,
      AUTH_PASSWORDLESS_FLOW_TYPE: flow,
    }),
    ...provider?.settings,
    ...run.variables,
  };
  const api = await startApi(binary, website, isOne ? website : undefined, variables);
  proxy = isOne ? new Proxy(api.address, origin === "caching") : undefined;
  const VERIFICATION = variables.AUTH_EMAIL_VERIFICATION ?? "off";
  const values = {
    ...{ API: api.origin, BASE, MODE: mode, VERIFICATION },
    ...{ CONTACT: contact ?? "", PROVIDER: provider !== undefined, TENANTS: run.tenants === true },
    ...{ FIELDS: run.fields ?? [] },
  };
  script = await bundle(page, client, values);
  return {
    api,
    base: BASE,
    website,
    proxy,
    async stop() {
      provider?.stop();
      await api.stop();
      await rm(folder, { recursive: true });
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

const HTML = `<!doctype html><html lang="en"><meta charset="utf-8"><title>test</title>
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,"><main id="root"></main>
<script type="module" src="/page.js"></script>`;
