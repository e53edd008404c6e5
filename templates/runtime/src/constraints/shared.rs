//! What the runtime and the generator must do in the same way: the generator compiles this file, too.

use regress::{Error, Regex};
use serde_json::Value;

/// One text for all values that JSON Schema takes for equal: keys have no order, and 1.0 is 1.
pub(super) fn canonical(value: &Value) -> String {
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(float) if !number.is_i64() && !number.is_u64() && float.fract() == 0.0 => {
                format!("{float:.0}")
            }
            _ => number.to_string(),
        },
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(keys) => {
            let mut keys: Vec<String> = keys
                .iter()
                .map(|(key, value)| format!("{}:{}", Value::from(key.as_str()), canonical(value)))
                .collect();
            keys.sort_unstable();
            format!("{{{}}}", keys.join(","))
        }
        other => other.to_string(),
    }
}

/// Reads a regular expression of ECMA 262. JSON Schema 2020-12 (core, §6.4) wants Unicode; patterns in use also have
/// escapes that Unicode forbids (`\@`).
///
/// # Errors
/// It is no regular expression.
pub(super) fn regex(pattern: &str) -> Result<Regex, Error> {
    Regex::with_flags(pattern, "u").or_else(|_| Regex::new(pattern))
}
