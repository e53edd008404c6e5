/**
 * `<auth-login>`: signing in and up, and choosing a new password, as one element without
 * dependencies.
 *
 * The rules that it keeps: it shows only what the API can do; every field has a label, every error
 * is announced and tied to its field, the keyboard reaches everything; nothing is written as HTML,
 * so no text from anywhere can become markup.
 */

import { ApiError, NetworkError, TimeoutError } from "./errors.js";
import { MESSAGES, type Messages } from "./login-messages.js";
import { STYLE } from "./login-style.js";
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

interface Answer {
  readonly status?: string;
  readonly formFields?: readonly { readonly id: string; readonly error?: string }[];
  readonly reason?: string;
  readonly failureReason?: string;
  readonly message?: string;
}

/** A view that is a form: its fields, its action, and where it leads. */
interface Form {
  readonly fields: readonly LoginField[];
  readonly action: LoginAction | undefined;
  readonly submit: string;
  readonly links: readonly (readonly [text: string, view: LoginView])[];
}

// Servers have no elements; there the class can be imported and is never made.
const Base = (globalThis.HTMLElement ?? Object) as typeof HTMLElement;

/**
 * The element.
 *
 * Attributes: `view` (what to show first), `redirect-to` (where to go after signing in; a path of
 * this site), `theme` (`light`, `dark`; else what the system says), `autofocus`. Events, which all
 * bubble: `auth-success` (preventing its default stays on the page), `auth-view`, `auth-error`,
 * `auth-signed-out`. Slots: `header` above the form, `footer` below, `signed-in` in place of what is
 * shown to who is signed in.
 */
export class AuthLoginElement extends Base {
  static #newClient: (() => AuthClient) | undefined;
  static #shared: AuthClient | undefined;
  static #actions: LoginActions = {};

  /** Defines the element for an API; the first definition counts. */
  static define(newClient: () => AuthClient, actions: LoginActions, name = "auth-login"): void {
    if (typeof customElements !== "undefined" && customElements.get(name) === undefined) {
      AuthLoginElement.#newClient = newClient;
      AuthLoginElement.#actions = actions;
      customElements.define(name, AuthLoginElement);
    }
  }

  #client: AuthClient | undefined;
  #messages: Messages = {};
  #signUpFields: readonly LoginField[] = [];
  #view: LoginView = "signIn";
  #email = "";
  #busy = false;
  #stop: (() => void) | undefined;

  /** The client to use: set it before the element is in the page, or leave it to appInfo. */
  get client(): AuthClient {
    if (this.#client === undefined) {
      const make = AuthLoginElement.#newClient;
      if (make === undefined) {
        throw new Error("<auth-login> has no client");
      }
      this.#client = AuthLoginElement.#shared ??= make();
    }
    return this.#client;
  }
  set client(client: AuthClient) {
    this.#client = client;
    if (this.isConnected) {
      this.#listen();
    }
  }

  /** Texts to use instead of {@link MESSAGES}. */
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
  get view(): LoginView {
    return this.#view;
  }
  set view(view: LoginView) {
    this.#show(view);
  }

