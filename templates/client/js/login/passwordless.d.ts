/** Signing in and up with a code or a link that comes by mail or as a text message. */
import type { Action, LoginMethod } from "./flow.js";
/** The operations behind it. */
export interface PasswordlessActions {
  readonly createCode: Action;
  readonly consumeCode: Action;
  readonly resendCode?: Action;
}
/** What it says, in English. */
export declare const PASSWORDLESS_TEXTS: {
  codeTitle: string;
  codeHint: string;
  codeSentTitle: string;
  codeSentHint: string;
  linkSentTitle: string;
  linkSentHint: string;
  codeOrLinkHint: string;
  linkTitle: string;
  linkHint: string;
  codeContact: string;
  codePhone: string;
  codeEither: string;
  codePhoneNote: string;
  code: string;
  sendCode: string;
  signInWithCode: string;
  confirmLink: string;
  toCode: string;
  resend: string;
  resent: string;
  otherContact: string;
  otherWay: string;
  wrongCode: string;
  expiredCode: string;
  restart: string;
};
/** The login method. */
export declare function passwordless(actions: PasswordlessActions): LoginMethod;
