const isLive = process.env.NODE_ENV === "production";

export const appInfo = {
  appName: "Notes",
  apiDomain: isLive ? "https://api.notes.example.com" : "http://localhost:3001",
  websiteDomain: import.meta.env.PROD ? "https://notes.example.com" : "http://localhost:3000",
};
