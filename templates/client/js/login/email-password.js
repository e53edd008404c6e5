/** Signing in and up with an email address and a password, and choosing a new password. */
import { forgetAddress } from "./page.js";
import { fill } from "./texts.js";
/** What it says, in English. */
export const EMAIL_PASSWORD_TEXTS = {
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
  email: "Email",
  password: "Password",
  newPassword: "New password",
  passwordHint: "At least 8 characters, with a letter and a digit.",
  signIn: "Sign in",
  signUp: "Create account",
  sendLink: "Send the link",
  setPassword: "Set password",
  toSignIn: "Back to sign in",
  toSignUp: "Create an account",
  toSignInFromSignUp: "I have an account",
  toForgot: "Forgot your password?",
  wrongCredentials: "The email address or the password is wrong.",
  invalidLink: "This link was used already or is too old. Ask for a new one.",
};
/** The login method. */
export function emailPassword(actions) {
  const { signIn, signUp, createPasswordResetToken, resetPassword } = actions;
  const texts = (flow) => flow.texts(EMAIL_PASSWORD_TEXTS);
  const email = (flow) => ({
    id: "email",
    label: texts(flow).email,
    type: "email",
    autocomplete: "username",
  });
  const password = (flow, isNew = true) => ({
    id: "password",
    label: texts(flow).password,
    type: "password",
    autocomplete: isNew ? "new-password" : "current-password",
    ...(isNew && { note: texts(flow).passwordHint }),
  });
  const toSignIn = (flow) => ({ text: texts(flow).toSignIn, act: flow.start });
  /** A form that sends its fields as `formFields`. */
  function form(flow, action, submit, fields, succeed, more = {}) {
    return {
      fields,
      submit,
      async send(values) {
        const formFields = fields.map(({ id }) => ({ id, value: values[id] }));
        const answer = await flow.call(action, { formFields, ...more });
        switch (answer.status) {
          case "OK":
            return succeed();
          case "WRONG_CREDENTIALS_ERROR":
            return texts(flow).wrongCredentials;
          case "RESET_PASSWORD_INVALID_TOKEN_ERROR":
            return texts(flow).invalidLink;
          default:
            return flow.problemOf(answer);
        }
      },
    };
  }
  return {
    factors: ["emailpassword"],
    ...((signIn ?? signUp) && { start: signIn ? "signIn" : "signUp" }),
    arrive(_, { pathname, searchParams }) {
      const isOther = /\/(verify-email|webauthn\/recover)$/.test(pathname);
      return searchParams.has("token") && !isOther && resetPassword ? "reset" : undefined;
    },
    views: {
      ...(signIn && {
        signIn(flow) {
          const t = texts(flow);
          const fields = [email(flow), password(flow, false)];
          return {
            title: t.signInTitle,
            hint: t.signInHint,
            form: form(flow, signIn, t.signIn, fields, () => flow.succeed(false)),
            hasChoices: true,
            links: [
              { text: t.toForgot, act: "forgot" },
              { text: t.toSignUp, act: "signUp" },
            ],
          };
        },
      }),
      ...(signUp && {
        signUp(flow) {
          const t = texts(flow);
          const fields = [email(flow), password(flow), ...flow.signUpFields];
          return {
            title: t.signUpTitle,
            hint: t.signUpHint,
            form: form(flow, signUp, t.signUp, fields, () => flow.succeed(true)),
            hasChoices: true,
            links: [{ text: t.toSignInFromSignUp, act: "signIn" }],
          };
        },
      }),
      ...(createPasswordResetToken && {
        forgot(flow) {
          const t = texts(flow);
          const sent = () => {
            flow.show("sent");
          };
          return {
            title: t.forgotTitle,
            hint: t.forgotHint,
            form: form(flow, createPasswordResetToken, t.sendLink, [email(flow)], sent),
            links: [toSignIn(flow)],
          };
        },
        sent: (flow) => ({
          title: texts(flow).sentTitle,
          hint: fill(texts(flow).sentHint, { email: flow.contact }),
          links: [toSignIn(flow)],
        }),
      }),
      ...(resetPassword && {
        reset(flow) {
          const t = texts(flow);
          const token = new URLSearchParams(location.search).get("token") ?? undefined;
          const done = () => {
            // The token is spent: it should not stay in the history.
            forgetAddress();
            flow.show("done");
          };
          const fields = [{ ...password(flow), label: t.newPassword }];
          const more = { token, method: "token" };
          return {
            title: t.resetTitle,
            hint: t.resetHint,
            form: form(flow, resetPassword, t.setPassword, fields, done, more),
            links: [toSignIn(flow)],
          };
        },
        done: (flow) => ({
          title: texts(flow).doneTitle,
          hint: texts(flow).doneHint,
          links: [toSignIn(flow)],
        }),
      }),
    },
  };
}
