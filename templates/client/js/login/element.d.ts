/**
 * `<auth-login>`: signing in and up, and what comes after that, as one element without dependencies.
 * It shows only what the API can do: each login method is a module of its own.
 */
import type { AuthClient } from "../session.js";
import type { LoginDefinition } from "./definition.js";
import type { LoginField } from "./flow.js";
import type { Messages } from "./texts.js";
export type { LoginDefinition, LoginSuccess } from "./definition.js";
export type { LoginField } from "./flow.js";
declare const Base: {
  new (): HTMLElement;
  prototype: HTMLElement;
};
/**
 * The element.
 *
 * Attributes: `view` (what to show first), `redirect-to` (where to go after signing in, and who is
 * signed in already; a page of this site), `theme` (`light`, `dark`; else what the system says), `autofocus`; and where the API
 * has these methods, `providers` (`google github`, unless the server lists them), `contact` (`email`,
 * `phone` or both, unless the server says), `verify-email` (`required` leaves no way around it).
 * Events, which all bubble: `auth-success` (preventing its default stays on the page), `auth-view`,
 * `auth-error`, `auth-signed-out`, `auth-totp-device`. Slots: `header` above the form, `footer` below,
 * `signed-in` in place of what is shown to who is signed in, `totp` for a QR code.
 */
export declare class AuthLoginElement extends Base {
  #private;
  /** Defines the element for an API; the first definition counts. */
  static define(api: LoginDefinition, name?: string): void;
  /** The client to use: set it before the element is in the page, or leave it to appInfo. */
  get client(): AuthClient;
  set client(client: AuthClient | "" | null | undefined);
  /** Texts to use instead of `MESSAGES`. */
  get messages(): Messages;
  set messages(messages: Messages | "" | null | undefined);
  /** Further fields of the form to sign up, beside email and password. */
  get signUpFields(): readonly LoginField[];
  set signUpFields(fields: readonly LoginField[] | "" | null | undefined);
  /** What is shown; setting it goes there. */
  get view(): string;
  set view(view: string | null | undefined);
  connectedCallback(): void;
  disconnectedCallback(): void;
}
