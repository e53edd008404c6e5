/** A second factor: one-time codes of an authenticator app (RFC 6238). */

import type { Session } from "../session.js";
import { make } from "./render.js";
import type { Action, Answer, Flow, LoginMethod, Problem } from "./flow.js";
import { fill } from "./texts.js";

/** The operations behind it; without the two of a device, none can be set up here. */
export interface TotpActions {
  readonly info: Action;
  readonly verify: Action;
  readonly createDevice?: Action;
  readonly verifyDevice?: Action;
}

/** What it says, in English. */
export const TOTP_TEXTS = {
  totpTitle: "Enter your code",
  totpHint: "Your authenticator app shows it.",
  totpSetupTitle: "Set up your authenticator app",
  totpSetupHint: "Add this key to the app, then enter the code that it shows.",
  totpCode: "Code",
  totpKey: "Key",
  totpOpen: "Open in an app on this device",
  totpSubmit: "Continue",
  totpWrong: "That is not the code. Tries left: {left}.",
  totpLimit: "Too many tries. Wait {minutes} minutes and try again.",
  totpSignOut: "Use another account",
  totpOther: "This account needs a second factor that cannot be given here.",
};

interface Info extends Answer {
  readonly factors: {
    readonly next: readonly string[];
    readonly alreadySetup: readonly string[];
    readonly allowedToSetup: readonly string[];
  };
}

interface Device extends Answer {
  readonly deviceName: string;
  readonly secret: string;
  readonly qrCodeString: string;
}

interface CodeAnswer extends Answer {
  readonly currentNumberOfFailedAttempts?: number;
  readonly maxNumberOfFailedAttempts?: number;
  readonly retryAfterMs?: number;
}

/** The method. */
export function totp({ info, verify, createDevice, verifyDevice }: TotpActions): LoginMethod {
  const texts = (flow: Flow): typeof TOTP_TEXTS => flow.texts(TOTP_TEXTS);
  const devices = new WeakMap<Flow, Device>();

  async function check(flow: Flow, action: Action, request: object): Promise<Problem> {
    const t = texts(flow);
    const answer = await flow.call<CodeAnswer>(action, request);
    const { currentNumberOfFailedAttempts = 0, maxNumberOfFailedAttempts = 0 } = answer;
    switch (answer.status) {
      case "OK":
        devices.delete(flow);
        return flow.succeed(false);
      case "INVALID_TOTP_ERROR": {
        const left = maxNumberOfFailedAttempts - currentNumberOfFailedAttempts;
        return [{ id: "totp", error: fill(t.totpWrong, { left }) }];
      }
      case "LIMIT_REACHED_ERROR": {
        const minutes = Math.ceil((answer.retryAfterMs ?? 0) / 60_000);
        return fill(t.totpLimit, { minutes });
      }
      case "UNKNOWN_DEVICE_ERROR":
        // Another tab has set up another device.
        devices.delete(flow);
        flow.show("totpSetup");
        return undefined;
      default:
        return flow.problemOf(answer);
    }
  }

  const field = (flow: Flow) => ({
    id: "totp",
    label: texts(flow).totpCode,
    inputMode: "numeric",
    autocomplete: "one-time-code",
  });

  return {
    async pending(flow, { accessTokenPayload }: Session) {
      const claim = accessTokenPayload["st-mfa"] as { v?: boolean } | undefined;
      if (claim?.v === true) {
        return undefined;
      }
      const { factors } = await flow.call<Info>(info, {});
      if (factors.next.length === 0) {
        return undefined;
      }
      const isMeant = factors.next.includes("totp");
      if (isMeant && factors.alreadySetup.includes("totp")) {
        return "totp";
      }
      return isMeant && createDevice && verifyDevice ? "totpSetup" : "otherFactor";
    },
    forget(flow) {
      devices.delete(flow);
    },
    views: {
      totp: (flow) => ({
        title: texts(flow).totpTitle,
        hint: texts(flow).totpHint,
        form: {
          fields: [field(flow)],
          submit: texts(flow).totpSubmit,
          send: ({ totp = "" }) => check(flow, verify, { totp: totp.trim() }),
        },
        links: [{ text: texts(flow).totpSignOut, act: flow.signOut }],
      }),
      otherFactor: (flow) => ({
        title: texts(flow).totpTitle,
        hint: texts(flow).totpOther,
        links: [{ text: texts(flow).totpSignOut, act: flow.signOut }],
      }),
      ...(createDevice &&
        verifyDevice && {
          totpSetup(flow) {
            const t = texts(flow);
            const device = devices.get(flow);
            const links = [{ text: t.totpSignOut, act: flow.signOut }];
            const start = { title: t.totpSetupTitle, hint: t.totpSetupHint, links };
            if (device === undefined) {
              return {
                ...start,
                async enter() {
                  const made = await flow.call<Device>(createDevice, {});
                  if (made.status !== "OK") {
                    return flow.problemOf(made);
                  }
                  devices.set(flow, made);
                  // A page that can draw a QR code does so in the slot `totp`.
                  flow.emit("auth-totp-device", made);
                  flow.redraw();
                  return undefined;
                },
              };
            }
            return {
              ...start,
              content: key(device, t),
              form: {
                fields: [field(flow)],
                submit: t.totpSubmit,
                send: ({ totp = "" }) =>
                  check(flow, verifyDevice, {
                    deviceName: device.deviceName,
                    totp: totp.trim(),
                  }),
              },
            };
          },
        }),
    },
  };
}

/** The secret to copy, and a link that an app on the same device takes. */
function key({ secret, qrCodeString }: Device, t: typeof TOTP_TEXTS): HTMLElement {
  const grouped = secret.replace(/(.{4})(?=.)/g, "$1 ");
  const link = make("a", { className: "link", part: "link", href: qrCodeString }, t.totpOpen);
  return make(
    "div",
    { className: "key" },
    make("slot", { name: "totp" }),
    make("p", {}, `${t.totpKey}: `, make("code", { part: "key" }, grouped)),
    // Nothing but the scheme of such apps: a link of another kind has no place here.
    ...(qrCodeString.startsWith("otpauth:") ? [make("p", {}, link)] : []),
  );
}
