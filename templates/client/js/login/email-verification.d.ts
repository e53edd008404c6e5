/** Proving that an email address is one's own, after signing in and by the link of a mail. */
import type { Action, LoginMethod } from "./flow.js";
/** The operations behind it. */
export interface EmailVerificationActions {
  readonly sendMail: Action;
  readonly verify: Action;
  readonly isVerified?: Action;
}
/** What it says, in English. */
export declare const EMAIL_VERIFICATION_TEXTS: {
  verifyTitle: string;
  verifyHint: string;
  verifyCheck: string;
  verifyAgain: string;
  verifyLater: string;
  verifySent: string;
  verifyNotYet: string;
  verifyLinkTitle: string;
  verifyLinkHint: string;
  verifyConfirm: string;
  verifiedTitle: string;
  verifiedHint: string;
  verifyContinue: string;
  verifyInvalid: string;
};
/** The method; the attribute `verify-email="required"` leaves no way around it. */
export declare function emailVerification(actions: EmailVerificationActions): LoginMethod;
