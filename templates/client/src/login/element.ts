/**
 * `<auth-login>`: signing in and up, and what comes after that, as one element without dependencies.
 * It shows only what the API can do: each login method is a module of its own.
 */

import { ApiError, NetworkError, TimeoutError } from "../errors.js";
import type { AuthClient, Session } from "../session.js";
import type {
  Action,
  Answer,
  Choice,
  Flow,
  LoginField,
  LoginMethod,
  Offer,
  Trouble,
  View,
} from "./flow.js";
import { readOffer } from "./offer.js";
import { draw, make, type Drawn } from "./render.js";
import { STYLE } from "./style.js";
import { COMMON_TEXTS, type Messages } from "./texts.js";

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

/** The views that an attribute or the page's address may ask for. */
const PUBLIC_VIEWS = ["signIn", "signUp", "forgot", "code", "passkey"];

// Servers have no elements; there the class can be imported and is never made.
const Base = (globalThis as { HTMLElement?: typeof HTMLElement }).HTMLElement ?? newNothing();

function newNothing(): typeof HTMLElement {
  return Object as unknown as typeof HTMLElement;
}

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
export class AuthLoginElement extends Base {
  static #definition: LoginDefinition | undefined;
  static #shared: AuthClient | undefined;

  /** Defines the element for an API; the first definition counts. */
  static define(definition: LoginDefinition, name = "auth-login"): void {
    if (typeof customElements !== "undefined" && customElements.get(name) === undefined) {
      AuthLoginElement.#definition = definition;
      customElements.define(name, AuthLoginElement);
    }
  }

  #client: AuthClient | undefined;
  #messages: Messages = {};
  #signUpFields: readonly LoginField[] = [];
  #view = "signIn";
  #contact = "";
  #tenantId: string | undefined;
  #offer: Offer | undefined;
  #busy = false;
  /** What is shown is for somebody who is signed in. */
  #isInside = false;
  #signedUp = false;
  #drawn: Drawn | undefined;
  #stop: (() => void) | undefined;
  #flow: Flow | undefined;

  /** The client to use: set it before the element is in the page, or leave it to appInfo. */
  get client(): AuthClient {
    return (this.#client ??= AuthLoginElement.#shared ??= this.#api.newClient());
  }
  set client(client: AuthClient) {
    this.#client = client;
    if (this.isConnected) {
      this.#listen();
    }
  }

  /** Texts to use instead of `MESSAGES`. */
  get messages(): Messages {
    return this.#messages;
  }
  set messages(messages: Messages) {
    this.#messages = messages;
    this.#render(false);
  }

  /** What to ask when somebody signs up, beside email and password. */
  get signUpFields(): readonly LoginField[] {
    return this.#signUpFields;
  }
  set signUpFields(fields: readonly LoginField[]) {
    this.#signUpFields = fields;
    this.#render(false);
  }

  /** What is shown; setting it goes there. */
  get view(): string {
    return this.#view;
  }
  set view(view: string) {
    this.#show(view);
  }

  connectedCallback(): void {
    if (this.shadowRoot === null) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
    }
    this.#listen();
    void this.#begin();
  }

  disconnectedCallback(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  get #api(): LoginDefinition {
    if (AuthLoginElement.#definition === undefined) {
      throw new Error("<auth-login> is not defined for an API");
    }
    return AuthLoginElement.#definition;
  }

