/** The texts of `<auth-login>` that belong to no login method, in English. */
export declare const COMMON_TEXTS: {
  startTitle: string;
  signedInTitle: string;
  signedInHint: string;
  signOut: string;
  or: string;
  show: string;
  hide: string;
  showPassword: string;
  working: string;
  missing: string;
  offline: string;
  tooMany: string;
  trouble: string;
};
/**
 * Texts to use instead, by name. A text that comes from the server (why a password is too weak) is
 * looked up as well, whole, as it came.
 */
export type Messages = Readonly<Record<string, string | undefined>>;
/** A text with values in place of its `{names}`; values are not searched for names again. */
export declare function fill(
  text: string,
  values: Readonly<Record<string, string | number>>,
): string;