  connectedCallback(): void {
    if (this.shadowRoot === null) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
    }
    this.#view = this.#firstView();
    this.#render(this.hasAttribute("autofocus"));
    this.#listen();
  }

  disconnectedCallback(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  #listen(): void {
    this.#stop?.();
    const client = this.client;
    this.#stop = client.onSession(({ type }) => {
      // While a form is at work, it knows better what comes next.
      if (type === "created" && !this.#busy) {
        this.#show("signedIn", false);
      } else if ((type === "signedOut" || type === "expired") && this.#view === "signedIn") {
        this.#show("signIn", false);
      }
    });
    void client.getSession().then((session) => {
      if (session !== undefined && this.#view === "signIn" && client === this.#client) {
        this.#show("signedIn", false);
      }
    });
  }

  #firstView(): LoginView {
    const query = new URLSearchParams(location.search);
    const actions = AuthLoginElement.#actions;
    if (query.has("token") && actions.resetPassword) {
      return "reset";
    }
    const asked = this.getAttribute("view") ?? query.get("show") ?? "";
    const known: Record<string, LoginView> = { signup: "signUp", forgot: "forgot" };
    const view = known[asked.toLowerCase()];
    return view !== undefined && this.#form(view)?.action ? view : "signIn";
  }

  #show(view: LoginView, focus = true): void {
    this.#view = view;
    this.#render(focus);
    this.#emit("auth-view", { view });
  }

  #emit(type: string, detail: unknown): boolean {
    const options = { bubbles: true, composed: true, cancelable: true, detail };
    return this.dispatchEvent(new CustomEvent(type, options));
  }

  #text(name: keyof typeof MESSAGES): string {
    return this.#messages[name] ?? MESSAGES[name];
  }

  #form(view: LoginView): Form | undefined {
    const actions = AuthLoginElement.#actions;
    const email: LoginField = {
      id: "email",
      label: this.#text("email"),
      type: "email",
      autocomplete: "username",
    };
    const password = (label: "password" | "newPassword", autocomplete: string): LoginField => ({
      id: "password",
      label: this.#text(label),
      type: "password",
      autocomplete,
    });
    switch (view) {
      case "signIn":
        return {
          fields: [email, password("password", "current-password")],
          action: actions.signIn,
          submit: this.#text("signIn"),
          links: [
            [this.#text("toForgot"), "forgot"],
            [this.#text("toSignUp"), "signUp"],
          ],
        };
      case "signUp":
        return {
          fields: [email, password("password", "new-password"), ...this.#signUpFields],
          action: actions.signUp,
          submit: this.#text("signUp"),
          links: [[this.#text("toSignInFromSignUp"), "signIn"]],
        };
      case "forgot":
        return {
          fields: [email],
          action: actions.createPasswordResetToken,
          submit: this.#text("sendLink"),
          links: [[this.#text("toSignIn"), "signIn"]],
        };
      case "reset":
        return {
          fields: [password("newPassword", "new-password")],
          action: actions.resetPassword,
          submit: this.#text("setPassword"),
          links: [[this.#text("toSignIn"), "signIn"]],
        };
      default:
        return undefined;
    }
  }

  #render(focus: boolean): void {
    const root = this.shadowRoot;
    if (root === null) {
      return;
    }
    const view = this.#view;
    const title = make(
      "h1",
      { part: "title", id: "title", tabIndex: -1 },
      this.#text(`${view}Title`),
    );
    const hint = make(
      "p",
      { className: "hint", part: "hint" },
      this.#text(`${view}Hint`).replace("{email}", this.#email),
    );
    const card = make("section", { className: "card", part: "card" }, slot("header"), title);
    if (hint.textContent !== "") {
      card.append(hint);
    }
    card.setAttribute("aria-labelledby", "title");
    const form = this.#form(view);
    if (form !== undefined) {
      card.append(this.#formElement(form), this.#links(form.links));
    } else if (view === "signedIn") {
      card.append(this.#signedIn());
    } else {
      card.append(this.#links([[this.#text("toSignIn"), "signIn"]]));
    }
    card.append(slot("footer"));
    root.replaceChildren(card);
    if (focus) {
      (root.querySelector("input") ?? title).focus();
    }
  }

  #formElement({ fields, action, submit }: Form): HTMLFormElement {
    const alert = make("div", { className: "alert", part: "alert" });
    alert.setAttribute("role", "alert");
    const status = make("p", { className: "hidden" });
    status.setAttribute("role", "status");
    const button = make("button", { className: "submit", part: "submit", type: "submit" }, submit);
    const rows = fields.map((field) => this.#row(field));
    const form = make("form", { noValidate: true }, ...rows.map(({ row }) => row), alert, button);
    form.append(status);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#busy || action === undefined) {
        return;
      }
      alert.textContent = "";
      for (const { field, input, say } of rows) {
        say(field.optional || input.value.trim() !== "" ? "" : this.#text("missing"));
      }
      if (focusFirstInvalid(form)) {
        return;
      }
      this.#busy = true;
      button.setAttribute("aria-disabled", "true");
      status.textContent = this.#text("working");
      const formFields = rows.map(({ field, input }) => ({ id: field.id, value: input.value }));
      void this.#submit(action, formFields)
        .then((answer) => {
          for (const { id, error } of answer?.formFields ?? []) {
            const row = rows.find(({ field }) => field.id === id);
            const text = this.#said(error);
            if (row) {
              row.say(text);
            } else {
              alert.textContent = text;
            }
          }
          alert.textContent ||= this.#complaint(answer);
        })
        .catch((error: unknown) => {
          alert.textContent = this.#trouble(error);
          this.#emit("auth-error", error);
        })
        .finally(() => {
          this.#busy = false;
          button.removeAttribute("aria-disabled");
          status.textContent = "";
          focusFirstInvalid(form);
        });
    });
    return form;
  }

  #row(field: LoginField): {
    field: LoginField;
    input: HTMLInputElement;
    row: HTMLElement;
    say: (error: string) => void;
  } {
    const { id, type = "text" } = field;
    const input = make("input", { id, name: id, type, part: "input", required: !field.optional });
    input.autocomplete = (field.autocomplete ?? "on") as AutoFill;
    const label = make("label", { htmlFor: id, part: "label" }, field.label);
    const control = make("div", { className: "control" }, input);
    if (id === "email") {
      input.value = this.#email;
      input.setAttribute("autocapitalize", "none");
      input.spellcheck = false;
      input.addEventListener("input", () => {
        this.#email = input.value;
      });
    }
    if (type === "password") {
      control.append(this.#showButton(input));
    }
    const hint = field.autocomplete === "new-password" ? this.#text("passwordHint") : "";
    const note = make("p", { className: "note", id: `${id}-note`, part: "note" }, hint);
    const error = make("p", { className: "note error", id: `${id}-error`, part: "error" });
    error.setAttribute("aria-live", "polite");
    input.setAttribute("aria-describedby", `${id}-error ${id}-note`);
    const say = (text: string): void => {
      error.textContent = text;
      input.setAttribute("aria-invalid", String(text !== ""));
    };
    return { field, input, row: make("div", {}, label, control, error, note), say };
  }

  #showButton(input: HTMLInputElement): HTMLElement {
    const button = make("button", { className: "show", type: "button" }, this.#text("show"));
    button.setAttribute("aria-label", this.#text("showPassword"));
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      const shown = input.type === "password";
      input.type = shown ? "text" : "password";
      button.textContent = this.#text(shown ? "hide" : "show");
      button.setAttribute("aria-pressed", String(shown));
    });
    return button;
  }

  #links(links: Form["links"]): HTMLElement {
    const nav = make("div", { className: "links" });
    for (const [text, view] of links) {
      if (this.#form(view)?.action) {
        const link = make("button", { className: "link", part: "link", type: "button" }, text);
        link.addEventListener("click", () => this.#show(view));
        nav.append(link);
      }
    }
    return nav;
  }

  #signedIn(): HTMLElement {
    const inside = slot("signed-in");
    const { signOut } = AuthLoginElement.#actions;
    if (signOut !== undefined) {
      const button = make("button", { className: "submit", part: "submit", type: "button" });
      button.textContent = this.#text("signOut");
      const alert = make("div", { className: "alert", part: "alert" });
      alert.setAttribute("role", "alert");
      button.addEventListener("click", () => {
        signOut(this.client).then(
          () => {
            this.#emit("auth-signed-out", undefined);
            this.#show("signIn");
          },
          (error: unknown) => {
            alert.textContent = this.#trouble(error);
          },
        );
      });
      inside.append(make("form", {}, alert, button));
    }
    return inside;
  }

  /** Does what the form is for. What it gives back is to be complained about. */
  async #submit(
    action: LoginAction,
    formFields: readonly { id: string; value: string }[],
  ): Promise<Answer | undefined> {
    const view = this.#view;
    const token = new URLSearchParams(location.search).get("token") ?? undefined;
    const request = view === "reset" ? { formFields, token, method: "token" } : { formFields };
    const answer = (await action(this.client, request as never)) as Answer;
    if (answer.status !== "OK") {
      return answer;
    }
    if (view === "forgot") {
      this.#show("sent");
    } else if (view === "reset") {
      // The token is spent: nobody should find it in the history.
      history.replaceState(history.state, "", location.pathname);
      this.#show("done");
    } else {
      await this.#succeed(view === "signUp");
    }
    return undefined;
  }

  async #succeed(signedUp: boolean): Promise<void> {
    const session = await this.client.getSession();
    const detail: LoginSuccess = { session, signedUp };
    this.#show("signedIn");
    const target = this.getAttribute("redirect-to");
    if (this.#emit("auth-success", detail) && target !== null) {
      const url = new URL(target, location.href);
      if (url.origin === location.origin) {
        location.assign(url);
      }
    }
  }

  #said(text: string | undefined): string {
    return (text && (this.#messages[text] ?? text)) || this.#text("trouble");
  }

  #complaint(answer: Answer | undefined): string {
    switch (answer?.status) {
      case undefined:
        return answer === undefined ? "" : this.#text("trouble");
      case "FIELD_ERROR":
        return "";
      case "WRONG_CREDENTIALS_ERROR":
        return this.#text("wrongCredentials");
      case "RESET_PASSWORD_INVALID_TOKEN_ERROR":
        return this.#text("invalidLink");
      default:
        return this.#said(answer?.reason ?? answer?.failureReason ?? answer?.message);
    }
  }

  #trouble(error: unknown): string {
    if (error instanceof NetworkError || error instanceof TimeoutError) {
      return this.#text("offline");
    }
    return this.#text(error instanceof ApiError && error.status === 429 ? "tooMany" : "trouble");
  }
}

function focusFirstInvalid(form: HTMLFormElement): boolean {
  const input = form.querySelector<HTMLInputElement>("[aria-invalid=true]");
  input?.focus();
  return input !== null;
}

function slot(name: string): HTMLSlotElement {
  return make("slot", { name });
}

/** An element with its properties and children. */
function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  { part, ...properties }: Partial<Omit<HTMLElementTagNameMap[Tag], "part">> & { part?: string },
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = Object.assign(document.createElement(tag), properties);
  if (part !== undefined) {
    element.setAttribute("part", part);
  }
  element.append(...children);
  return element;
}
