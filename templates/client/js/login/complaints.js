/** What `<auth-login>` says, and whose words it uses. */
import { ApiError, NetworkError, TimeoutError } from "../errors.js";
/** The texts of a part, with the page's own in place of some. */
export function textsOf(defaults, messages) {
  const own = Object.keys(defaults).map((name) => [name, messages[name]]);
  const given = Object.fromEntries(own.filter(([, text]) => text !== undefined));
  return { ...defaults, ...given };
}
/** What an answer has to say that no login method knows better. */
export function complaintOf(
  { status, formFields = [], reason, failureReason, message },
  messages,
  { trouble },
) {
  const said = (text) => (text && (messages[text] ?? text)) || trouble;
  if (status === "FIELD_ERROR" && formFields.length > 0) {
    return formFields.map(({ id, error }) => ({ id, error: said(error) }));
  }
  return said(reason ?? failureReason ?? message);
}
/** What to say where there is no answer, or one that is no use. */
export function excuseFor(error, texts) {
  if (error instanceof NetworkError || error instanceof TimeoutError) {
    return texts.offline;
  }
  return error instanceof ApiError && error.status === 429 ? texts.tooMany : texts.trouble;
}
