/**
 * The way through `<auth-login>`: which view is shown, what leads to the next one, and what is still
 * to be done when somebody has signed in.
 */
import type { AuthClient, SessionEvent } from "../session.js";
import type { Host, LoginDefinition } from "./definition.js";
import type { Action, Answer, Flow, LoginField, Offer, Trouble } from "./flow.js";
/** One element's way. */
export declare class Journey implements Flow {
  #private;
  view: string;
  contact: string;
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
  readonly signOut: () => Promise<Trouble>;
  texts<Texts extends object>(defaults: Texts): Texts;
  has(view: string): boolean;
  /** The page asks for a view, which has to wait where nothing is shown yet. */
  ask(view: string): void;
  show(view: string, trouble?: string): void;
  redraw(): void;
  tell(text: string): void;
  emit(type: string, detail: unknown): boolean;
  call<Result extends Answer>(action: Action, request: object): Promise<Result>;
  complaint(answer: Answer): Trouble;
  /** Draws the view, once it is known which methods there are. */
  render(focus: boolean): void;
}
