// What a page pays for signing up, in and out: the client's share of its bundle, minified and
// gzipped, beside that of supertokens-web-js where that is installed.
//
//   node size.mjs <folder of the generated client> [most bytes]

import { resolve } from "node:path";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";

const CALLS = "emailExists, signUp, signIn, createPasswordResetToken, resetPassword, signOut";
const [folder = process.env.AUTH_CLIENT, most] = process.argv.slice(2);

async function sizeOf(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname ?? process.cwd() },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
    logLevel: "silent",
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}

const ours = await sizeOf(`
  import { createAuthClient, ${CALLS} } from ${JSON.stringify(resolve(folder, "js/index.js"))};
  window.auth = { client: createAuthClient(), ${CALLS} };
`);
const theirs = await sizeOf(`
  import SuperTokens from "supertokens-web-js";
  import Session from "supertokens-web-js/recipe/session";
  import EmailPassword from "supertokens-web-js/recipe/emailpassword";
  SuperTokens.init({ appInfo: {}, recipeList: [Session.init(), EmailPassword.init()] });
  window.auth = { Session, EmailPassword };
`).catch(() => undefined);
console.log(`this client         ${ours} bytes (min + gzip)`);
console.log(`supertokens-web-js  ${theirs ?? "not installed"}`);
if (most !== undefined && ours > Number(most)) {
  console.error(`more than ${most} bytes`);
  process.exit(1);
}
