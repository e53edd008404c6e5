// What a page gets that uses only a part of the generated client.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";

import { build } from "esbuild";
import { test } from "vitest";

import { generated } from "./client.mjs";

const skipped = generated === undefined;
const at = (...parts) => resolve(generated, ...parts);

async function bundle(contents) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: at() },
    bundle: true,
    format: "esm",
    target: "es2022",
    write: false,
    metafile: true,
    external: ["react"],
    logLevel: "silent",
  });
  const [{ inputs }] = Object.values(metafile.outputs);
  const modules = Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return { text: outputFiles[0].text, modules: modules.map(([path]) => path) };
}

test.skipIf(skipped)("a page pays for the operations that it calls and for no other", async () => {
  const index = JSON.stringify(at("js/index.js"));
  const { text, modules } = await bundle(
    `import { createAuthClient, signIn } from ${index}; signIn(createAuthClient(), window.form);`,
  );
  assert.match(text, /"\/signin"/);
  for (const absent of ["/signup", "/user/password", "/jwt/jwks.json", "useSyncExternalStore"]) {
    assert.equal(text.includes(absent), false, absent);
  }
  const names = modules.map((path) => path.split("/").at(-1)).sort();
  const expected = [
    ...["client", "engine", "errors", "front-token", "http", "lock", "operations", "origins"],
    "storage",
  ];
  assert.deepEqual(
    names.filter((name) => name !== "<stdin>"),
    expected.map((name) => `${name}.js`),
  );
});

test.skipIf(skipped)("neither React nor the login element comes with the index", async () => {
  const { text, modules } = await bundle(`export * from ${JSON.stringify(at("js/index.js"))};`);
  assert.equal(
    modules.some((path) => /react|login/.test(path)),
    false,
    `${modules}`,
  );
  assert.doesNotMatch(text, /auth-login|from "react"/);
});

/** Modules that have types alone. */
const EMPTY = ["definition.js", "flow.js"];

test.skipIf(skipped)("the login element has the methods of the spec and no other", async () => {
  const { modules } = await bundle(`import ${JSON.stringify(at("js/login.js"))};`);
  const methods = (await readdir(at("js/login")))
    .filter((file) => file.endsWith(".js") && !EMPTY.includes(file))
    .sort();
  const used = modules
    .filter((path) => path.includes("/login/"))
    .map((path) => path.split("/").at(-1));
  assert.deepEqual(used.sort(), methods);
  const source = await readFile(at("js/login.js"), "utf8");
  for (const [method, operation] of [
    ["passwordless", "/signinup/code"],
    ["passkeys", "/webauthn/signin"],
    ["third-party", "/authorisationurl"],
    ["totp", "/totp/verify"],
  ]) {
    const hasOperation = (await readFile(at("js/operations.js"), "utf8")).includes(operation);
    assert.equal(methods.includes(`${method}.js`), hasOperation, method);
    assert.equal(source.includes(`./login/${method}.js`), hasOperation, method);
  }
});

test.skipIf(skipped)("pages without a build step can import every file as it is", async () => {
  const files = (await readdir(at("js"), { recursive: true })).filter((file) =>
    file.endsWith(".js"),
  );
  assert.ok(files.length > 10);
  for (const file of files) {
    const text = await readFile(at("js", file), "utf8");
    for (const [, specifier] of text.matchAll(/^(?:import|export)[^;]*?from "([^"]+)";/gm)) {
      if (specifier === "react" && file === "react.js") {
        continue;
      }
      assert.match(specifier, /^\.\.?\/.*\.js$/, `${file} imports ${specifier}`);
      await readFile(join(at("js", file), "..", specifier));
    }
  }
  const { dependencies } = JSON.parse(await readFile(at("package.json"), "utf8"));
  assert.equal(dependencies, undefined);
});
