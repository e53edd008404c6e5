//! The operations of sessions.

use crate::contract::contracts;

contracts! {
    recipe session, rid "session";

    /// Ends the session of a request.
    operation SIGN_OUT: sign_out {
        name: "session.sign-out",
        operation_ids: ["signOut", "signout"],
        method: "POST",
        paths: ["/signout"],
        tenancy: Ignored,
        origins: Own,
        sessions: Keeps,
        body: {},
        query: [],
    }
    /// Outcome of a sign-out.
    outcome SignOut {
        /// The session is over.
        Required Ok = "OK"
    }

    /// Exchanges a refresh token for new tokens.
    operation REFRESH: refresh {
        name: "session.refresh",
        operation_ids: ["refreshSession", "refresh"],
        method: "POST",
        paths: ["/session/refresh"],
        tenancy: Ignored,
        origins: Own,
        sessions: Keeps,
        body: {},
        query: [],
    }
    /// Outcome of a refresh.
    outcome Refresh {
        /// The session goes on with new tokens.
        Required Ok
    }
}
