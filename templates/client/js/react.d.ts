/**
 * The session in React: `<SessionProvider client={client}>` around the application, and
 * `useSession()` inside. React is an optional peer of this package; only this file asks for it.
 */
import type { AuthClient, Session } from "./session.js";
/** The state of the session, for a component. */
export type SessionState =
  /** Not known yet: on a server, and for a moment in the browser. */
  | {
      readonly status: "loading";
      readonly session?: undefined;
    }
  | {
      readonly status: "signedIn";
      readonly session: Session;
    }
  | {
      readonly status: "signedOut";
      readonly session?: undefined;
    };
/** The session of a component, and the client to change it with. */
export type UseSession = SessionState & {
  readonly client: AuthClient;
};
/** Gives a client to all components below it. */
export declare function SessionProvider(props: {
  readonly client: AuthClient;
  readonly children?: unknown;
}): any;
/** Who is signed in; the component renders again when that changes, in whatever tab. */
export declare function useSession(): UseSession;
