/** Signing in and up with a passkey: W3C Web Authentication, level 3. */
/** What it says, in English. */
export const PASSKEY_TEXTS = {
  passkeyTitle: "Create a passkey",
  passkeyHint: "Your fingerprint, face or screen lock signs you in from then on.",
  passkeyEmail: "Email",
  signInWithPasskey: "Sign in with a passkey",
  signUpWithPasskey: "Create a passkey",
  fromPasskey: "Sign in another way",
  passkeyTaken: "This email address has an account already. Sign in with it.",
  unknownPasskey: "This passkey is not known here.",
  passkeyCancelled: "That was cancelled, or took too long. Try again.",
  passkeyExists: "This device has a passkey for you already. Sign in with it.",
  passkeyRefused: "This device cannot be used for that.",
};
/** Whether the browser reads and writes the JSON that servers send and take. */
const canUse = () =>
  typeof globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON === "function";
/** The login method. */
export function passkeys(actions) {
  const { signInOptions, signIn, registerOptions, signUp } = actions;
  const texts = (flow) => flow.texts(PASSKEY_TEXTS);
  const isRegistering = registerOptions !== undefined && signUp !== undefined;
  /** The browser's error as a text for the user. */
  function refusal(flow, error) {
    const name = error instanceof DOMException ? error.name : "";
    switch (name) {
      case "NotAllowedError":
      case "AbortError":
        return texts(flow).passkeyCancelled;
      case "InvalidStateError":
        return texts(flow).passkeyExists;
      case "NotSupportedError":
      case "SecurityError":
      case "ConstraintError":
        return texts(flow).passkeyRefused;
      default:
        throw error;
    }
  }
  function problemOf(flow, answer) {
    switch (answer.status) {
      case "EMAIL_ALREADY_EXISTS_ERROR":
        return [{ id: "email", error: texts(flow).passkeyTaken }];
      case "INVALID_EMAIL_ERROR":
        return [{ id: "email", error: answer.err }];
      case "INVALID_CREDENTIALS_ERROR":
        return texts(flow).unknownPasskey;
      case "OPTIONS_NOT_FOUND_ERROR":
      case "INVALID_OPTIONS_ERROR":
        return texts(flow).passkeyCancelled;
      case "INVALID_AUTHENTICATOR_ERROR":
        return texts(flow).passkeyRefused;
      default:
        return flow.problemOf(answer);
    }
  }
  /** Asks for options, has the browser make something of them, and sends that. */
  async function ceremony(flow, [ask, request], make, send) {
    const options = await flow.call(ask, request);
    if (options.status !== "OK") {
      return problemOf(flow, options);
    }
    let credential;
    try {
      credential = await make(options);
    } catch (error) {
      return refusal(flow, error);
    }
    const { webauthnGeneratedOptionsId } = options;
    const answer = await flow.call(send, {
      webauthnGeneratedOptionsId,
      credential: credential.toJSON(),
    });
    return answer.status === "OK" ? flow.succeed(send === signUp) : problemOf(flow, answer);
  }
  const use = (flow) =>
    ceremony(
      flow,
      [signInOptions, {}],
      (options) => {
        const json = options;
        const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(json);
        return navigator.credentials.get({ publicKey });
      },
      signIn,
    );
  return {
    factors: ["webauthn"],
    choices: (flow, view) =>
      !canUse()
        ? []
        : [
            ...(view === "signUp"
              ? []
              : [{ text: texts(flow).signInWithPasskey, act: () => use(flow) }]),
            // Where there is another way to sign up, that page has the button.
            ...(isRegistering && (view === "signUp" || !flow.has("signUp"))
              ? [{ text: texts(flow).signUpWithPasskey, act: "passkey" }]
              : []),
          ],
    views: isRegistering
      ? {
          passkey(flow) {
            const t = texts(flow);
            return {
              title: t.passkeyTitle,
              hint: t.passkeyHint,
              form: {
                fields: [
                  { id: "email", label: t.passkeyEmail, type: "email", autocomplete: "username" },
                ],
                submit: t.signUpWithPasskey,
                send: ({ email = "" }) =>
                  ceremony(
                    flow,
                    [registerOptions, { email }],
                    (options) => {
                      const json = options;
                      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(json);
                      return navigator.credentials.create({ publicKey });
                    },
                    signUp,
                  ),
              },
              links: [{ text: t.fromPasskey, act: flow.start }],
            };
          },
        }
      : {},
  };
}
