/** Proving that an email address is one's own, after signing in and by the link of a mail. */
import { forgetAddress } from "./page.js";
/** What it says, in English. */
export const EMAIL_VERIFICATION_TEXTS = {
  verifyTitle: "Confirm your email address",
  verifyHint: "We have sent you a mail with a link.",
  verifyCheck: "I have followed the link",
  verifyAgain: "Send the mail again",
  verifyLater: "Later",
  verifySent: "The mail is on its way again.",
  verifyNotYet: "The address is not confirmed yet.",
  verifyLinkTitle: "Confirm your email address",
  verifyLinkHint: "You have opened the link of our mail.",
  verifyConfirm: "Confirm",
  verifiedTitle: "Your email address is confirmed",
  verifiedHint: "Thank you.",
  verifyContinue: "Continue",
  verifyInvalid: "This link was used already or is too old.",
};
/** The claim that says whether the address is verified. */
const CLAIM = "st-ev";
/** The method; the attribute `verify-email="required"` leaves no way around it. */
export function emailVerification(actions) {
  const { sendMail, verify, isVerified } = actions;
  const texts = (flow) => flow.texts(EMAIL_VERIFICATION_TEXTS);
  const later = new WeakSet();
  const sent = new WeakSet();
  const goOn = (flow) => () => flow.succeed(false);
  async function send(flow, notice) {
    sent.add(flow);
    const answer = await flow.call(sendMail, {});
    switch (answer.status) {
      case "OK":
        if (notice !== undefined) {
          flow.showNotice(notice);
        }
        return undefined;
      case "EMAIL_ALREADY_VERIFIED_ERROR":
        later.add(flow);
        return flow.succeed(false);
      default:
        return flow.problemOf(answer);
    }
  }
  async function follow(flow) {
    const token = new URLSearchParams(location.search).get("token");
    const answer = await flow.call(verify, { token, method: "token" });
    if (answer.status === "OK") {
      forgetAddress();
      flow.show("verified");
      return undefined;
    }
    return answer.status === "EMAIL_VERIFICATION_INVALID_TOKEN_ERROR"
      ? texts(flow).verifyInvalid
      : flow.problemOf(answer);
  }
  return {
    arrive: (_, { pathname, searchParams }) =>
      pathname.endsWith("/verify-email") && searchParams.has("token") ? "verifyLink" : undefined,
    pending: (flow, { accessTokenPayload }) => {
      const claim = accessTokenPayload[CLAIM];
      return Promise.resolve(claim?.v === false && !later.has(flow) ? "verifyEmail" : undefined);
    },
    forget(flow) {
      later.delete(flow);
      sent.delete(flow);
    },
    views: {
      verifyEmail(flow) {
        const t = texts(flow);
        const mustBe = flow.element.getAttribute("verify-email") === "required";
        return {
          title: t.verifyTitle,
          hint: t.verifyHint,
          ...(!sent.has(flow) && { enter: () => send(flow) }),
          form: {
            fields: [],
            submit: t.verifyCheck,
            async send() {
              if (isVerified) {
                const answer = await flow.call(isVerified, {});
                if (answer.isVerified !== true) {
                  return answer.status === "OK" ? t.verifyNotYet : flow.problemOf(answer);
                }
                later.add(flow);
              } else {
                await flow.client.refresh();
              }
              return flow.succeed(false);
            },
          },
          links: [
            { text: t.verifyAgain, act: () => send(flow, t.verifySent) },
            ...(mustBe
              ? []
              : [
                  {
                    text: t.verifyLater,
                    act: () => {
                      later.add(flow);
                      return flow.succeed(false);
                    },
                  },
                ]),
          ],
        };
      },
      verifyLink: (flow) => ({
        title: texts(flow).verifyLinkTitle,
        hint: texts(flow).verifyLinkHint,
        // A button: programs that open links in mails would confirm for the user.
        form: { fields: [], submit: texts(flow).verifyConfirm, send: () => follow(flow) },
      }),
      verified: (flow) => ({
        title: texts(flow).verifiedTitle,
        hint: texts(flow).verifiedHint,
        form: { fields: [], submit: texts(flow).verifyContinue, send: goOn(flow) },
      }),
    },
  };
}
