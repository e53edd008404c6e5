/** Signing in and up with an email address and a password, and choosing a new password. */
import type { Action, LoginMethod } from "./flow.js";
/** The operations behind it; the form has no more than they can do. */
export interface EmailPasswordActions {
  readonly signIn?: Action;
  readonly signUp?: Action;
  readonly createPasswordResetToken?: Action;
  readonly resetPassword?: Action;
}
/** What it says, in English. */
export declare const EMAIL_PASSWORD_TEXTS: {
  signInTitle: string;
  signInHint: string;
  signUpTitle: string;
  signUpHint: string;
  forgotTitle: string;
  forgotHint: string;
  resetTitle: string;
  resetHint: string;
  sentTitle: string;
  sentHint: string;
  doneTitle: string;
  doneHint: string;
  email: string;
  password: string;
  newPassword: string;
  passwordHint: string;
  signIn: string;
  signUp: string;
  sendLink: string;
  setPassword: string;
  toSignIn: string;
  toSignUp: string;
  toSignInFromSignUp: string;
  toForgot: string;
  wrongCredentials: string;
  invalidLink: string;
};
/** The login method. */
export declare function emailPassword(actions: EmailPasswordActions): LoginMethod;
