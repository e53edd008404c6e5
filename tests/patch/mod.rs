//! JSON merge patches (RFC 7396).

use serde_json::{Map, Value};

/// RFC 7396, section 2. A removal of what is not there is a slip, and so is a key that no file has.
pub(crate) fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let target = target.as_object_mut().expect("it was just made one");
    for (key, value) in patch {
        if value.is_null() {
            let removed = target.shift_remove(key);
            assert!(removed.is_some(), "`{key}` is to go, but is not there");
        } else {
            merge(target.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}
