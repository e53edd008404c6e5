/** What `<auth-login>` says, and whose words it uses. */
import type { Answer, Trouble } from "./flow.js";
import type { COMMON_TEXTS, Messages } from "./texts.js";
/** The texts of a part, with the page's own in place of some. */
export declare function textsOf<Texts extends object>(defaults: Texts, messages: Messages): Texts;
/** What an answer has to say that no login method knows better. */
export declare function complaintOf(
  { status, formFields, reason, failureReason, message }: Answer,
  messages: Messages,
  { trouble }: typeof COMMON_TEXTS,
): Trouble;
/** What to say where there is no answer, or one that is no use. */
export declare function excuseFor(error: unknown, texts: typeof COMMON_TEXTS): string;
