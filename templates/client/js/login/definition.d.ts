/** The inputs of an element, from the generated entry and from the page around it, and its events. */
import type { AuthClient, Session } from "../session.js";
import type { Action, LoginField, LoginMethod } from "./flow.js";
import type { Messages } from "./texts.js";
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
/** The element, with what a page can set about it. */
export interface Host extends HTMLElement {
  readonly client: AuthClient;
  readonly messages: Messages;
  readonly signUpFields: readonly LoginField[];
}
