/** Signing in and up with an account of a third party: OAuth 2.0, with PKCE where the server asks for it. */
import type { Action, LoginMethod } from "./flow.js";
/** The operations behind it. */
export interface ThirdPartyActions {
  readonly authorisationUrl: Action;
  readonly signInUp: Action;
}
/** What it says, in English. */
export declare const THIRD_PARTY_TEXTS: {
  continueWith: string;
  callbackTitle: string;
  callbackHint: string;
  toStart: string;
  noEmail: string;
  refused: string;
  noMemory: string;
  staleCallback: string;
};
/** The login method. */
export declare function thirdParty({ authorisationUrl, signInUp }: ThirdPartyActions): LoginMethod;
