const host = process.env.VERCEL_URL;
const base = host ? `https://${host}` : "http://localhost:3000";
const api = host !== undefined ? host : "http://localhost:3001";

export const appInfo = { appName: "Notes", apiDomain: api, websiteDomain: base };
