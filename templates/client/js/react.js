/**
 * The session in React: `<SessionProvider client={client}>` around the application, and
 * `useSession()` inside. React is an optional peer of this package; only this file asks for it.
 */
// eslint-disable-next-line @typescript-eslint/ban-ts-comment -- an error only where React is missing
// @ts-ignore: neither React nor its types need to be there
import * as React from "react";
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
  const listeners = new Set();
  const change = (session) => {
    state = session ? { status: "signedIn", session } : { status: "signedOut" };
    for (const listener of listeners) {
      listener();
    }
  };
  let stop;
  const store = {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      if (stop === undefined) {
        stop = client.onSession((event) => {
          if (event.type !== "claimsRefused") {
            change("session" in event ? event.session : undefined);
          }
        });
        // Where the server does not answer, what is known here has to do.
        void client
          .checkSession()
          .catch(() => client.getSession())
          .then(change);
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) {
          stop?.();
          stop = undefined;
        }
      };
    },
  };
  stores.set(client, store);
  return store;
}
