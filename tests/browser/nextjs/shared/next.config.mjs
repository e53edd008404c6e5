import { dirname } from "node:path";

// The packages are installed beside this application, for all of them.
const root = dirname(import.meta.dirname);

/** @type {import("next").NextConfig} */
export default {
  turbopack: { root },
  outputFileTracingRoot: root,
  // The protected route has its path in all tests; in the pages router APIs are below `/api`.
  rewrites: () => ({ beforeFiles: [{ source: "/sessioninfo", destination: "/api/sessioninfo" }] }),
};
