/** What an element shows: one view, and at most one running action, which a button of it has started. */
import type { Problem, View } from "./flow.js";
import { type Tools } from "./render.js";
import type { COMMON_TEXTS } from "./texts.js";
/** The shadow root of one element. */
export declare class Stage {
  #private;
  /** `fail` gets what an action has thrown; the user sees a text about it. */
  constructor(host: HTMLElement, texts: () => typeof COMMON_TEXTS, fail: (error: unknown) => void);
  /** Whether an action runs. */
  get isBusy(): boolean;
  /** Shows that there is nothing to show yet. */
  wait(): void;
  /** Draws the view of this name. Where it is shown already, its inputs and messages stay. */
  draw(name: string, view: View, tools: Omit<Tools, "texts" | "run">, focus: boolean): void;
  /** Runs an action, unless another one runs, and shows its outcome. */
  run(work: () => Promise<Problem>): void;
  /** Shows what is wrong. */
  showProblem(problem: Problem): void;
  /** Shows a text that is no problem, as soon as the running action is done. */
  showNotice(text: string): void;
}
