/**
 * `<auth-login>`: signing in and up, and choosing a new password, as one element without
 * dependencies.
 *
 * The rules that it keeps: it shows only what the API can do; every field has a label, every error
 * is announced and tied to its field, the keyboard reaches everything; nothing is written as HTML,
 * so no text from anywhere can become markup.
 */
import { type Messages } from "./login-messages.js";
import type { AuthClient, Session } from "./session.js";
/** What the form shows. */
export type LoginView = "signIn" | "signUp" | "forgot" | "sent" | "reset" | "done" | "signedIn";
/** The operations that a form can use; a form has no more than its API. */
export interface LoginActions {
    readonly signIn?: LoginAction;
    readonly signUp?: LoginAction;
    readonly createPasswordResetToken?: LoginAction;
    readonly resetPassword?: LoginAction;
    readonly signOut?: (client: AuthClient) => Promise<unknown>;
}
/** A generated function that takes form fields. */
export type LoginAction = (client: AuthClient, request: never) => Promise<unknown>;
/** What the server asks beyond email and password when somebody signs up. */
export interface LoginField {
    readonly id: string;
    readonly label: string;
    /** The `type` of the input: `text` where it is left out. */
    readonly type?: string;
    readonly autocomplete?: string;
    readonly optional?: boolean;
}
/** What comes with the event `auth-success`. */
export interface LoginSuccess {
    readonly session: Session | undefined;
    /** The user has just been created. */
    readonly signedUp: boolean;
}
declare const Base: typeof HTMLElement;
/**
 * The element.
 *
 * Attributes: `view` (what to show first), `redirect-to` (where to go after signing in; a path of
 * this site), `theme` (`light`, `dark`; else what the system says), `autofocus`. Events, which all
 * bubble: `auth-success` (preventing its default stays on the page), `auth-view`, `auth-error`,
 * `auth-signed-out`. Slots: `header` above the form, `footer` below, `signed-in` in place of what is
 * shown to who is signed in.
 */
export declare class AuthLoginElement extends Base {
    #private;
    /** Defines the element for an API; the first definition counts. */
    static define(newClient: () => AuthClient, actions: LoginActions, name?: string): void;
    /** The client to use: set it before the element is in the page, or leave it to appInfo. */
    get client(): AuthClient;
    set client(client: AuthClient);
    /** Texts to use instead of {@link MESSAGES}. */
    get messages(): Messages;
    set messages(messages: Messages);
    /** What to ask when somebody signs up, beside email and password. */
    get signUpFields(): readonly LoginField[];
    set signUpFields(fields: readonly LoginField[]);
    /** What is shown; setting it goes there. */
    get view(): LoginView;
    set view(view: LoginView);
    connectedCallback(): void;
    disconnectedCallback(): void;
}
export {};
