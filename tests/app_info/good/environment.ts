export const appInfo = <const>{
  appName: process.env.APP_NAME!,
  apiDomain: process.env["API_DOMAIN"] || "http://localhost:3001",
  apiBasePath: import.meta.env.VITE_BASE_PATH as string,
  apiGatewayPath: Deno.env.get("GATEWAY_PATH") ?? undefined,
  websiteDomain: (process.env.WEBSITE_DOMAIN as string) ?? `http://localhost:3000`,
  origin: undefined,
  websiteBasePath: Bun.env.WEBSITE_PATH ?? "/auth",
};
