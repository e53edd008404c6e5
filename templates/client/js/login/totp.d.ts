/** A second factor: one-time codes of an authenticator app (RFC 6238). */
import type { Action, LoginMethod } from "./flow.js";
/** The operations behind it; without the two of a device, none can be set up here. */
export interface TotpActions {
  readonly info: Action;
  readonly verify: Action;
  readonly createDevice?: Action;
  readonly verifyDevice?: Action;
}
/** What it says, in English. */
export declare const TOTP_TEXTS: {
  totpTitle: string;
  totpHint: string;
  totpSetupTitle: string;
  totpSetupHint: string;
  totpCode: string;
  totpKey: string;
  totpOpen: string;
  totpSubmit: string;
  totpWrong: string;
  totpLimit: string;
  totpSignOut: string;
  totpOther: string;
};
/** The method. */
export declare function totp({
  info,
  verify,
  createDevice,
  verifyDevice,
}: TotpActions): LoginMethod;
