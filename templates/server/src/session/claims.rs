//! Which claims belong to the server, and how those of the application change.

use serde_json::{Map, Value};

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

/// `claims` changed by `update`: its keys replace those of the same name, `null` deletes.
pub(super) fn merge(
    claims: &Map<String, Value>,
    update: &Map<String, Value>,
) -> Map<String, Value> {
    let mut merged = claims.clone();
    for (name, value) in update {
        if value.is_null() {
            merged.shift_remove(name);
        } else {
            merged.insert(name.clone(), value.clone());
        }
    }
    merged
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
    fn null_deletes_at_the_top_only() {
        let merged = merge(
            &map(&json!({ "old": 1, "kept": 2, "deep": 3 })),
            &map(&json!({ "old": null, "new": 4, "deep": { "x": null } })),
        );
        assert_eq!(
            merged,
            map(&json!({ "kept": 2, "new": 4, "deep": { "x": null } }))
        );
    }
}