  /** The methods that the server has switched on, as far as it says so. */
  get #methods(): readonly LoginMethod[] {
    const on = this.#offer?.firstFactors;
    return this.#api.methods.filter(
      ({ factors }) => !on || !factors || factors.some((factor) => on.includes(factor)),
    );
  }

  get #start(): string {
    return this.#methods.find(({ start }) => start !== undefined)?.start ?? "signIn";
  }

  async #begin(): Promise<void> {
    const address = new URL(location.href);
    this.#tenantId = address.searchParams.get("tenantId") ?? undefined;
    const { loginMethods } = this.#api;
    if (loginMethods && this.#offer === undefined) {
      this.#waitForOffer();
    }
    this.#offer ??= await readOffer(loginMethods, this.client, this.getAttribute("providers"));
    const arrived = this.#methods
      .map(({ arrive }) => arrive?.(this.#asFlow(), address))
      .find((view) => view !== undefined);
    const asked = (this.getAttribute("view") ?? address.searchParams.get("show"))?.toLowerCase();
    const view = PUBLIC_VIEWS.find((name) => name.toLowerCase() === asked);
    this.#view = arrived ?? (view !== undefined && this.#has(view) ? view : this.#start);
    this.#render(this.hasAttribute("autofocus"));
    this.#enter();
    if (arrived === undefined) {
      await this.#settle(this.#view);
    }
  }

  #waitForOffer(): void {
    const { working } = this.#texts(COMMON_TEXTS);
    const status = make("p", { className: "hint", role: "status" }, working);
    this.shadowRoot?.replaceChildren(make("section", { className: "card", part: "card" }, status));
  }

  #listen(): void {
    this.#stop?.();
    this.#stop = this.client.onSession(({ type }) => {
      // While a form is at work, it knows better what comes next.
      if ((type === "created" || type === "claimsRefused") && !this.#busy) {
        void this.#settle(this.#view);
      } else if ((type === "signedOut" || type === "expired") && this.#isInside) {
        this.#isInside = false;
        this.#show(this.#start, { focus: false });
      }
    });
  }

  /** Somebody is signed in already: shows that, or what is still to be done. */
  async #settle(seen: string): Promise<void> {
    const { client } = this;
    const session = await client.checkSession().catch(() => client.getSession());
    if (session === undefined || client !== this.#client) {
      return;
    }
    const next = (await this.#pending(session).catch(() => undefined)) ?? "signedIn";
    if (this.#view === seen && next !== seen && !this.#busy) {
      this.#isInside = true;
      this.#show(next, { focus: false });
    }
  }

  async #pending(session: Session): Promise<string | undefined> {
    for (const { pending } of this.#methods) {
      const view = await pending?.(this.#asFlow(), session);
      if (view !== undefined) {
        return view;
      }
    }
    return undefined;
  }

  /** The user has signed in, or has done one more thing that was to be done. */
  async #succeed(signedUp: boolean): Promise<undefined> {
    this.#signedUp ||= signedUp;
    const session = await this.client.getSession();
    if (session === undefined) {
      this.#show(this.#start);
      return;
    }
    const next = await this.#pending(session);
    this.#isInside = true;
    this.#show(next ?? "signedIn");
    if (next !== undefined) {
      return;
    }
    // What was done may have changed the session.
    const detail: LoginSuccess = {
      session: await this.client.getSession(),
      signedUp: this.#signedUp,
    };
    this.#signedUp = false;
    const target = this.getAttribute("redirect-to");
    if (this.#emit("auth-success", detail) && target !== null) {
      const url = new URL(target, location.href);
      if (url.origin === location.origin) {
        location.assign(url);
      }
    }
  }

  async #signOut(): Promise<Trouble> {
    const { signOut } = this.#api;
    await (signOut ? signOut(this.client) : this.client.forget());
    this.#isInside = false;
    this.#emit("auth-signed-out", undefined);
    this.#show(this.#start);
    return undefined;
  }

  #show(view: string, { focus = true, trouble = undefined as Trouble } = {}): void {
    this.#view = view;
    this.#render(focus);
    this.#emit("auth-view", { view });
    this.#drawn?.say(trouble);
    this.#enter();
  }

  /** Does what there is to do as soon as the view is shown. */
  #enter(): void {
    const { enter } = this.#viewNow();
    if (enter) {
      // What showed the view may still be at work.
      setTimeout(() => this.#run(enter));
    }
  }

  #run(work: () => Promise<Trouble>): void {
    if (this.#busy) {
      return;
    }
    this.#busy = true;
    this.#drawn?.setBusy(true);
    let told = "";
    this.#tell = (text) => {
      told = text;
    };
    void work()
      .catch((error: unknown) => {
        this.#emit("auth-error", error);
        return this.#excuse(error);
      })
      .then((trouble) => {
        this.#busy = false;
        this.#drawn?.setBusy(false);
        if (trouble !== undefined) {
          this.#drawn?.say(trouble);
        }
        this.#drawn?.tell(told);
      });
  }

  #tell: (text: string) => void = () => undefined;

  #emit(type: string, detail: unknown): boolean {
    const options = { bubbles: true, composed: true, cancelable: true, detail };
    return this.dispatchEvent(new CustomEvent(type, options));
  }

  #texts<Texts extends object>(defaults: Texts): Texts {
    const own = Object.keys(defaults).map((name) => [name, this.#messages[name]] as const);
    const given = Object.fromEntries(own.filter(([, text]) => text !== undefined)) as Texts;
    return { ...defaults, ...given };
  }

  #has(view: string): boolean {
    return view === this.#start || this.#methods.some(({ views }) => view in views);
  }

  #viewNow(): View {
    const flow = this.#asFlow();
    const method = this.#methods.find(({ views }) => this.#view in views);
    const view = method?.views[this.#view]?.(flow);
    const t = this.#texts(COMMON_TEXTS);
    if (view) {
      return view;
    }
    return this.#view === "signedIn"
      ? { title: t.signedInTitle, hint: t.signedInHint, content: this.#signedIn() }
      : { title: t.startTitle, hasChoices: true };
  }

  #signedIn(): HTMLElement {
    const inside = make("slot", { name: "signed-in" });
    if (this.#api.signOut) {
      const { signOut } = this.#texts(COMMON_TEXTS);
      const button = make("button", { className: "submit", part: "submit", type: "button" });
      button.textContent = signOut;
      button.addEventListener("click", () => this.#run(() => this.#signOut()));
      inside.append(make("div", { className: "actions" }, button));
    }
    return inside;
  }

  #render(focus: boolean): void {
    const root = this.shadowRoot;
    if (root === null || this.#offer === undefined) {
      return;
    }
    const view = this.#viewNow();
    const isKnown = ({ act }: Choice): boolean => typeof act !== "string" || this.#has(act);
    const choices = view.hasChoices
      ? this.#methods.flatMap((method) => method.choices?.(this.#asFlow(), this.#view) ?? [])
      : [];
    this.#drawn = draw(
      { ...view, links: (view.links ?? []).filter(isKnown) },
      {
        texts: this.#texts(COMMON_TEXTS),
        choices: choices.filter(isKnown),
        contact: this.#contact,
        onContact: (contact) => {
          this.#contact = contact;
        },
        run: (work) => this.#run(work),
        go: (next) => this.#show(next),
      },
    );
    root.replaceChildren(this.#drawn.card);
    this.#drawn.setBusy(this.#busy);
    if (focus) {
      this.#drawn.focus();
    }
  }

  #asFlow(): Flow {
    return (this.#flow ??= this.#newFlow());
  }

  #newFlow(): Flow {
    const now = {
      client: () => this.client,
      contact: () => this.#contact,
      offer: () => this.#offer ?? { providers: [] },
      fields: () => this.#signUpFields,
      start: () => this.#start,
    };
    return {
      element: this,
      websiteBasePath: this.#api.websiteBasePath,
      get client() {
        return now.client();
      },
      get contact() {
        return now.contact();
      },
      get offer() {
        return now.offer();
      },
      get signUpFields() {
        return now.fields();
      },
      get start() {
        return now.start();
      },
      texts: (defaults) => this.#texts(defaults),
      has: (view) => this.#has(view),
      show: (view, trouble) => this.#show(view, { trouble }),
      tell: (text) => {
        this.#tell(text);
      },
      emit: (type, detail) => this.#emit(type, detail),
      signOut: () => this.#signOut(),
      redraw: () => this.#render(true),
      call: async <Result extends Answer>(action: Action, request: object) =>
        (await action(this.client, request as never, { tenantId: this.#tenantId })) as Result,
      succeed: (signedUp) => this.#succeed(signedUp),
      complaint: (answer) => this.#complaint(answer),
    };
  }

  #said(text: string | undefined): string {
    const { trouble } = this.#texts(COMMON_TEXTS);
    return (text && (this.#messages[text] ?? text)) || trouble;
  }

  #complaint({ status, formFields = [], ...answer }: Answer): Trouble {
    if (status === "FIELD_ERROR" && formFields.length > 0) {
      return formFields.map(({ id, error }) => ({ id, error: this.#said(error) }));
    }
    return this.#said(answer.reason ?? answer.failureReason ?? answer.message);
  }

  #excuse(error: unknown): string {
    const t = this.#texts(COMMON_TEXTS);
    if (error instanceof NetworkError || error instanceof TimeoutError) {
      return t.offline;
    }
    return error instanceof ApiError && error.status === 429 ? t.tooMany : t.trouble;
  }
}
