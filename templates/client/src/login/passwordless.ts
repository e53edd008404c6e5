/** Signing in and up with a code or a link that comes by mail or as a text message. */

import type { Action, Answer, Flow, LoginMethod, Problem } from "./flow.js";
import { forgetAddress, memoryOf } from "./page.js";
import { fill } from "./texts.js";

/** The operations behind it. */
export interface PasswordlessActions {
  readonly createCode: Action;
  readonly consumeCode: Action;
  readonly resendCode?: Action;
}

/** What it says, in English. */
export const PASSWORDLESS_TEXTS = {
  codeTitle: "Sign in",
  codeHint: "We send you a code or a link. There is no password to remember.",
  codeSentTitle: "Enter the code",
  codeSentHint: "We have sent it to {contact}.",
  linkSentTitle: "Look into your messages",
  linkSentHint: "A link to sign in is on its way to {contact}.",
  codeOrLinkHint: "We have sent it to {contact}. The link in the same message works, too.",
  linkTitle: "Sign in",
  linkHint: "You have opened a link to sign in.",
  codeContact: "Email",
  codePhone: "Phone number",
  codeEither: "Email or phone number",
  codePhoneNote: "With the country code, as in +44 20 7946 0000.",
  code: "Code",
  sendCode: "Continue",
  signInWithCode: "Sign in",
  confirmLink: "Sign in here",
  toCode: "Send me a code instead",
  resend: "Send it again",
  resent: "It is on its way again.",
  otherContact: "Use another address",
  otherWay: "Sign in another way",
  wrongCode: "That is not the code. Tries left: {left}.",
  expiredCode: "This code is too old. Ask for a new one. Tries left: {left}.",
  restart: "That took too long, or too many tries. Start again.",
};

/** What one sign-in keeps between its two steps. */
interface Attempt {
  readonly deviceId: string;
  readonly preAuthSessionId: string;
  readonly flowType: string;
  readonly contact: string;
}

interface CodeAnswer extends Answer, Omit<Attempt, "contact"> {
  readonly createdNewRecipeUser?: boolean;
  readonly failedCodeInputAttemptCount: number;
  readonly maximumCodeInputAttempts: number;
}

/** All tabs share it: a link opens in a tab of its own. */
const KEY = "auth-login-attempt";

const { read: remembered, write: remember } = memoryOf(() => localStorage, KEY, [
  "deviceId",
  "preAuthSessionId",
  "flowType",
  "contact",
]);

