/**
 * `<auth-login>`: signing in and up, and what comes after that, as one element without dependencies.
 * It shows only what the API can do: each login method is a module of its own.
 */

import type { AuthClient } from "../session.js";
import type { LoginDefinition } from "./definition.js";
import type { LoginField } from "./flow.js";
import { Journey } from "./journey.js";
import { STYLE } from "./style.js";
import type { Messages } from "./texts.js";

export type { LoginDefinition, LoginSuccess } from "./definition.js";
export type { LoginField } from "./flow.js";

// Servers have no elements; there the class can be imported, and is never instantiated.
const Base =
  (globalThis as { HTMLElement?: typeof HTMLElement }).HTMLElement ??
  (Object as unknown as typeof HTMLElement);

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
export class AuthLoginElement extends Base {
  static #api: LoginDefinition | undefined;
  static #shared: AuthClient | undefined;

  /** Defines the element for an API; the first definition counts. */
  static define(api: LoginDefinition, name = "auth-login"): void {
    if (typeof customElements !== "undefined" && customElements.get(name) === undefined) {
      AuthLoginElement.#api = api;
      customElements.define(name, AuthLoginElement);
    }
  }

  readonly #journey = new Journey(this, apiOf(AuthLoginElement.#api));
  #client: AuthClient | undefined;
  #messages: Messages = {};
  #signUpFields: readonly LoginField[] = [];
  #stop: (() => void) | undefined;

  /** The client to use: set it before the element is in the page, or leave it to appInfo. */
  get client(): AuthClient {
    const make = (): AuthClient => apiOf(AuthLoginElement.#api).newClient();
    return (this.#client ??= AuthLoginElement.#shared ??= make());
  }
  set client(client: AuthClient | "" | null | undefined) {
    const before = this.#client;
    // Frameworks write an empty text where there is nothing.
    this.#client = client || undefined;
    if (this.isConnected && this.#client !== before) {
      this.#listen();
      void this.#journey.begin();
    }
  }

  /** Texts to use instead of `MESSAGES`. */
  get messages(): Messages {
    return this.#messages;
  }
  set messages(messages: Messages | "" | null | undefined) {
    if (!isEqual(this.#messages, messages)) {
      this.#messages = messages || {};
      this.#journey.render(false);
    }
  }

  /** Further fields of the form to sign up, beside email and password. */
  get signUpFields(): readonly LoginField[] {
    return this.#signUpFields;
  }
  set signUpFields(fields: readonly LoginField[] | "" | null | undefined) {
    if (!isEqual(this.#signUpFields, fields)) {
      this.#signUpFields = fields || [];
      this.#journey.render(false);
    }
  }

  /** What is shown; setting it goes there. */
  get view(): string {
    return this.#journey.view;
  }
  set view(view: string | null | undefined) {
    if (view) {
      this.#journey.ask(view);
    }
  }

  connectedCallback(): void {
    this.#upgrade();
    if (this.shadowRoot === null) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
    }
    this.#listen();
    void this.#journey.connect();
  }

  /** Properties that were set before the class was defined hide those of the class. */
  #upgrade(): void {
    const own = this as Record<string, unknown>;
    for (const name of ["client", "messages", "signUpFields", "view"]) {
      if (Object.hasOwn(own, name)) {
        const value = own[name];
        // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- one of the four above
        delete own[name];
        own[name] = value;
      }
    }
  }

  disconnectedCallback(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  #listen(): void {
    this.#stop?.();
    this.#stop = this.client.onSession((event) => this.#journey.hear(event));
  }
}

/** Frameworks set a property with each rendering, to an equal object. */
function isEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function apiOf(api: LoginDefinition | undefined): LoginDefinition {
  if (api === undefined) {
    throw new Error("<auth-login> is not defined for an API: import the entry `login`");
  }
  return api;
}
