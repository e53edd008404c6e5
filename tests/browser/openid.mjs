// `oidc-provider`, a certified and strict OpenID provider, for the pages of one website.

import { createServer } from "node:http";

import { Provider } from "oidc-provider";

import { freePort } from "./api.mjs";

const CLIENT = { client_id: "client", client_secret: "secret-of-the-client-0123456789abcdef" };
/** Who has no mail address there. */
export const WITHOUT_EMAIL = "ghost";

/** The page of a website to which the provider sends users back. */
export const callbackOf = (website) => `${website}/auth/callback/example`;

/** The settings of a server that knows one provider by its discovery document. */
export function settingsFor(issuer, clientSecret = CLIENT.client_secret) {
  const providers = [
    {
      thirdPartyId: "example",
      name: "Example",
      oidcDiscoveryEndpoint: `${issuer}/.well-known/openid-configuration`,
      clients: [{ clientId: CLIENT.client_id, clientSecret, scope: ["openid", "email"] }],
      requireEmail: true,
    },
  ];
  return {
    AUTH_THIRD_PARTY_PROVIDERS: JSON.stringify(providers),
    AUTH_THIRD_PARTY_NETWORKS: "loopback",
  };
}

/** Starts it. A user who signs in there has the name that was typed, and an address at example.com. */
export async function startProvider(website) {
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const provider = new Provider(issuer, {
    clients: [{ ...CLIENT, redirect_uris: [callbackOf(website)] }],
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    cookies: { keys: ["a key of this test"] },
    findAccount: (_, sub) => ({
      accountId: sub,
      claims: () =>
        sub === WITHOUT_EMAIL ? { sub } : { sub, email: `${sub}@example.com`, email_verified: true },
    }),
    pkce: { required: () => true },
  });
  const server = createServer(provider.callback());
  await new Promise((done) => server.listen(port, "127.0.0.1", done));
  return {
    issuer,
    settings: settingsFor(issuer),
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
