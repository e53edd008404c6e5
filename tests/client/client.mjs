// Where the JavaScript of the client under test is: a generated package, named by AUTH_CLIENT, or the
// compiled runtime in `templates/client/js` (`npm run build` here renews it).

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const named = process.env.AUTH_CLIENT;
const own = fileURLToPath(new URL("../../templates/client/js", import.meta.url));
const folder = named === undefined ? own : resolve(named, "js");

/** The generated package, where the tests have one. */
export const generated = named;

/** Whether the client has a module: some are emitted only where a description needs them. */
export const has = (module) => existsSync(resolve(folder, module));

/** Where one module of the client is. */
export function fileOf(module) {
  const file = resolve(folder, module);
  if (!existsSync(file)) {
    throw new Error(`${file} is missing: AUTH_CLIENT names the folder of a generated client`);
  }
  return file;
}

/** One module of the client. */
export const load = (module) => import(pathToFileURL(fileOf(module)).href);
