function query(name) {
  return new URLSearchParams(window.location.search).get(name);
}
const websiteBasePath = window.localStorage.getItem("path") || undefined;
const isServer = typeof window === "undefined";

SuperTokens.init({
  appInfo: {
    appName: "Notes",
    apiDomain: isServer ? process.env.API_URL ?? "http://localhost:3001" : window.location.origin,
    websiteDomain: query("site") ?? "http://localhost:3000",
    websiteBasePath,
  },
});
