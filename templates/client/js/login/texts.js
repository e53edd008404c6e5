/** The texts of `<auth-login>` that belong to no login method, in English. */
export const COMMON_TEXTS = {
  startTitle: "Sign in",
  signedInTitle: "You are signed in",
  signedInHint: "",
  signOut: "Sign out",
  or: "or",
  show: "Show",
  hide: "Hide",
  showPassword: "Show password",
  working: "One moment…",
  missing: "This is needed.",
  offline: "The server does not answer. Are you online?",
  tooMany: "Too many tries. Wait a moment and try again.",
  trouble: "Something went wrong. Try again later.",
};
/** A text with values in place of its `{names}`; values are not searched for names again. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole,
  );
}
