/**
 * `<auth-login>`: signing in and up, and what comes after that, as one element without dependencies.
 * It shows only what the API can do: each login method is a module of its own.
 */
var _a;
import { Journey } from "./journey.js";
import { STYLE } from "./style.js";
// Servers have no elements; there the class can be imported, and is never instantiated.
const Base = globalThis.HTMLElement ?? Object;
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
  static #api;
  static #shared;
  /** Defines the element for an API; the first definition counts. */
  static define(api, name = "auth-login") {
    if (typeof customElements !== "undefined" && customElements.get(name) === undefined) {
      _a.#api = api;
      customElements.define(name, _a);
    }
  }
  #journey = new Journey(this, apiOf(_a.#api));
  #client;
  #messages = {};
  #signUpFields = [];
  #stop;
  /** The client to use: set it before the element is in the page, or leave it to appInfo. */
  get client() {
    const make = () => apiOf(_a.#api).newClient();
    return (this.#client ??= _a.#shared ??= make());
  }
  set client(client) {
    const before = this.#client;
    // Frameworks write an empty text where there is nothing.
    this.#client = client || undefined;
    if (this.isConnected && this.#client !== before) {
      this.#listen();
      void this.#journey.begin();
    }
  }
  /** Texts to use instead of `MESSAGES`. */
  get messages() {
    return this.#messages;
  }
  set messages(messages) {
    if (!isEqual(this.#messages, messages)) {
      this.#messages = messages || {};
      this.#journey.render(false);
    }
  }
  /** Further fields of the form to sign up, beside email and password. */
  get signUpFields() {
    return this.#signUpFields;
  }
  set signUpFields(fields) {
    if (!isEqual(this.#signUpFields, fields)) {
      this.#signUpFields = fields || [];
      this.#journey.render(false);
    }
  }
  /** What is shown; setting it goes there. */
  get view() {
    return this.#journey.view;
  }
  set view(view) {
    if (view) {
      this.#journey.ask(view);
    }
  }
  connectedCallback() {
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
  #upgrade() {
    const own = this;
    for (const name of ["client", "messages", "signUpFields", "view"]) {
      if (Object.hasOwn(own, name)) {
        const value = own[name];
        // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- one of the four above
        delete own[name];
        own[name] = value;
      }
    }
  }
  disconnectedCallback() {
    this.#stop?.();
    this.#stop = undefined;
  }
  #listen() {
    this.#stop?.();
    this.#stop = this.client.onSession((event) => this.#journey.hear(event));
  }
}
_a = AuthLoginElement;
/** Frameworks set a property with each rendering, to an equal object. */
function isEqual(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
function apiOf(api) {
  if (api === undefined) {
    throw new Error("<auth-login> is not defined for an API: import the entry `login`");
  }
  return api;
}
