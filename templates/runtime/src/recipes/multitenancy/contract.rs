//! The operation that tells in which ways users of a tenant sign in.

use serde_json::Value;

use crate::contract::contracts;
use crate::shapes::{MethodState, ProviderState};

contracts! {
    recipe multitenancy, rid "multitenancy";

    /// Tells in which ways users of a tenant sign in.
    operation LOGIN_METHODS: login_methods {
        name: "multitenancy.login-methods",
        operation_ids: ["loginmethods"],
        method: "GET",
        paths: ["/loginmethods"],
        tenancy: Tenant,
        origins: Own,
        sessions: Keeps,
        body: {},
        query: [],
    }
    /// Outcome of asking for the ways.
    outcome LoginMethods {
        /// The ways.
        Required Ok = "OK" {
            /// With a password.
            "emailPassword" => email_password: MethodState,
            /// Through providers.
            "thirdParty" => third_party: ProviderState,
            /// With a passkey.
            "webauthn" => webauthn: MethodState,
            /// With a code or a link.
            "passwordless" => passwordless: MethodState,
            /// The ids of all ways.
            "firstFactors" => first_factors: Vec<String>,
            /// The same, where the published description has it. Clients read the fields above.
            "recipes" => recipes: Value,
        }
    }
}
