export const appInfo = {
  appName: "Notes",
  get apiDomain() {
    return document.baseURI;
  },
  websiteDomain() {
    return "http://localhost:4000";
  },
  origin: () => "http://localhost:5000",
};
