/**
 * The navigation of `<auth-login>`: which view is shown, what leads to the next one, and which steps
 * remain after the sign-in.
 */
import type { AuthClient, SessionEvent } from "../session.js";
import type { Host, LoginDefinition } from "./definition.js";
import type { Action, Answer, Flow, LoginField, Offer, Problem } from "./flow.js";
/** One element's way. */
export declare class Journey implements Flow {
  #private;
  view: string;
  contact: string;
  tenantId: string | undefined;
  constructor(host: Host, api: LoginDefinition);
  get element(): HTMLElement;
  get client(): AuthClient;
  get signUpFields(): readonly LoginField[];
  get websiteBasePath(): string;
  get offer(): Offer;
  get start(): string;
  /** The element has come into a page, or has been moved in it: then everything stays as it is. */
  connect(): Promise<void>;
  /** Begins with the view that the address, the page or the API asks for. */
  begin(): Promise<void>;
  /** Something has happened to the session, here or in another tab. */
  hear({ type }: SessionEvent): void;
  succeed(signedUp: boolean): Promise<undefined>;
  readonly signOut: () => Promise<Problem>;
  texts<Texts extends object>(defaults: Texts): Texts;
  has(view: string): boolean;
  /** The page asks for a view; before the first one is shown, the request is kept. */
  ask(view: string): void;
  show(view: string, problem?: string): void;
  redraw(): void;
  showNotice(text: string): void;
  emit(type: string, detail: unknown): boolean;
  call<Result extends Answer>(action: Action, request: object): Promise<Result>;
  problemOf(answer: Answer): Problem;
  /** Draws the view, once it is known which methods there are. */
  render(focus: boolean): void;
}
