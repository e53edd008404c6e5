/** Signing in and up with a passkey: W3C Web Authentication, level 3. */
import type { Action, LoginMethod } from "./flow.js";
/** The operations behind it; without the two of signing up, passkeys can only be used. */
export interface PasskeyActions {
  readonly signInOptions: Action;
  readonly signIn: Action;
  readonly registerOptions?: Action;
  readonly signUp?: Action;
}
/** What it says, in English. */
export declare const PASSKEY_TEXTS: {
  passkeyTitle: string;
  passkeyHint: string;
  passkeyEmail: string;
  signInWithPasskey: string;
  signUpWithPasskey: string;
  fromPasskey: string;
  passkeyTaken: string;
  unknownPasskey: string;
  passkeyCancelled: string;
  passkeyExists: string;
  passkeyRefused: string;
};
/** The login method. */
export declare function passkeys(actions: PasskeyActions): LoginMethod;
