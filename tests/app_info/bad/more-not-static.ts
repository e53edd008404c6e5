export const appInfo = {
  appName: process.env.NAME ?? process.env.TITLE,
  apiDomain: `http://localhost:${process.env.PORT}`,
  apiBasePath: process.env.BASE && "/x",
  apiGatewayPath: process.env.PORT || 3001,
  websiteDomain: config.site,
  origin() {
    return "http://localhost:3000";
  },
  websiteBasePath: "/a" + 1,
  websiteBasePath: "/b",
};
