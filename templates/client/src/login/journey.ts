/**
 * The navigation of `<auth-login>`: which view is shown, what leads to the next one, and which steps
 * remain after the sign-in.
 */

import { ApiError } from "../errors.js";
import type { AuthClient, Session, SessionEvent } from "../session.js";
import { problemOf, textsOf } from "./problems.js";
import type { Host, LoginDefinition, LoginSuccess } from "./definition.js";
import type {
  Action,
  Answer,
  Choice,
  Flow,
  LoginField,
  LoginMethod,
  Offer,
  Provider,
  Problem,
  View,
} from "./flow.js";
import { readOffer } from "./offer.js";
import { targetOf } from "./page.js";
import { make } from "./render.js";
import { Stage } from "./stage.js";
import { COMMON_TEXTS } from "./texts.js";

/** The views that an attribute or the page's address may ask for. */
const PUBLIC_VIEWS = ["signIn", "signUp", "forgot", "code", "passkey"];

/** One element's way. */
export class Journey implements Flow {
  view = "signIn";
  contact = "";
  tenantId: string | undefined;
  readonly #host: Host;
  readonly #api: LoginDefinition;
  readonly #stage: Stage;
  #offered: Offer | undefined;
  /** Whether the view is for a signed-in user. */
  #isInside = false;
  #hasSignedUp = false;
  /** The user about whom the methods keep something. */
  #userId: string | undefined;
  #turn = 0;
  /** The view that the page has asked for before there was anything to show. */
  #requestedView: string | undefined;
  /** The address that the view of the beginning belongs to. */
  #address: string | undefined;

