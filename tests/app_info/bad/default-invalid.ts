export const appInfo = {
  appName: "Notes",
  apiDomain: process.env.API ?? "api",
  websiteDomain: "http://localhost:3000",
};
