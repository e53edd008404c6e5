//! The operation that publishes keys.

use crate::contract::contracts;
use crate::shapes::Jwk;

contracts! {
    recipe jwt, rid "jwt";

    /// Lists the public keys.
    operation JWKS: jwks {
        name: "jwt.jwks",
        operation_ids: ["getJwks", "getJWKS"],
        method: "GET",
        paths: ["/jwt/jwks.json"],
        tenancy: Ignored,
        origins: AnyMayRead,
        sessions: Keeps,
        body: {},
        query: [],
    }
    /// The keys.
    outcome GetJwks {
        /// Every key that a token in use may be signed with, newest first.
        Required Ok {
            /// The keys.
            "keys" => keys: Vec<Jwk>,
        }
    }
}
