//! Single keywords of a schema, as values.

use serde_json::Value;

use super::prose;
use crate::spec::document::{Kind, LIMITS};

/// Keywords beside a `$ref` that only describe the place, in OpenAPI 3.1 too.
const ANNOTATIONS: [&str; 11] = [
    "$ref",
    "$comment",
    "title",
    "description",
    "summary",
    "deprecated",
    "default",
    "example",
    "examples",
    "readOnly",
    "writeOnly",
];

/// The types of a schema, and whether `null` is among them.
pub(super) struct Kinds {
    pub(super) kinds: Vec<Kind>,
    pub(super) null: bool,
}

pub(super) fn kinds(value: &Value) -> Kinds {
    let words: Vec<&str> = match value.get("type") {
        Some(Value::String(word)) => vec![word],
        Some(Value::Array(words)) => words.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let kinds = words.iter().filter_map(|word| match *word {
        "string" => Some(Kind::String),
        "number" => Some(Kind::Number),
        "integer" => Some(Kind::Integer),
        "boolean" => Some(Kind::Boolean),
        "object" => Some(Kind::Object),
        "array" => Some(Kind::Array),
        _ => None,
    });
    Kinds {
        kinds: kinds.collect(),
        null: words.contains(&"null"),
    }
}

/// Whether a schema has no value but `null`.
pub(super) fn is_null(schema: &Value) -> bool {
    match (schema.get("type"), schema.get("enum"), schema.get("const")) {
        (Some(Value::String(word)), ..) if word == "null" => true,
        (Some(Value::Array(words)), ..) => words.iter().all(|word| word == "null"),
        (None, Some(Value::Array(values)), None) => {
            !values.is_empty() && values.iter().all(Value::is_null)
        }
        (None, None, Some(value)) => value.is_null(),
        _ => false,
    }
}

/// Whether a schema says more than where its target is and what it is for.
pub(super) fn has_conditions(members: &serde_json::Map<String, Value>) -> bool {
    members.keys().any(|key| {
        !ANNOTATIONS.contains(&key.as_str()) && !key.starts_with("x-") && key != "nullable"
    })
}

/// `description`, or else `title`.
pub(super) fn docs(value: &Value) -> String {
    let word = |key| value.get(key).and_then(Value::as_str);
    prose(
        word("description")
            .or_else(|| word("title"))
            .unwrap_or_default(),
    )
}

pub(super) fn texts(value: &Value, key: &str) -> Vec<String> {
    let list = value.get(key).and_then(Value::as_array);
    let texts = list.into_iter().flatten().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

/// The keywords that limit values beyond their type.
pub(super) fn limits(value: &Value) -> Vec<(&'static str, Value)> {
    let limits = LIMITS.iter().filter_map(|key| {
        let limit = value.get(*key).filter(|limit| !limit.is_null())?;
        Some((*key, limit.clone()))
    });
    limits.collect()
}
