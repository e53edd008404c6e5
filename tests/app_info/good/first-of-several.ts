const port = process.env.SITE_PORT || 3000;
const basePath = "/api/auth/";
const site = process.env.SITE_URL || process.env.NEXT_PUBLIC_SITE_URL || `http://localhost:${port}`;
let name = process.env.NAME ?? process.env.TITLE;
name ||= "Notes";

export const appInfo = {
  appName: name,
  apiDomain: [process.env.API_URL, process.env.API_HOST].find(Boolean) ?? site,
  websiteDomain: site,
  apiBasePath: basePath,
  websiteBasePath: process.env.WEBSITE_PATH || undefined,
};
