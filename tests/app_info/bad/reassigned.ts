let site = process.env.SITE_URL;
if (process.env.NODE_ENV !== "production") {
  site = "http://localhost:3000";
}
const appInfo = { appName: "Notes", apiDomain: site, websiteDomain: site };
export { site, appInfo };
