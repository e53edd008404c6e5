//! The operation that describes the issuer.

use crate::contract::contracts;

contracts! {
    recipe openid, rid "openid";

    /// Describes the issuer of the tokens.
    operation DISCOVERY: discovery {
        name: "openid.discovery",
        operation_ids: ["getOpenIdConfiguration", "getOpenIdDiscoveryConfiguration"],
        method: "GET",
        paths: ["/.well-known/openid-configuration"],
        tenancy: Ignored,
        origins: AnyMayRead,
        sessions: Keeps,
        body: {},
        query: [],
    }
    /// The discovery document.
    outcome Discovery {
        /// The provider's metadata (OpenID Connect Discovery 1.0 §3).
        Required Ok {
            /// The `iss` of every token.
            "issuer" => issuer: String,
            /// Where the public keys are.
            "jwks_uri" => jwks_uri: String,
            /// Where an authorisation starts.
            "authorization_endpoint" => authorization_endpoint: String,
            /// Where a grant is exchanged for tokens.
            "token_endpoint" => token_endpoint: String,
            /// Where an access token is exchanged for facts about its user.
            "userinfo_endpoint" => userinfo_endpoint: String,
            /// Where a token is revoked.
            "revocation_endpoint" => revocation_endpoint: String,
            /// Where a token is looked up.
            "token_introspection_endpoint" => token_introspection_endpoint: String,
            /// Where a client sends a user who signs out.
            "end_session_endpoint" => end_session_endpoint: String,
            /// Always `public`.
            "subject_types_supported" => subject_types_supported: Vec<String>,
            /// The algorithm of the keys.
            "id_token_signing_alg_values_supported" => id_token_signing_alg_values_supported: Vec<String>,
            /// OAuth response types.
            "response_types_supported" => response_types_supported: Vec<String>,
        }
    }
}
