// What a page writes in TypeScript against the declarations of a generated client. It is compiled and
// never run: what must not compile says so.

import { ApiError, createAuthClient, signIn, type Session } from "auth-client";
import { AuthLoginElement, MESSAGES } from "auth-client/login";
import { SessionProvider, useSession } from "auth-client/react";

const client = createAuthClient({ storage: { get: () => undefined, set: () => undefined } });

const answer = await signIn(client, { formFields: [{ id: "email", value: "ada@example.com" }] });
switch (answer.status) {
  case "OK":
    answer.user.id satisfies string;
    break;
  case "FIELD_ERROR":
    answer.formFields satisfies readonly { id: string; error: string }[];
    break;
  // @ts-expect-error the spec has no such answer
  case "NO_SUCH_STATUS":
    break;
}
// @ts-expect-error only an answer that is OK has a user
answer.user;

client.onSession((event) => {
  if (event.type === "claimsRefused") {
    event.claims satisfies readonly { id: string }[];
  } else if (event.type === "created") {
    event.session.userId satisfies string;
  }
});
(await client.getSession()) satisfies Session | undefined;

const state = useSession();
if (state.status === "signedIn") {
  state.session.userId satisfies string;
}
// @ts-expect-error there may be no session
state.session.userId;
SessionProvider({ client });

const form = new AuthLoginElement();
form.client = client;
form.messages = { signIn: MESSAGES.signIn, "This email already exists": "Taken" };
form.view = "signUp";

export function failed(error: unknown): readonly string[] {
  return error instanceof ApiError ? error.claims.map(({ id }) => id) : [];
}
