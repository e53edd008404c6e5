import supertokens from "supertokens-node";
import Session from "supertokens-node/recipe/session";

const where = {
  appName: "Notes",
  apiDomain: "localhost:3001",
  websiteDomain: "localhost:3000",
};

export async function ensureInit() {
  if (!globalThis.started) {
    await supertokens.init({
      supertokens: { connectionURI: "http://localhost:3567" },
      appInfo: where,
      recipeList: [Session.init({ cookieSecure: false })],
    });
  }
}
