/** The texts with which `<auth-login>` reports problems. */
import type { Answer, Problem } from "./flow.js";
import type { COMMON_TEXTS, Messages } from "./texts.js";
/** The texts of a part, with the page's own in place of some. */
export declare function textsOf<Texts extends object>(defaults: Texts, messages: Messages): Texts;
/** The problem that an answer reports, where a login method has no text of its own for it. */
export declare function problemOf(
  { status, formFields, reason, failureReason, message }: Answer,
  messages: Messages,
  { trouble }: typeof COMMON_TEXTS,
): Problem;
/** The text where there is no answer, or one that cannot be used. */
export declare function messageFor(error: unknown, texts: typeof COMMON_TEXTS): string;
