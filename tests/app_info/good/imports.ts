import settings, { name, Port as Ports } from "./src/config";
import * as all from "./shared/all.js";
import { gateway } from "@shared/paths";
import data from "./shared/data.json";
const legacy = require("./shared/legacy");

export const appInfo = {
  appName: name,
  apiDomain: `http://localhost:${Ports.Api}`,
  apiBasePath: legacy.basePath,
  apiGatewayPath: gateway,
  websiteDomain: all.site(settings.host),
  websiteBasePath: data.paths[1],
};
