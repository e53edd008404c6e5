export const appInfo = {
  appName: process.env.NAME as string,
  apiDomain: "http://localhost:3001",
  websiteDomain: "http://localhost:3000",
};
