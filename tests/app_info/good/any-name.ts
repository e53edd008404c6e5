export const limits = { sessions: 3 };
export const authSettings = {
  appName: "Notes",
  apiDomain: new URL("/ignored", "http://localhost:3001").origin,
  websiteDomain: "http://localhost:3000",
};
