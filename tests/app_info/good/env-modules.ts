import { PUBLIC_SITE } from "$env/static/public";
import { env } from "$env/dynamic/private";
import * as server from "astro:env/server";
import { env as nodeEnv } from "node:process";
import process from "process";

const { APP_NAME = "Notes", ...rest } = process.env;
const { WEBSITE_PATH } = rest;

export const appInfo = {
  appName: APP_NAME,
  apiDomain: env.API_DOMAIN!,
  apiGatewayPath: server.GATEWAY,
  apiBasePath: nodeEnv["API_PATH"] ?? "/auth",
  websiteDomain: PUBLIC_SITE,
  websiteBasePath: WEBSITE_PATH || "/login",
};
