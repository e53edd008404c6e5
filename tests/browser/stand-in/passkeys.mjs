// The stand-in's operations of passkeys, which verify signatures.

import { createHash, createPublicKey, randomBytes, randomUUID, verify } from "node:crypto";

export function passkeyRoutes({ state, users, userOf, signIn }) {
  const options = new Map();

  function newOptions(email) {
    const webauthnGeneratedOptionsId = randomUUID();
    const challenge = randomBytes(32).toString("base64url");
    options.set(webauthnGeneratedOptionsId, { challenge, email });
    return { status: "OK", webauthnGeneratedOptionsId, challenge, timeout: 60_000 };
  }

  /** The options that a credential answers to, spent; nothing where it does not. */
  function ceremony({ webauthnGeneratedOptionsId, credential }, type) {
    const asked = options.get(webauthnGeneratedOptionsId);
    options.delete(webauthnGeneratedOptionsId);
    const data = JSON.parse(Buffer.from(credential.response.clientDataJSON, "base64url"));
    const fits =
      data.type === type && data.challenge === asked?.challenge && data.origin === state.origin;
    return fits ? asked : undefined;
  }

  return {
    "POST /webauthn/options/register": ({ email }) =>
      email.includes("@")
        ? {
            ...newOptions(email),
            attestation: "none",
            pubKeyCredParams: [-8, -7, -257].map((alg) => ({ alg, type: "public-key" })),
            excludeCredentials: [],
            rp: { id: "localhost", name: "Stand-in" },
            user: { id: Buffer.from(email).toString("base64url"), name: email, displayName: email },
            authenticatorSelection: {
              requireResidentKey: true,
              residentKey: "required",
              userVerification: "preferred",
            },
          }
        : { status: "INVALID_EMAIL_ERROR", err: "Email is invalid" },
    "POST /webauthn/signup": (body, response) => {
      const asked = ceremony(body, "webauthn.create");
      if (asked === undefined) {
        return { status: "INVALID_CREDENTIALS_ERROR" };
      }
      if (users.has(asked.email)) {
        return { status: "EMAIL_ALREADY_EXISTS_ERROR" };
      }
      const key = Buffer.from(body.credential.response.publicKey, "base64url");
      const [user] = userOf(asked.email, { passkey: { id: body.credential.id, key } });
      return signIn(response, user);
    },
    "POST /webauthn/options/signin": () => ({
      ...newOptions(),
      rpId: "localhost",
      userVerification: "preferred",
    }),
    "POST /webauthn/signin": (body, response) => {
      const asked = ceremony(body, "webauthn.get");
      const user = [...users.values()].find(({ passkey }) => passkey?.id === body.credential.id);
      if (asked === undefined || user === undefined) {
        return { status: "INVALID_CREDENTIALS_ERROR" };
      }
      const { authenticatorData, clientDataJSON, signature } = body.credential.response;
      const raw = (text) => Buffer.from(text, "base64url");
      const hash = createHash("sha256").update(raw(clientDataJSON)).digest();
      const key = createPublicKey({ key: user.passkey.key, format: "der", type: "spki" });
      const algorithm = key.asymmetricKeyType === "ed25519" ? null : "sha256";
      const signed = Buffer.concat([raw(authenticatorData), hash]);
      return verify(algorithm, signed, key, raw(signature))
        ? signIn(response, user)
        : { status: "INVALID_CREDENTIALS_ERROR" };
    },
  };
}