/** The login method. */
export function passwordless(actions: PasswordlessActions): LoginMethod {
  const { createCode, consumeCode, resendCode } = actions;
  const texts = (flow: Flow): typeof PASSWORDLESS_TEXTS => flow.texts(PASSWORDLESS_TEXTS);

  /** Where messages can go: as the server says, else as the attribute `contact` does. */
  function kinds(flow: Flow): { email: boolean; phone: boolean } {
    const factors = flow.offer.firstFactors;
    const contact = flow.element.getAttribute("contact") ?? "email";
    const can = (kind: string): boolean =>
      factors ? factors.some((factor) => factor.endsWith(`-${kind}`)) : contact.includes(kind);
    return { email: can("email"), phone: can("phone") };
  }

  async function consume(flow: Flow, request: object): Promise<Problem> {
    const t = texts(flow);
    const answer = await flow.call<CodeAnswer>(consumeCode, request);
    const left = answer.maximumCodeInputAttempts - answer.failedCodeInputAttemptCount;
    switch (answer.status) {
      case "OK":
        remember(undefined);
        return flow.succeed(answer.createdNewRecipeUser === true);
      case "INCORRECT_USER_INPUT_CODE_ERROR":
        return fill(t.wrongCode, { left });
      case "EXPIRED_USER_INPUT_CODE_ERROR":
        return fill(t.expiredCode, { left });
      case "RESTART_FLOW_ERROR":
        remember(undefined);
        flow.show("code", t.restart);
        return undefined;
      default:
        return flow.problemOf(answer);
    }
  }

  async function followLink(flow: Flow): Promise<Problem> {
    const preAuthSessionId = new URLSearchParams(location.search).get("preAuthSessionId");
    const linkCode = location.hash.slice(1);
    // It works once, and should not stay in the history.
    forgetAddress();
    return consume(flow, { preAuthSessionId, linkCode });
  }

  return {
    factors: ["otp-email", "otp-phone", "link-email", "link-phone"],
    start: "code",
    choices: (flow, view) => (view === "signIn" ? [{ text: texts(flow).toCode, act: "code" }] : []),
    arrive: (_, { searchParams, hash }) =>
      searchParams.has("preAuthSessionId") && hash.length > 1 ? "link" : undefined,
    views: {
      code(flow) {
        const t = texts(flow);
        const { email, phone } = kinds(flow);
        const isPhone = phone && !email;
        return {
          title: t.codeTitle,
          hint: t.codeHint,
          form: {
            fields: [
              {
                id: "contact",
                label: isPhone ? t.codePhone : phone ? t.codeEither : t.codeContact,
                type: isPhone ? "tel" : phone ? "text" : "email",
                autocomplete: isPhone ? "tel" : "username",
                ...(phone && { note: t.codePhoneNote }),
              },
            ],
            submit: t.sendCode,
            async send({ contact = "" }) {
              const request =
                isPhone || (phone && !contact.includes("@"))
                  ? { phoneNumber: contact.replace(/[\s()./-]/g, "") }
                  : { email: contact };
              const answer = await flow.call<CodeAnswer>(createCode, request);
              if (answer.status !== "OK") {
                return flow.problemOf(answer);
              }
              const { deviceId, preAuthSessionId, flowType } = answer;
              remember({ deviceId, preAuthSessionId, flowType, contact });
              flow.show("codeSent");
              return undefined;
            },
          },
          hasChoices: flow.start === "code",
          links: flow.start === "code" ? [] : [{ text: t.otherWay, act: flow.start }],
        };
      },
      codeSent(flow) {
        const t = texts(flow);
        const attempt = remembered();
        const byLink = attempt?.flowType === "MAGIC_LINK";
        const hint = byLink
          ? t.linkSentHint
          : attempt?.flowType === "USER_INPUT_CODE"
            ? t.codeSentHint
            : t.codeOrLinkHint;
        const { deviceId, preAuthSessionId, contact = "" } = attempt ?? {};
        const resend = async (): Promise<Problem> => {
          const request = { deviceId, preAuthSessionId };
          const answer = await flow.call(resendCode ?? createCode, request);
          if (answer.status === "RESTART_FLOW_ERROR") {
            flow.show("code", t.restart);
            return undefined;
          }
          if (answer.status !== "OK") {
            return flow.problemOf(answer);
          }
          flow.showNotice(t.resent);
          return undefined;
        };
        return {
          title: byLink ? t.linkSentTitle : t.codeSentTitle,
          hint: fill(hint, { contact }),
          ...(!byLink && {
            form: {
              fields: [
                {
                  id: "code",
                  label: t.code,
                  inputMode: "numeric",
                  autocomplete: "one-time-code",
                },
              ],
              submit: t.signInWithCode,
              send: ({ code = "" }) =>
                consume(flow, { deviceId, preAuthSessionId, userInputCode: code.trim() }),
            },
          }),
          links: [
            ...(resendCode ? [{ text: t.resend, act: resend }] : []),
            { text: t.otherContact, act: "code" },
          ],
        };
      },
      link(flow) {
        const t = texts(flow);
        // In the browser that asked for it, a link signs in at once. Elsewhere the user has to
        // press a button: programs that open links in mails would spend it.
        const asked = new URLSearchParams(location.search).get("preAuthSessionId");
        const isHere = remembered()?.preAuthSessionId === asked;
        return {
          title: t.linkTitle,
          hint: t.linkHint,
          ...(isHere && { enter: () => followLink(flow) }),
          form: { fields: [], submit: t.confirmLink, send: () => followLink(flow) },
          links: [{ text: t.otherContact, act: "code" }],
        };
      },
    },
  };
}
