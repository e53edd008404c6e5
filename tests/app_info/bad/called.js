export const appInfo = makeAppInfo({
  appName: "Notes",
});
