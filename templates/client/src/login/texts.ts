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

/**
 * Texts to use instead, by name. A text that comes from the server (why a password is too weak) is
 * looked up as well, whole, as it came.
 */
export type Messages = Readonly<Record<string, string | undefined>>;

/** A text with values in place of its `{names}`; values are not searched for names again. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole,
  );
}
