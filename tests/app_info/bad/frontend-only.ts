export const appInfo = { appName: "Notes", apiDomain: "localhost", apiBasePath: "/api/auth" };
