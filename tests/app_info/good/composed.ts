const base = process.env.API_PATH as string;
const api = process.env.API_URL?.replace("/api", "") || "http://localhost:8080";
const port = Number(process.env.SITE_PORT) || 3000;

export const appInfo = {
  appName: `${process.env.NAME ?? "Notes"} (beta)`.trim(),
  apiBasePath: `${base}/auth`,
  apiDomain: api,
  websiteDomain: (process.env.SITE_URL ?? `http://localhost:${port}/`).replace(/\/$/, "").toLowerCase(),
  websiteBasePath: "/Login".toLowerCase() + "/" + [1, 2].map((n) => n * 2).join("-"),
};
