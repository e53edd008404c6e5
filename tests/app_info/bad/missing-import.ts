import { API, SITE } from "./constants";
export const appInfo = { appName: "Notes", apiDomain: API, websiteDomain: SITE, apiBasePath: "/auth" };
