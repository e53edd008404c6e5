export const appInfo = {
  appName: "Notes"
  apiDomain: "http://localhost:3001",
};
