//! The front token: what scripts in the browser may know about the session.
//!
//! It repeats the payload of the access token, so nothing secret belongs into claims. Scripts read
//! it as standard base64 — `+`, `/` and padding — of UTF-8 JSON with the keys `uid`, `ate`, `up` in
//! this order. It has no signature, and the server never reads it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::Error;

/// The front token that says that there is no session.
pub(super) const REMOVE: &str = "remove";

/// The front token of an access token's payload that expires at `expires_at` (milliseconds).
pub(super) fn build(
    user_id: &str,
    expires_at: i64,
    payload: &Map<String, Value>,
) -> Result<String, Error> {
    #[derive(Serialize)]
    struct FrontToken<'a> {
        uid: &'a str,
        ate: i64,
        up: &'a Map<String, Value>,
    }
    let token = FrontToken {
        uid: user_id,
        ate: expires_at,
        up: payload,
    };
    serde_json::to_vec(&token)
        .map(|json| STANDARD.encode(json))
        .map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn scripts_can_read_it() {
        let Value::Object(payload) = json!({ "sub": "u1", "exp": 7, "custom": "é✓?>" }) else {
            unreachable!("an object");
        };
        let token = build("u1", 7000, &payload).expect("front token");
        let text = String::from_utf8(STANDARD.decode(&token).expect("base64")).expect("UTF-8");
        assert_eq!(
            text,
            r#"{"uid":"u1","ate":7000,"up":{"sub":"u1","exp":7,"custom":"é✓?>"}}"#
        );
        assert_eq!(token.len() % 4, 0, "padded");
    }
}
