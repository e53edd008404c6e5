/** What `<auth-login>` says, in English. */

/**
 * Every text of the form. Replace some or all through the element's `messages`. A text that comes
 * from the server (why a password is too weak) is looked up there as well, whole, as it came.
 */
export const MESSAGES = {
  signInTitle: "Sign in",
  signInHint: "Welcome back.",
  signUpTitle: "Create your account",
  signUpHint: "It takes an email address and a password.",
  forgotTitle: "Reset your password",
  forgotHint: "We send you a link to choose a new one.",
  resetTitle: "Choose a new password",
  resetHint: "The link works once.",
  sentTitle: "Look into your mail",
  sentHint: "If {email} has an account, a link to reset its password is on its way.",
  doneTitle: "Your password is set",
  doneHint: "Sign in with it now.",
  signedInTitle: "You are signed in",
  signedInHint: "",
  email: "Email",
  password: "Password",
  newPassword: "New password",
  passwordHint: "At least 8 characters, with a letter and a digit.",
  show: "Show",
  hide: "Hide",
  showPassword: "Show password",
  signIn: "Sign in",
  signUp: "Create account",
  sendLink: "Send the link",
  setPassword: "Set password",
  signOut: "Sign out",
  toSignIn: "Back to sign in",
  toSignUp: "Create an account",
  toSignInFromSignUp: "I have an account",
  toForgot: "Forgot your password?",
  working: "One moment…",
  missing: "This is needed.",
  wrongCredentials: "The email address or the password is wrong.",
  invalidLink: "This link was used already or is too old. Ask for a new one.",
  offline: "The server does not answer. Are you online?",
  tooMany: "Too many tries. Wait a moment and try again.",
  trouble: "Something went wrong. Try again later.",
};

/** Texts to use instead, by name, or by what the server says. */
export type Messages = { readonly [Name in keyof typeof MESSAGES]?: string } & {
  readonly [text: string]: string | undefined;
};
