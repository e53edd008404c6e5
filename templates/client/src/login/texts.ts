/** What `<auth-login>` says whatever its methods are, in English. */
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
