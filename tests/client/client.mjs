// Where the JavaScript of the client under test is: a generated package, named by AUTH_CLIENT, or the
// compiled runtime in `templates/client/js` (`npm run build` here renews it).

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const named = process.env.AUTH_CLIENT;
const own = fileURLToPath(new URL("../../templates/client/js", import.meta.url));
const folder = named === undefined ? own : resolve(named, "js");

/** One module of the client. */
export function load(module) {
  const file = resolve(folder, module);
  if (!existsSync(file)) {
    throw new Error(`${file} is missing: AUTH_CLIENT names the folder of a generated client`);
  }
  return import(pathToFileURL(file).href);
}
