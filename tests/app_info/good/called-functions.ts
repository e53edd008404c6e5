import type { TypeInput } from "supertokens-node/types";

function local(port: number) {
  const host = "localhost";
  return `http://${host}:${port}`;
}
const getApiDomain = () => local(3001);
export function getSite() {
  let port = 2000;
  port += 1000;
  return local(port);
}

export const BackendConfig: TypeInput = {
  appInfo: {
    appName: ["Note", "Book"].join(" "),
    apiDomain: getApiDomain(),
    websiteDomain: getSite(),
  },
};
