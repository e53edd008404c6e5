/** The texts with which `<auth-login>` reports problems. */
import { ApiError, NetworkError, TimeoutError } from "../errors.js";
/** The texts of a part, with the page's own in place of some. */
export function textsOf(defaults, messages) {
  const own = Object.keys(defaults).map((name) => [name, messages[name]]);
  const given = Object.fromEntries(own.filter(([, text]) => text !== undefined));
  return { ...defaults, ...given };
}
/** The problem that an answer reports, where a login method has no text of its own for it. */
export function problemOf(
  { status, formFields = [], reason, failureReason, message },
  messages,
  { trouble },
) {
  const shown = (text) => (text && (messages[text] ?? text)) || trouble;
  if (status === "FIELD_ERROR" && formFields.length > 0) {
    return formFields.map(({ id, error }) => ({ id, error: shown(error) }));
  }
  return shown(reason ?? failureReason ?? message);
}
/** The text where there is no answer, or one that cannot be used. */
export function messageFor(error, texts) {
  if (error instanceof NetworkError || error instanceof TimeoutError) {
    return texts.offline;
  }
  return error instanceof ApiError && error.status === 429 ? texts.tooMany : texts.trouble;
}
