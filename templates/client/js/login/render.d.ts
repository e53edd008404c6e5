/**
 * A view as elements. Every field has a label, every error is announced and tied to its field, the
 * keyboard reaches everything; nothing is written as HTML, so no text from anywhere can become markup.
 */
import type { Choice, Problem, View } from "./flow.js";
import type { COMMON_TEXTS } from "./texts.js";
/** What drawing needs beside the view. */
export interface Tools {
  readonly texts: typeof COMMON_TEXTS;
  readonly choices: readonly Choice[];
  /** What the user typed last into a field for an address. */
  readonly contact: string;
  readonly onContact: (contact: string) => void;
  /** Runs the action of a button, one at a time. */
  readonly run: (work: () => Promise<Problem>) => void;
  readonly go: (view: string) => void;
}
/** A view on the page. */
export interface Drawn {
  readonly card: HTMLElement;
  readonly showProblem: (problem: Problem) => void;
  /** Shows a text that is no problem. */
  readonly showNotice: (text: string) => void;
  readonly setBusy: (isBusy: boolean) => void;
  readonly focus: () => void;
  /** Takes over inputs and messages from a card of the same view, and the focus. */
  readonly takeOver: (before: Element, focused: string | undefined) => void;
}
/** Draws a view. */
export declare function draw(view: View, tools: Tools): Drawn;
/** An element with its properties and children. */
export declare function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  {
    part,
    ...properties
  }: Partial<Omit<HTMLElementTagNameMap[Tag], "part">> & {
    part?: string;
  },
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag];
