/** What an element shows: one view, and at most one thing at work that a button of it has begun. */
import type { Trouble, View } from "./flow.js";
import { type Tools } from "./render.js";
import type { COMMON_TEXTS } from "./texts.js";
/** The shadow root of one element. */
export declare class Stage {
  #private;
  /** `fail` gets what was thrown at work; the user sees an excuse for it. */
  constructor(host: HTMLElement, texts: () => typeof COMMON_TEXTS, fail: (error: unknown) => void);
  /** Something is at work. */
  get isBusy(): boolean;
  /** Shows that there is nothing to show yet. */
  wait(): void;
  /** Draws the view of this name. Where it is shown already, what was typed and said stays. */
  draw(name: string, view: View, tools: Omit<Tools, "texts" | "run">, focus: boolean): void;
  /** Does something, unless something else is at work, and says what came of it. */
  run(work: () => Promise<Trouble>): void;
  /** Says what is wrong. */
  say(trouble: Trouble): void;
  /** Says something that is no trouble, as soon as what is at work is done. */
  tell(text: string): void;
}
