// What a page writes in TypeScript against the declarations of a generated client. It is compiled and
// never run: what must not compile says so.

import {
  ApiError,
  chunkedStorage,
  cookieStorage,
  createAuthClient,
  forRequest,
  NetworkError,
  signIn,
  TimeoutError,
  type Session,
  type TokenStorage,
} from "auth-client";
import { AuthLoginElement, MESSAGES, type LoginField, type Messages } from "auth-client/login";
import { SessionProvider, useSession } from "auth-client/react";

const client = createAuthClient({ storage: { get: () => undefined, set: () => undefined } });

// React Native: a storage that answers with promises.
declare const AsyncStorage: {
  getItem(key: string): Promise<string | null>;
  setItem(key: string, value: string): Promise<void>;
  removeItem(key: string): Promise<void>;
};
const storage: TokenStorage = {
  get: (name) => AsyncStorage.getItem(name),
  set: (name, value) =>
    value === undefined ? AsyncStorage.removeItem(name) : AsyncStorage.setItem(name, value),
};
createAuthClient({ tokenTransferMethod: "header", storage: chunkedStorage(storage, 1_900) });
createAuthClient({ storage: cookieStorage({ partitioned: true }) });
createAuthClient({ fetch: (request, isForApi) => fetch(isForApi ? request : request.url) });

// A server that renders pages: a client for each request.
createAuthClient(forRequest(new Headers().get("cookie")));
// @ts-expect-error there are two ways for tokens to travel
createAuthClient({ tokenTransferMethod: "query" });
// @ts-expect-error the body is what the spec says
signIn(client, { formFields: [{ id: "email" }] });
// @ts-expect-error a call takes no such option
signIn(client, { formFields: [] }, { retries: 3 });
(await client.checkSession()) satisfies Session | undefined;
(await client.getAccessToken()) satisfies string | undefined;

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
form.messages = MESSAGES satisfies Messages;
form.signUpFields = [{ id: "name", label: "Name" }] satisfies readonly LoginField[];
form.view = "signUp";
// @ts-expect-error a method that the spec lacks has no texts
MESSAGES.signInWithPasskey;

export function failed(error: unknown): readonly string[] {
  if (error instanceof NetworkError) {
    error.operation satisfies string;
  } else if (error instanceof TimeoutError) {
    error.message satisfies string;
  }
  return error instanceof ApiError ? error.claims.map(({ id }) => id) : [];
}
