// Where the JavaScript of the client under test is: a generated package that was built, named by
// AUTH_CLIENT (its folder, or its dist/index.js), or what `npm test` compiles here.

import { existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const named = process.env.AUTH_CLIENT;
const own = fileURLToPath(new URL("build", import.meta.url));

function folder() {
  if (named === undefined) {
    return own;
  }
  const path = resolve(named);
  return statSync(path).isFile() ? dirname(path) : resolve(path, "dist");
}

/** One module of the client. */
export function load(module) {
  const file = resolve(folder(), module);
  if (!existsSync(file)) {
    throw new Error(`${file} is missing: build the client (npm run build), or run npm test here`);
  }
  return import(pathToFileURL(file).href);
}
