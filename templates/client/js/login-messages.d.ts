/** What `<auth-login>` says, in English. */
/**
 * Every text of the form. Replace some or all through the element's `messages`. A text that comes
 * from the server (why a password is too weak) is looked up there as well, whole, as it came.
 */
export declare const MESSAGES: {
    signInTitle: string;
    signInHint: string;
    signUpTitle: string;
    signUpHint: string;
    forgotTitle: string;
    forgotHint: string;
    resetTitle: string;
    resetHint: string;
    sentTitle: string;
    sentHint: string;
    doneTitle: string;
    doneHint: string;
    signedInTitle: string;
    signedInHint: string;
    email: string;
    password: string;
    newPassword: string;
    passwordHint: string;
    show: string;
    hide: string;
    showPassword: string;
    signIn: string;
    signUp: string;
    sendLink: string;
    setPassword: string;
    signOut: string;
    toSignIn: string;
    toSignUp: string;
    toSignInFromSignUp: string;
    toForgot: string;
    working: string;
    missing: string;
    wrongCredentials: string;
    invalidLink: string;
    offline: string;
    tooMany: string;
    trouble: string;
};
/** Texts to use instead, by name, or by what the server says. */
export type Messages = {
    readonly [Name in keyof typeof MESSAGES]?: string;
} & {
    readonly [text: string]: string | undefined;
};
