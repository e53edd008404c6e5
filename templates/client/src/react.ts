/**
 * The session in React: `<SessionProvider client={client}>` around the application, and
 * `useSession()` inside. React is an optional peer of this package; only this file asks for it.
 */

// eslint-disable-next-line @typescript-eslint/ban-ts-comment -- an error only where React is missing
// @ts-ignore: neither React nor its types need to be there
import * as React from "react";

import { handleOf } from "./front-token.js";
import type { AuthClient, Session } from "./session.js";

/** The state of the session, for a component. */
export type SessionState =
  /** Not known yet: on a server, and for a moment in the browser. */
  | { readonly status: "loading"; readonly session?: undefined }
  | { readonly status: "signedIn"; readonly session: Session }
  | { readonly status: "signedOut"; readonly session?: undefined };

/** The session of a component, and the client to change it with. */
export type UseSession = SessionState & { readonly client: AuthClient };

interface Store {
  readonly subscribe: (listener: () => void) => () => void;
  readonly state: () => SessionState;
}

/** The few things of React that this file uses. */
interface Hooks {
  readonly createContext: (value: AuthClient | undefined) => { readonly Provider: unknown };
  readonly createElement: (type: unknown, props: object, ...children: unknown[]) => unknown;
  readonly useContext: (context: unknown) => AuthClient | undefined;
  readonly useSyncExternalStore: (
    subscribe: Store["subscribe"],
    get: () => SessionState,
    getOnServer: () => SessionState,
  ) => SessionState;
}

const { createContext, createElement, useContext, useSyncExternalStore } =
  React as unknown as Hooks;

const LOADING: SessionState = { status: "loading" };
const Context = createContext(undefined);
const stores = new WeakMap<AuthClient, Store>();

/** Gives a client to all components below it. */
export function SessionProvider(props: {
  readonly client: AuthClient;
  readonly children?: unknown;
  // The type of a React node, which is not available without React's types.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
}): any {
  return createElement(Context.Provider, { value: props.client }, props.children);
}

/** Who is signed in; the component renders again when that changes, in whatever tab. */
export function useSession(): UseSession {
  const client = useContext(Context);
  if (client === undefined) {
    throw new Error("useSession() needs a <SessionProvider> around the component");
  }
  const { subscribe, state } = storeOf(client);
  return { ...useSyncExternalStore(subscribe, state, () => LOADING), client };
}

/** One store for a client, however many components look at it. */
function storeOf(client: AuthClient): Store {
  const known = stores.get(client);
  if (known !== undefined) {
    return known;
  }
  let state = LOADING;
  let isListening = false;
  /** How often the state has changed. */
  let turn = 0;
  const listeners = new Set<() => void>();
  const change = (session: Session | undefined): void => {
    turn += 1;
    state = session ? { status: "signedIn", session } : { status: "signedOut" };
    for (const listener of listeners) {
      listener();
    }
  };
  /** Asks who is signed in, unless an event says so meanwhile. */
  const check = async (): Promise<void> => {
    const before = turn;
    // Where the server does not answer, the stored state is used.
    const session = await client.checkSession().catch(() => client.getSession());
    const isKnown = state !== LOADING && isSame(state.session, session);
    if (turn === before && !isKnown) {
      change(session);
    }
  };
  const store: Store = {
    state: () => state,
    subscribe(listener) {
      if (!isListening) {
        isListening = true;
        // For as long as the client exists: between two pages no component may subscribe, and the next one
        // must not see the user who was signed in before.
        client.onSession((event) => {
          if (event.type !== "claimsRefused") {
            change("session" in event ? event.session : undefined);
          }
        });
      }
      if (listeners.size === 0) {
        void check();
      }
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
  stores.set(client, store);
  return store;
}

function isSame(one: Session | undefined, other: Session | undefined): boolean {
  return one?.expiresAt === other?.expiresAt && handleOf(one) === handleOf(other);
}
