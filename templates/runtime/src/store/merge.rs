//! How the claims of a session change, in every database alike.
//!
//! The rule kept here: a change says what becomes of its own keys and nothing of the others, and is
//! applied to what the database has at that moment. Two changes at once never undo each other: a
//! role that was taken away does not come back because an older token still had it.

use serde_json::{Map, Value};

/// `claims` changed by `update`: its keys replace those of the same name, `null` deletes. Deeper
/// objects are replaced as a whole.
pub(crate) fn merge(
    mut claims: Map<String, Value>,
    update: Map<String, Value>,
) -> Map<String, Value> {
    for (name, value) in update {
        if value.is_null() {
            claims.shift_remove(&name);
        } else {
            claims.insert(name, value);
        }
    }
    claims
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn null_deletes_at_the_top_only() {
        let map = |value: Value| value.as_object().cloned().expect("an object");
        let merged = merge(
            map(json!({ "old": 1, "kept": 2, "deep": { "y": 1 } })),
            map(json!({ "old": null, "new": 4, "deep": { "x": null }, "never": null })),
        );
        let expected = r#"{"kept":2,"deep":{"x":null},"new":4}"#;
        assert_eq!(Value::Object(merged).to_string(), expected);
    }
}
