function getDomain() {
  const host = window.location.hostname;
  if (host === "localhost") {
    return "http://localhost:8888";
  }
  return "https://" + host;
}

Auth.init({
  appInfo: {
    appName: "Notes",
    apiDomain: getDomain(),
    websiteDomain: getDomain(),
    apiBasePath: localStorage.getItem("path"),
  },
});
