/**
 * `<auth-login>`: signing in and up, and what comes after that, as one element without dependencies.
 * It shows only what the API can do: each login method is a module of its own.
 */
import type { AuthClient, Session } from "../session.js";
import type { Action, LoginField, LoginMethod } from "./flow.js";
import { type Messages } from "./texts.js";
export type { LoginField } from "./flow.js";
/** What an element is defined with. */
export interface LoginDefinition {
  readonly newClient: () => AuthClient;
  /** In the order in which they are offered. */
  readonly methods: readonly LoginMethod[];
  readonly signOut?: (client: AuthClient) => Promise<unknown>;
  /** Asks the server which of the methods it has switched on. */
  readonly loginMethods?: Action;
  /** Where the application's login pages are: `/auth`. */
  readonly websiteBasePath: string;
}
/** What comes with the event `auth-success`. */
export interface LoginSuccess {
  readonly session: Session | undefined;
  /** The user has just been created. */
  readonly signedUp: boolean;
}
declare const Base: {
  new (): HTMLElement;
  prototype: HTMLElement;
};
/**
 * The element.
 *
 * Attributes: `view` (what to show first), `redirect-to` (where to go after signing in; a path of
 * this site), `theme` (`light`, `dark`; else what the system says), `autofocus`; and where the API
 * has these methods, `providers` (`google github`, unless the server lists them), `contact` (`email`,
 * `phone` or both, unless the server says), `verify-email` (`required` leaves no way around it).
 * Events, which all bubble: `auth-success` (preventing its default stays on the page), `auth-view`,
 * `auth-error`, `auth-signed-out`, `auth-totp-device`. Slots: `header` above the form, `footer` below,
 * `signed-in` in place of what is shown to who is signed in, `totp` for a QR code.
 */
export declare class AuthLoginElement extends Base {
  #private;
  /** Defines the element for an API; the first definition counts. */
  static define(definition: LoginDefinition, name?: string): void;
  /** The client to use: set it before the element is in the page, or leave it to appInfo. */
  get client(): AuthClient;
  set client(client: AuthClient);
  /** Texts to use instead of `MESSAGES`. */
  get messages(): Messages;
  set messages(messages: Messages);
  /** What to ask when somebody signs up, beside email and password. */
  get signUpFields(): readonly LoginField[];
  set signUpFields(fields: readonly LoginField[]);
  /** What is shown; setting it goes there. */
  get view(): string;
  set view(view: string);
  connectedCallback(): void;
  disconnectedCallback(): void;
}
