//! Parameters and bodies of custom operations, as the types that the spec gives them.
//!
//! The rule kept here: whatever does not fit the spec is answered 400, and the text names the
//! parameter or the key, before any code of the application runs.

use std::fmt::Display;

use http::header::CONTENT_TYPE;
use serde::de::value::{Error as TextError, MapDeserializer, SeqDeserializer, StrDeserializer};
use serde::de::{DeserializeOwned, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value;

use crate::call::Call;
use crate::error::Error;

/// A parameter that must be there.
///
/// # Errors
/// [`Error::BadInput`] when it is missing or does not have the form that the spec asks for.
pub fn required<T: DeserializeOwned>(name: &str, text: Option<&str>) -> Result<T, Error> {
    optional(name, text)?
        .ok_or_else(|| Error::bad_input(format!("the parameter `{name}` is missing")))
}

/// A parameter that may be left out.
///
/// # Errors
/// [`Error::BadInput`] when it does not have the form that the spec asks for.
pub fn optional<T: DeserializeOwned>(name: &str, text: Option<&str>) -> Result<Option<T>, Error> {
    text.map(|text| T::deserialize(Text::Parameter(text)))
        .transpose()
        .map_err(|error| Error::bad_input(format!("the parameter `{name}` is wrong: {error}")))
}

/// The text of a header; none when it is no text.
pub fn header<'call>(call: &'call Call, name: &str) -> Option<&'call str> {
    call.headers().get(name)?.to_str().ok()
}

/// A JSON body.
///
/// # Errors
/// [`Error::BadInput`] when it is no JSON, or not what the spec asks for.
pub fn json<T: DeserializeOwned>(call: &Call) -> Result<T, Error> {
    serde_json::from_value(call.json()?).map_err(wrong_body)
}

/// A JSON body that may be left out; `{}` counts as left out.
///
/// # Errors
/// As [`json`].
pub fn optional_json<T: DeserializeOwned>(call: &Call) -> Result<Option<T>, Error> {
    match call.json()? {
        Value::Object(keys) if keys.is_empty() => Ok(None),
        value => serde_json::from_value(value).map(Some).map_err(wrong_body),
    }
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
pub fn form<T: DeserializeOwned>(call: &Call) -> Result<T, Error> {
    from_form(&call.form()?)
}

/// The body of a form that may be left out.
///
/// # Errors
/// As [`form`].
pub fn optional_form<T: DeserializeOwned>(call: &Call) -> Result<Option<T>, Error> {
    let form = call.form()?;
    if form.is_empty() {
        return Ok(None);
    }
    from_form(&form).map(Some)
}

fn from_form<T: DeserializeOwned>(form: &[(String, String)]) -> Result<T, Error> {
    let mut keys: Vec<(&str, Vec<&str>)> = Vec::new();
    for (key, value) in form {
        match keys.iter_mut().find(|(known, _)| known == key) {
            Some((_, values)) => values.push(value),
            None => keys.push((key, vec![value])),
        }
    }
    let keys = keys
        .into_iter()
        .map(|(key, values)| (key, Text::Field(values)));
    T::deserialize(MapDeserializer::new(keys)).map_err(wrong_body)
}

fn wrong_body(error: impl Display) -> Error {
    Error::bad_input(format!("the request body is wrong: {error}"))
}

/// A text that becomes whatever is asked of it: a number, a truth value, a name out of a list.
enum Text<'de> {
    /// A list is written with commas.
    Parameter(&'de str),
    /// A list is written by repeating the key.
    Field(Vec<&'de str>),
}

impl<'de> Text<'de> {
    fn first(&self) -> &'de str {
        match self {
            Text::Parameter(text) => text,
            Text::Field(values) => values.first().copied().unwrap_or_default(),
        }
    }

    fn all(self) -> Vec<&'de str> {
        match self {
            Text::Parameter(text) => text.split(',').collect(),
            Text::Field(values) => values,
        }
    }
}

impl<'de> IntoDeserializer<'de, TextError> for Text<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Reads the text as a value of the type that the visitor wants.
macro_rules! parse {
    ($($method:ident $visit:ident $type:ty;)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TextError> {
            match self.first().parse::<$type>() {
                Ok(value) => visitor.$visit(value),
                // The visitor words the error: it knows what it wanted.
                Err(_) => visitor.visit_borrowed_str(self.first()),
            }
        })*
    };
}

impl<'de> Deserializer<'de> for Text<'de> {
    type Error = TextError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TextError> {
        visitor.visit_borrowed_str(self.first())
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TextError> {
        visitor.visit_some(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TextError> {
        let items = self.all().into_iter().map(|text| Text::Field(vec![text]));
        visitor.visit_seq(SeqDeserializer::new(items))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, TextError> {
        visitor.visit_enum(StrDeserializer::new(self.first()))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, TextError> {
        visitor.visit_newtype_struct(self)
    }

    parse! {
        deserialize_bool visit_bool bool;
        deserialize_i64 visit_i64 i64;
        deserialize_u64 visit_u64 u64;
        deserialize_f64 visit_f64 f64;
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u32 u128 f32 char str string bytes byte_buf unit unit_struct tuple
        tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    enum Order {
        #[serde(rename = "newest-first")]
        NewestFirst,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Filter {
        limit: i64,
        deep: bool,
        order: Option<Order>,
        #[serde(default)]
        tags: Vec<String>,
        note: Option<String>,
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn message<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
        match result.expect_err("the input is wrong") {
            Error::BadInput(message) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn parameters_become_what_the_spec_says() {
        assert_eq!(required::<i64>("n", Some("12")).expect("a number"), 12);
        assert_eq!(required::<String>("n", Some("12")).expect("a text"), "12");
        assert!(required::<bool>("n", Some("true")).expect("a truth value"));
        assert_eq!(
            required::<Vec<i64>>("n", Some("1,2")).expect("a list"),
            [1, 2]
        );
        assert_eq!(
            optional::<Order>("n", Some("newest-first")).expect("a value of the list"),
            Some(Order::NewestFirst)
        );
        assert_eq!(optional::<i64>("n", None).expect("nothing"), None);
    }

    #[test]
    fn a_parameter_that_is_missing_or_wrong_is_named() {
        assert_eq!(
            message(required::<i64>("limit", None)),
            "the parameter `limit` is missing"
        );
        assert_eq!(
            message(required::<i64>("limit", Some("many"))),
            "the parameter `limit` is wrong: invalid type: string \"many\", expected i64"
        );
    }

    #[test]
    fn forms_become_structs() {
        let form = pairs(&[
            ("limit", "3"),
            ("deep", "false"),
            ("tags", "a"),
            ("tags", "b"),
            ("unknown", "is ignored"),
        ]);
        let filter = Filter {
            limit: 3,
            deep: false,
            order: None,
            tags: vec!["a".to_owned(), "b".to_owned()],
            note: None,
        };
        assert_eq!(from_form::<Filter>(&form).expect("a form"), filter);
        assert_eq!(
            message(from_form::<Filter>(&pairs(&[("limit", "3")]))),
            "the request body is wrong: missing field `deep`"
        );
    }
}
