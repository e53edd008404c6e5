//! Claims: what the access token says about the user.
//!
//! This file knows which claims belong to the server. Facts of the application are a [`Claim`] each
//! ([`claim`]); what an API demands of them is a [`Validator`] ([`validator`]). The rule kept here:
//! an application never writes a claim of the server's, neither at the beginning of a session nor
//! later (RFC 8725 §3.8, <https://www.rfc-editor.org/rfc/rfc8725>).

mod claim;
mod demand;
mod validator;

use serde_json::{Map, Value};

pub use claim::{Claim, ClaimSource, FetchClaim, Subject};
pub use validator::{ClaimValidators, Validate, Validator, Verdict};

use crate::error::Error;

/// Claims that the server writes; an application can neither set nor change them.
pub const PROTECTED_CLAIMS: [&str; 10] = [
    "sub",
    "iat",
    "exp",
    "sessionHandle",
    "parentRefreshTokenHash1",
    "refreshTokenHash1",
    "antiCsrfToken",
    "rsub",
    "tId",
    "stt",
];

/// Whether a claim belongs to the server.
pub(super) fn is_protected(name: &str) -> bool {
    PROTECTED_CLAIMS.contains(&name)
}

/// The application's part of a payload.
pub(super) fn of_application(payload: &Map<String, Value>) -> Map<String, Value> {
    payload
        .iter()
        .filter(|(name, _)| !is_protected(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// The application's part of a new session's payload; the issuer is the server's.
pub(super) fn initial(claims: &Map<String, Value>, issuer: &str) -> Map<String, Value> {
    let mut claims = of_application(claims);
    claims.shift_remove("iss");
    claims.insert("iss".to_owned(), Value::from(issuer));
    claims
}

/// Refuses an update that would change a claim of the server's.
pub(super) fn check_update(update: &Map<String, Value>) -> Result<(), Error> {
    update
        .keys()
        .find(|name| is_protected(name))
        .map_or(Ok(()), |name| {
            let text = format!("the claim {name} belongs to the server and cannot be changed");
            Err(Error::internal(text))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn map(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().expect("an object")
    }

    #[test]
    fn the_application_cannot_pose_as_the_server() {
        let asked = map(&json!({ "sub": "evil", "tId": "x", "iss": "x", "stt": 1, "role": "a" }));
        let expected = map(&json!({ "role": "a", "iss": "http://a/auth" }));
        assert_eq!(initial(&asked, "http://a/auth"), expected);
    }

    #[test]
    fn the_servers_claims_cannot_be_changed() {
        for name in PROTECTED_CLAIMS {
            assert!(check_update(&map(&json!({ "k": 1, (name): null }))).is_err());
        }
        assert!(check_update(&map(&json!({ "k": 1, "iss": "x" }))).is_ok());
    }
}
