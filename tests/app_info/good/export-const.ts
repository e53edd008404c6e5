import type { AppInfo } from "./types";

const port = "3001";
const siteUrl = `http://localhost:3000`;
const websiteBasePath = "/account" as const;

/** Everything in one place. */
export const appInfo: AppInfo = {
  appName: "Notes",
  apiDomain: `http://localhost:${port}`,
  "apiBasePath": ("/api" + "/auth") as string,
  ["websiteDomain"]: siteUrl!,
  websiteBasePath,
} as const;
