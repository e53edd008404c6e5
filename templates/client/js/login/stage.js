/** What an element shows: one view, and at most one thing at work that a button of it has begun. */
import { excuseFor } from "./complaints.js";
import { draw, make } from "./render.js";
/** The shadow root of one element. */
export class Stage {
  #host;
  #texts;
  #fail;
  #drawn;
  #drawnView;
  #isBusy = false;
  #told = "";
  /** `fail` gets what was thrown at work; the user sees an excuse for it. */
  constructor(host, texts, fail) {
    this.#host = host;
    this.#texts = texts;
    this.#fail = fail;
  }
  /** Something is at work. */
  get isBusy() {
    return this.#isBusy;
  }
  /** Shows that there is nothing to show yet. */
  wait() {
    const wait = make("p", { className: "hint", role: "status" }, this.#texts().working);
    const card = make("section", { className: "card", part: "card" }, wait);
    this.#host.shadowRoot?.replaceChildren(card);
  }
  /** Draws the view of this name. Where it is shown already, what was typed and said stays. */
  draw(name, view, tools, focus) {
    const root = this.#host.shadowRoot;
    if (root === null) {
      return;
    }
    const focused = root.activeElement?.id;
    const run = (work) => this.run(work);
    this.#drawn = draw(view, { ...tools, texts: this.#texts(), run });
    const before = root.firstElementChild;
    root.replaceChildren(this.#drawn.card);
    this.#drawn.setBusy(this.#isBusy);
    if (this.#drawnView === name && before) {
      this.#drawn.takeOver(before, focused);
    }
    this.#drawnView = name;
    if (focus) {
      this.#drawn.focus();
    }
  }
  /** Does something, unless something else is at work, and says what came of it. */
  run(work) {
    if (this.#isBusy) {
      return;
    }
    this.#isBusy = true;
    this.#told = "";
    this.#drawn?.setBusy(true);
    void work()
      .catch((error) => {
        this.#fail(error);
        return excuseFor(error, this.#texts());
      })
      .then((trouble) => {
        this.#isBusy = false;
        this.#drawn?.setBusy(false);
        if (trouble !== undefined) {
          this.#drawn?.say(trouble);
        }
        this.#drawn?.tell(this.#told);
      });
  }
  /** Says what is wrong. */
  say(trouble) {
    this.#drawn?.say(trouble);
  }
  /** Says something that is no trouble, as soon as what is at work is done. */
  tell(text) {
    this.#told = text;
  }
}
