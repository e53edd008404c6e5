function required(name: string): string {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set`);
  }
  return value;
}

function site() {
  if (process.env.STAGE === "live") return "https://notes.example.com";
  if (process.env.SITE_URL) {
    return process.env.SITE_URL;
  }
  return "http://localhost:3000";
}

function path(stage?: string) {
  switch (stage) {
    case "live":
    case "test":
      return "/auth";
    case "old":
      return "/v1/auth";
    default:
      return "/dev/auth";
  }
}

const domains = { live: "https://api.example.com", test: "https://api.test.example.com" };
let api = "http://localhost:3001";
if (process.env.STAGE && process.env.STAGE !== "dev") {
  api = domains[process.env.STAGE] ?? api;
}

const appInfo: Record<string, string> = { appName: required("APP_NAME") };
appInfo.apiDomain = api;
appInfo["websiteDomain"] = site();
appInfo.apiBasePath = path(process.env.STAGE);
for (const [key, value] of Object.entries({ websiteBasePath: "/login" })) {
  appInfo[key] = value;
}
export { appInfo };
