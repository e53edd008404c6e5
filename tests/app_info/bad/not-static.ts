import { port } from "./ports";

let name = "Notes";
const secure = true;
const circle = circle2, circle2 = circle;

export const appInfo = {
  ...defaults,
  appName: name,
  apiDomain: getApiDomain(),
  apiBasePath: 42,
  [computed]: "x",
  apiGatewayPath: `/${secure}`,
  websiteDomain: secure ? "https://a.example" : "http://a.example",
  origin: () => `http://localhost:${port}`,
  websiteBasePath: circle,
};
