export const appInfo = (domain: string) => ({
  appName: "Notes",
  apiDomain: domain,
  websiteDomain: domain,
});
