/** What an element shows: one view, and at most one running action, which a button of it has started. */
import { messageFor } from "./problems.js";
import { draw, make } from "./render.js";
/** The shadow root of one element. */
export class Stage {
  #host;
  #texts;
  #fail;
  #drawn;
  #drawnView;
  #isBusy = false;
  #notice = "";
  /** `fail` gets what an action has thrown; the user sees a text about it. */
  constructor(host, texts, fail) {
    this.#host = host;
    this.#texts = texts;
    this.#fail = fail;
  }
  /** Whether an action runs. */
  get isBusy() {
    return this.#isBusy;
  }
  /** Shows that there is nothing to show yet. */
  wait() {
    const wait = make("p", { className: "hint", role: "status" }, this.#texts().working);
    const card = make("section", { className: "card", part: "card" }, wait);
    this.#host.shadowRoot?.replaceChildren(card);
  }
  /** Draws the view of this name. Where it is shown already, its inputs and messages stay. */
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
  /** Runs an action, unless another one runs, and shows its outcome. */
  run(work) {
    if (this.#isBusy) {
      return;
    }
    this.#isBusy = true;
    this.#notice = "";
    this.#drawn?.setBusy(true);
    void work()
      .catch((error) => {
        this.#fail(error);
        return messageFor(error, this.#texts());
      })
      .then((problem) => {
        this.#isBusy = false;
        this.#drawn?.setBusy(false);
        if (problem !== undefined) {
          this.#drawn?.showProblem(problem);
        }
        this.#drawn?.showNotice(this.#notice);
      });
  }
  /** Shows what is wrong. */
  showProblem(problem) {
    this.#drawn?.showProblem(problem);
  }
  /** Shows a text that is no problem, as soon as the running action is done. */
  showNotice(text) {
    this.#notice = text;
  }
}