  constructor(host: Host, api: LoginDefinition) {
    this.#host = host;
    this.#api = api;
    this.#stage = new Stage(
      host,
      () => this.#common,
      (error) => this.emit("auth-error", error),
    );
  }

  get element(): HTMLElement {
    return this.#host;
  }
  get client(): AuthClient {
    return this.#host.client;
  }
  get signUpFields(): readonly LoginField[] {
    return this.#host.signUpFields;
  }
  get websiteBasePath(): string {
    return this.#api.websiteBasePath;
  }
  get offer(): Offer {
    return this.#offered ?? { providers: [] as readonly Provider[] };
  }
  get start(): string {
    return this.#methods.find(({ start }) => start !== undefined)?.start ?? "signIn";
  }

  /** The methods that the server has switched on, as far as it says so. */
  get #methods(): readonly LoginMethod[] {
    const on = this.#offered?.firstFactors;
    return this.#api.methods.filter(
      ({ factors }) => !on || !factors || factors.some((factor) => on.includes(factor)),
    );
  }

  get #common(): typeof COMMON_TEXTS {
    return this.texts(COMMON_TEXTS);
  }

  /** The element has come into a page, or has been moved in it: then everything stays as it is. */
  async connect(): Promise<void> {
    if (this.#address !== location.href || this.#offered === undefined) {
      return this.begin();
    }
    // Events may have been missed in between.
    const session = await this.client.getSession();
    if (this.#isInside && session === undefined) {
      this.#isInside = false;
      this.#go(this.start, false);
    } else if (!this.#isInside) {
      await this.#settle();
    }
  }

  /** Begins with the view that the address, the page or the API asks for. */
  async begin(): Promise<void> {
    const turn = (this.#turn += 1);
    const address = new URL(location.href);
    this.#address = location.href;
    this.#isInside = false;
    const ofMethods = this.#api.methods.map(({ tenantOf }) => tenantOf?.(address));
    const returning = ofMethods.find((tenant) => tenant !== undefined);
    const tenantId = returning ?? address.searchParams.get("tenantId") ?? undefined;
    if (tenantId !== this.tenantId) {
      // Each tenant has methods of its own.
      this.tenantId = tenantId;
      this.#offered = undefined;
    }
    const { loginMethods } = this.#api;
    if (loginMethods && this.#offered === undefined) {
      this.#stage.wait();
    }
    const listed = this.#host.getAttribute("providers");
    const offer =
      this.#offered ?? (await readOffer(loginMethods, this.client, listed, { tenantId }));
    if (turn !== this.#turn) {
      return;
    }
    this.#offered = offer;
    const arrived = this.#methods
      .map(({ arrive }) => arrive?.(this, address))
      .find((view) => view !== undefined);
    const name = this.#host.getAttribute("view") ?? address.searchParams.get("show");
    const named = PUBLIC_VIEWS.find((view) => view.toLowerCase() === name?.toLowerCase());
    const requested = [this.#requestedView, named].find(
      (view) => view !== undefined && this.has(view),
    );
    this.#requestedView = undefined;
    this.view = arrived ?? requested ?? this.start;
    this.render(this.#host.hasAttribute("autofocus"));
    this.#enter();
    if (arrived === undefined) {
      await this.#settle();
    }
  }

  /** Something has happened to the session, here or in another tab. */
  hear({ type }: SessionEvent): void {
    // While the action of a form runs, it decides which view is next.
    if ((type === "created" || type === "claimsRefused") && !this.#stage.isBusy) {
      void this.#settle();
    } else if (type === "signedOut" || type === "expired") {
      this.#belongTo(undefined);
      if (this.#isInside) {
        this.#isInside = false;
        this.#go(this.start, false);
      }
    }
  }

  /** Where the user is signed in already: shows that, or the next step. */
  async #settle(): Promise<void> {
    const { client, view } = this;
    const session = await client.checkSession().catch(() => client.getSession());
    if (session === undefined || client !== this.client) {
      return;
    }
    const next = (await this.#pending(session).catch(() => undefined)) ?? "signedIn";
    // The request for the pending steps may have shown that the server has ended the session.
    if ((await client.getSession()) === undefined) {
      return;
    }
    if (this.view === view && next !== view && !this.#stage.isBusy) {
      this.#isInside = true;
      this.#go(next, false);
      if (next === "signedIn") {
        await this.#leaveAgain();
      }
    }
  }

  /**
   * Follows `redirect-to` for a user who was signed in before. The API is asked first: with a session that
   * it has ended, the other page would redirect here again, without end.
   */
  async #leaveAgain(): Promise<void> {
    const isAlive = this.#target && (await this.client.refresh().catch(() => false));
    if (isAlive && this.#isInside && this.view === "signedIn") {
      this.#leave();
    }
  }

  /** Where `redirect-to` leads, if not to this very page. */
  get #target(): URL | undefined {
    const target = targetOf(this.#host.getAttribute("redirect-to"));
    return target?.href === location.href ? undefined : target;
  }

  #leave(): void {
    const target = this.#target;
    if (target) {
      location.assign(target);
    }
  }

  async #pending(session: Session): Promise<string | undefined> {
    this.#belongTo(session.userId);
    for (const { pending } of this.#methods) {
      const view = await pending?.(this, session).catch(noSuchStep);
      if (view !== undefined) {
        return view;
      }
    }
    return undefined;
  }

  /** Deletes what is kept about another user. */
  #belongTo(userId: string | undefined): void {
    if (userId !== this.#userId) {
      this.#userId = userId;
      this.#hasSignedUp = false;
      for (const { forget } of this.#api.methods) {
        forget?.(this);
      }
    }
  }

  async succeed(signedUp: boolean): Promise<undefined> {
    const session = await this.client.getSession();
    if (session === undefined) {
      this.#go(this.start);
      return;
    }
    this.#belongTo(session.userId);
    this.#hasSignedUp ||= signedUp;
    const next = await this.#pending(session);
    this.#isInside = true;
    this.#go(next ?? "signedIn");
    if (next !== undefined) {
      return;
    }
    const detail: LoginSuccess = {
      // The step may have changed it.
      session: await this.client.getSession(),
      signedUp: this.#hasSignedUp,
    };
    this.#hasSignedUp = false;
    if (this.emit("auth-success", detail)) {
      this.#leave();
    }
  }

  readonly signOut = async (): Promise<Problem> => {
    const { signOut } = this.#api;
    // The event of this sign-out must not show the next view too: that one would be drawn twice, and
    // what the user does with the first would be lost.
    this.#isInside = false;
    try {
      await (signOut ? signOut(this.client) : this.client.forget());
    } catch (error) {
      this.#isInside = true;
      throw error;
    }
    this.emit("auth-signed-out", undefined);
    this.#go(this.start);
    return undefined;
  };

  texts<Texts extends object>(defaults: Texts): Texts {
    return textsOf(defaults, this.#host.messages);
  }

  has(view: string): boolean {
    return view === this.start || this.#methods.some(({ views }) => view in views);
  }

  /** The page asks for a view; before the first one is shown, the request is kept. */
  ask(view: string): void {
    if (this.#offered === undefined || !this.#host.isConnected) {
      this.#requestedView = view;
      this.#address = undefined;
      this.view = view;
    } else if (view !== this.view) {
      this.show(view);
    }
  }

  show(view: string, problem?: string): void {
    this.#go(view);
    this.#stage.showProblem(problem);
  }

  redraw(): void {
    this.render(true);
  }

  showNotice(text: string): void {
    this.#stage.showNotice(text);
  }

  emit(type: string, detail: unknown): boolean {
    const options = { bubbles: true, composed: true, cancelable: true, detail };
    return this.#host.dispatchEvent(new CustomEvent(type, options));
  }

  async call<Result extends Answer>(action: Action, request: object): Promise<Result> {
    const { tenantId } = this;
    return (await action(this.client, request as never, { tenantId })) as Result;
  }

  problemOf(answer: Answer): Problem {
    return problemOf(answer, this.#host.messages, this.#common);
  }

  #go(view: string, focus = true): void {
    this.view = view;
    this.render(focus);
    this.emit("auth-view", { view });
    this.#enter();
  }

  /** Runs the action of a view that starts when it is shown. */
  #enter(): void {
    const { enter } = this.#viewNow();
    if (enter) {
      // The action that led to the view may still run.
      setTimeout(() => this.#stage.run(enter));
    }
  }

  #viewNow(): View {
    const { view } = this;
    const made = this.#methods.find(({ views }) => view in views)?.views[view]?.(this);
    const { startTitle, signedInTitle, signedInHint } = this.#common;
    return (
      made ??
      (view === "signedIn"
        ? { title: signedInTitle, hint: signedInHint, content: this.#signedIn() }
        : { title: startTitle, hasChoices: true })
    );
  }

  #signedIn(): HTMLElement {
    const inside = make("slot", { name: "signed-in" });
    if (this.#api.signOut) {
      const properties = { className: "submit", part: "submit", type: "button" } as const;
      const button = make("button", properties, this.#common.signOut);
      button.addEventListener("click", () => this.#stage.run(this.signOut));
      inside.append(make("div", { className: "actions" }, button));
    }
    return inside;
  }

  /** Draws the view, once it is known which methods there are. */
  render(focus: boolean): void {
    if (this.#offered === undefined) {
      return;
    }
    const view = this.#viewNow();
    const isKnown = ({ act }: Choice): boolean => typeof act !== "string" || this.has(act);
    const choices = this.#methods.flatMap(({ choices }) => choices?.(this, this.view) ?? []);
    this.#stage.draw(
      this.view,
      { ...view, links: (view.links ?? []).filter(isKnown) },
      {
        choices: view.hasChoices ? choices.filter(isKnown) : [],
        contact: this.contact,
        onContact: (contact) => {
          this.contact = contact;
        },
        go: (next) => this.#go(next),
      },
      focus,
    );
  }
}

/** A server without the operation that reports a step has no such step. */
function noSuchStep(error: unknown): undefined {
  if (!(error instanceof ApiError && error.status === 404)) {
    throw error;
  }
}
