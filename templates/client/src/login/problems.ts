/** The texts with which `<auth-login>` reports problems. */

import { ApiError, NetworkError, TimeoutError } from "../errors.js";
import type { Answer, Problem } from "./flow.js";
import type { COMMON_TEXTS, Messages } from "./texts.js";

/** The texts of a part, with the page's own in place of some. */
export function textsOf<Texts extends object>(defaults: Texts, messages: Messages): Texts {
  const own = Object.keys(defaults).map((name) => [name, messages[name]] as const);
  const given = Object.fromEntries(own.filter(([, text]) => text !== undefined)) as Texts;
  return { ...defaults, ...given };
}

/** The problem that an answer reports, where a login method has no text of its own for it. */
export function problemOf(
  { status, formFields = [], reason, failureReason, message }: Answer,
  messages: Messages,
  { trouble }: typeof COMMON_TEXTS,
): Problem {
  const shown = (text: string | undefined): string => (text && (messages[text] ?? text)) || trouble;
  if (status === "FIELD_ERROR" && formFields.length > 0) {
    return formFields.map(({ id, error }) => ({ id, error: shown(error) }));
  }
  return shown(reason ?? failureReason ?? message);
}

/** The text where there is no answer, or one that cannot be used. */
export function messageFor(error: unknown, texts: typeof COMMON_TEXTS): string {
  if (error instanceof NetworkError || error instanceof TimeoutError) {
    return texts.offline;
  }
  return error instanceof ApiError && error.status === 429 ? texts.tooMany : texts.trouble;
}
