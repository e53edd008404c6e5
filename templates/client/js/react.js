/**
 * The session in React: `<SessionProvider client={client}>` around the application, and
 * `useSession()` inside. React is an optional peer of this package; only this file asks for it.
 */
// eslint-disable-next-line @typescript-eslint/ban-ts-comment -- an error only where React is missing
// @ts-ignore: neither React nor its types need to be there
import * as React from "react";
import { handleOf } from "./front-token.js";
const { createContext, createElement, useContext, useSyncExternalStore } = React;
const LOADING = { status: "loading" };
const Context = createContext(undefined);
const stores = new WeakMap();
/** Gives a client to all components below it. */
export function SessionProvider(props) {
  return createElement(Context.Provider, { value: props.client }, props.children);
}
/** Who is signed in; the component renders again when that changes, in whatever tab. */
export function useSession() {
  const client = useContext(Context);
  if (client === undefined) {
    throw new Error("useSession() needs a <SessionProvider> around the component");
  }
  const { subscribe, state } = storeOf(client);
  return { ...useSyncExternalStore(subscribe, state, () => LOADING), client };
}
/** One store for a client, however many components look at it. */
function storeOf(client) {
  const known = stores.get(client);
  if (known !== undefined) {
    return known;
  }
  let state = LOADING;
  let isListening = false;
  /** How often the state has changed. */
  let turn = 0;
  const listeners = new Set();
  const change = (session) => {
    turn += 1;
    state = session ? { status: "signedIn", session } : { status: "signedOut" };
    for (const listener of listeners) {
      listener();
    }
  };
  /** Asks who is signed in, unless an event says so meanwhile. */
  const check = async () => {
    const before = turn;
    // Where the server does not answer, the stored state is used.
    const session = await client.checkSession().catch(() => client.getSession());
    const isKnown = state !== LOADING && isSame(state.session, session);
    if (turn === before && !isKnown) {
      change(session);
    }
  };
  const store = {
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
function isSame(one, other) {
  return one?.expiresAt === other?.expiresAt && handleOf(one) === handleOf(other);
}
