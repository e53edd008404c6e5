//! Parameters and bodies of custom operations, as the types that the spec gives them.
//!
//! The rule kept here: whatever does not fit the spec is answered 400, and the text names the
//! parameter or the key, before any code of the application runs.

mod keys;
mod parameter;
mod text;

use std::fmt::Display;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use serde::de::{DeserializeOwned, Deserializer};
use serde_json::{Map, Value};

pub use self::keys::{other_keys, sent};
pub use self::parameter::{Parameter, deep_object, header, path, query};
use self::text::Text;
use crate::call::Call;
use crate::constraints::{Constraints, Notation, Violation, check};
use crate::error::Error;

/// A JSON body.
///
/// # Errors
/// [`Error::BadInput`] when it is no JSON, or not what the spec asks for.
pub fn json<T: DeserializeOwned>(call: &Call, constraints: Constraints) -> Result<T, Error> {
    body_of(&call.json()?, constraints)
}

/// A JSON body that may be left out; `{}` counts as left out.
///
/// # Errors
/// As [`json`].
pub fn optional_json<T: DeserializeOwned>(
    call: &Call,
    constraints: Constraints,
) -> Result<Option<T>, Error> {
    match call.json()? {
        Value::Object(keys) if keys.is_empty() => Ok(None),
        value => body_of(&value, constraints).map(Some),
    }
}

/// Which of several forms of a body its media type names, by the types of each (`image/*`: any of them). One that does
/// not say has the first form.
///
/// # Errors
/// [`Error::BadInput`] for any other type.
pub fn media_type(call: &Call, forms: &[&[&str]]) -> Result<usize, Error> {
    let Some(named) = call.headers().get(CONTENT_TYPE) else {
        return Ok(0);
    };
    let named = named.to_str().unwrap_or_default();
    let named = named.split(';').next().unwrap_or_default().trim();
    let named = named.to_ascii_lowercase();
    let is_it = |known: &&str| match known.strip_suffix('*') {
        Some(kind) => named.starts_with(kind),
        None => named == *known,
    };
    let form = forms.iter().position(|types| types.iter().any(is_it));
    form.ok_or_else(|| {
        let known = forms.concat().join("`, `");
        Error::bad_input(format!(
            "the media type of the request body is none of `{known}`"
        ))
    })
}

/// Whether the body says of itself that it is a form.
pub fn is_form(call: &Call) -> bool {
    let content_type = call.headers().get(CONTENT_TYPE);
    content_type.is_some_and(|value| {
        value
            .as_bytes()
            .starts_with(b"application/x-www-form-urlencoded")
    })
}

/// The body of a form; a key that comes several times is a list.
///
/// # Errors
/// [`Error::BadInput`] when it is no form, or not what the spec asks for.
pub fn form<T: DeserializeOwned>(call: &Call, constraints: Constraints) -> Result<T, Error> {
    from_form(&call.form()?, constraints)
}

/// The body of a form that may be left out.
///
/// # Errors
/// As [`form`].
pub fn optional_form<T: DeserializeOwned>(
    call: &Call,
    constraints: Constraints,
) -> Result<Option<T>, Error> {
    let form = call.form()?;
    if form.is_empty() {
        return Ok(None);
    }
    from_form(&form, constraints).map(Some)
}

/// A body of text.
///
/// # Errors
/// [`Error::BadInput`] when it is no text, or not what the spec asks for.
pub fn text(call: &Call, constraints: Constraints) -> Result<String, Error> {
    body_of(&Value::from(call.text()?), constraints)
}

/// A body of text that may be left out; an empty one counts as left out.
///
/// # Errors
/// As [`text()`].
pub fn optional_text(call: &Call, constraints: Constraints) -> Result<Option<String>, Error> {
    match call.text()? {
        text if text.is_empty() => Ok(None),
        text => body_of(&Value::from(text), constraints).map(Some),
    }
}

/// A body of bytes.
///
/// # Errors
/// [`Error::BadInput`] when there is none, or when it cannot be unpacked.
pub fn bytes(call: &Call) -> Result<Bytes, Error> {
    optional_bytes(call)?.ok_or_else(|| wrong_body(&"it is missing"))
}

/// A body of bytes that may be left out.
///
/// # Errors
/// As [`bytes()`].
pub fn optional_bytes(call: &Call) -> Result<Option<Bytes>, Error> {
    Ok(Some(call.bytes()?).filter(|bytes| !bytes.is_empty()))
}

fn body_of<T: DeserializeOwned>(value: &Value, constraints: Constraints) -> Result<T, Error> {
    check(constraints, value, Notation::Json).map_err(|found| wrong_body(&found))?;
    typed(value).map_err(|error| wrong_body(&error))
}

fn from_form<T: DeserializeOwned>(
    form: &[(String, String)],
    constraints: Constraints,
) -> Result<T, Error> {
    let mut keys = Map::new();
    for (key, text) in form {
        let text = Value::from(text.as_str());
        match keys.get_mut(key) {
            None => drop(keys.insert(key.clone(), text)),
            Some(Value::Array(texts)) => texts.push(text),
            Some(first) => *first = Value::Array(vec![first.take(), text]),
        }
    }
    let keys = Value::Object(keys);
    check(constraints, &keys, Notation::Text).map_err(|found| wrong_body(&found))?;
    typed(Text(&keys)).map_err(|error| wrong_body(&error))
}

/// A value of the type that is asked for, or where it does not fit and why.
fn typed<'de, T: DeserializeOwned, D: Deserializer<'de, Error: Display>>(
    source: D,
) -> Result<T, String> {
    serde_path_to_error::deserialize(source).map_err(|error| {
        let place = error.path().to_string();
        match place.as_str() {
            // The whole value, or a place that serde does not know.
            "." | "?" => error.into_inner().to_string(),
            _ => format!("`{place}`: {}", error.into_inner()),
        }
    })
}

fn wrong_body(problem: &dyn Display) -> Error {
    Error::bad_input(format!("the request body is wrong: {problem}"))
}

impl Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.place.as_str() {
            "" => write!(f, "it {}", self.demand),
            place => write!(f, "`{place}` {}", self.demand),
        }
    }
}

#[cfg(test)]
mod tests;
