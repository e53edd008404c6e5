//! OpenID Connect Discovery 1.0: how others find the keys of this issuer.
//!
//! The OAuth endpoints are named because clients of the interface expect the keys to be there.

pub mod contract;

pub use contract::{DISCOVERY, Discovery};

use crate::auth::Auth;
use crate::call::Call;
use crate::error::Error;

/// Describes the issuer.
///
/// # Errors
/// None; the signature is that of every flow.
#[expect(clippy::unused_async, reason = "every flow has the same signature")]
pub async fn discovery(call: &mut Call) -> Result<Discovery, Error> {
    Ok(describe(call.auth()))
}

/// The same without a request.
pub fn describe(auth: &Auth) -> Discovery {
    let issuer = auth.app_info().issuer();
    let at = |path: &str| format!("{issuer}{path}");
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let algorithm = auth.session_config().signing_algorithm.name();
    Discovery::Ok {
        jwks_uri: at("/jwt/jwks.json"),
        authorization_endpoint: at("/oauth/auth"),
        token_endpoint: at("/oauth/token"),
        userinfo_endpoint: at("/oauth/userinfo"),
        revocation_endpoint: at("/oauth/revoke"),
        token_introspection_endpoint: at("/oauth/introspect"),
        end_session_endpoint: at("/oauth/end_session"),
        subject_types_supported: texts(&["public"]),
        id_token_signing_alg_values_supported: texts(&[algorithm]),
        response_types_supported: texts(&["code", "id_token", "id_token token"]),
        issuer,
    }
}
