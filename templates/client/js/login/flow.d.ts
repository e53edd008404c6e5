/**
 * The interfaces between the parts of `<auth-login>`: a login method has views, a view is data,
 * and a method uses the element through the flow.
 */
import type { CallOptions } from "../http.js";
import type { AuthClient, Session } from "../session.js";
/** A generated function. */
export type Action = (
  client: AuthClient,
  request: never,
  options?: CallOptions,
) => Promise<unknown>;
/** One way to sign in, or one thing to do after it. */
export interface LoginMethod {
  /** Its name among the first factors of the server; left out where it is none. */
  readonly factors?: readonly string[];
  readonly views: Readonly<Record<string, (flow: Flow) => View>>;
  /** The view that may stand first: it has a form to sign in with. */
  readonly start?: string;
  /** Buttons below a form to sign in or up with. */
  readonly choices?: (flow: Flow, view: string) => readonly Choice[];
  /** The view that the page's address asks for: the link of a mail, the way back from a provider. */
  readonly arrive?: (flow: Flow, address: URL) => string | undefined;
  /** The tenant to which the way back from another site belongs, whose address does not name it. */
  readonly tenantOf?: (address: URL) => string | undefined;
  /** The view of what a session lacks, where this method can provide it. */
  readonly pending?: (flow: Flow, session: Session) => Promise<string | undefined>;
  /** Deletes what it keeps about the user who was signed in. */
  readonly forget?: (flow: Flow) => void;
}
/** What the element shows at one time. */
export interface View {
  readonly title: string;
  readonly hint?: string;
  readonly content?: Node;
  readonly form?: Form;
  /** Below it stand the other ways to sign in. */
  readonly hasChoices?: boolean;
  readonly links?: readonly Choice[];
  /** An action that starts when it is shown. */
  readonly enter?: () => Promise<Problem>;
}
/** Fields, and what to do with them. */
export interface Form {
  readonly fields: readonly LoginField[];
  readonly submit: string;
  readonly send: (values: Values) => Promise<Problem>;
}
/** What was typed, by the id of its field. */
export type Values = Readonly<Record<string, string>>;
/** An input. */
export interface LoginField {
  readonly id: string;
  readonly label: string;
  /** The `type` of the input: `text` where it is left out. */
  readonly type?: string;
  readonly autocomplete?: string;
  readonly inputMode?: string;
  /** Stands below the field. */
  readonly note?: string;
  readonly optional?: boolean;
}
/** A button: it leads to a view, or does something. */
export interface Choice {
  readonly text: string;
  readonly act: string | (() => Promise<Problem>);
}
/** What to show to the user: nothing, one text, or a text for each of some fields. */
export type Problem = string | readonly FieldError[] | undefined;
/** What is wrong with a field. */
export interface FieldError {
  readonly id: string;
  readonly error?: string | undefined;
}
/** The parts that the element reads of an answer other than success. */
export interface Answer {
  readonly status?: string;
  readonly formFields?: readonly FieldError[];
  readonly reason?: string;
  readonly failureReason?: string;
  readonly message?: string;
}
/** What the server says about its login methods. */
export interface Offer {
  /** Undefined where the server is not asked: then all methods of the page are offered. */
  readonly firstFactors?: readonly string[] | undefined;
  readonly providers: readonly Provider[];
}
/** A third party with accounts of its users. */
export interface Provider {
  readonly id: string;
  readonly name: string;
}
/** The element, as its methods see it. */
export interface Flow {
  readonly client: AuthClient;
  readonly element: HTMLElement;
  /** What the user typed last, an email address or a phone number. */
  readonly contact: string;
  readonly offer: Offer;
  readonly signUpFields: readonly LoginField[];
  /** The tenant in which the user signs in, where the page names one. */
  readonly tenantId: string | undefined;
  /** Where the application's login pages are: `/auth`. */
  readonly websiteBasePath: string;
  /** The view to begin with. */
  readonly start: string;
  /** Texts, with the page's own in place of some. */
  readonly texts: <Texts extends object>(defaults: Texts) => Texts;
  /** Whether there is such a view. */
  readonly has: (view: string) => boolean;
  /** Goes to a view, and shows the problem that led there, if one did. */
  readonly show: (view: string, problem?: string) => void;
  /** Shows a text that is no problem. */
  readonly showNotice: (text: string) => void;
  /** Dispatches an event of the element to the page. */
  readonly emit: (type: string, detail: unknown) => boolean;
  /** Signs out, where the API has a way to. */
  readonly signOut: () => Promise<Problem>;
  /** Draws the view again, with the present state. */
  readonly redraw: () => void;
  /** Calls the API, for the tenant. */
  readonly call: <Result extends Answer>(action: Action, request: object) => Promise<Result>;
  /** The user has signed in: shows the steps that remain, then leaves the form. */
  readonly succeed: (signedUp: boolean) => Promise<undefined>;
  /** The problem that an answer reports, where a method has no text of its own for it. */
  readonly problemOf: (answer: Answer) => Problem;
}
