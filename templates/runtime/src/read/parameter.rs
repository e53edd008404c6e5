//! A parameter outside of the body: where it stands, how it is written, what it must keep to.
//!
//! The styles are those of OpenAPI 3.1.1, §4.8.12.3. An item of a list cannot hold what stands between items:
//! it is taken for that, percent-encoded or not, since clients differ in what they encode.

use std::borrow::Cow;
use std::fmt::Display;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Text, typed};
use crate::call::Call;
use crate::constraints::{Constraints, Notation, check};
use crate::error::Error;

/// A parameter of a request, before it is read.
#[must_use = "`required` or `optional` reads it"]
pub struct Parameter<'call> {
    name: &'static str,
    sent: Sent<'call>,
    prefix: &'static str,
    form: Form,
    /// Whether blanks around the items of a list mean nothing, as in a header (RFC 9110 §5.6.1).
    trims: bool,
    default: &'static [&'static str],
    constraints: Constraints,
}

/// What a request has of it, decoded.
enum Sent<'call> {
    /// Its texts; several where a query repeats its name.
    Texts(Vec<Cow<'call, str>>),
    /// Its keys, each a parameter by itself; `None` without any.
    Keys(Option<Value>),
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// One text.
    Scalar,
    /// A list in one text, with this between its items.
    Separated(&'static str),
    /// A list of texts.
    Repeated,
    /// One text, which is JSON.
    Json,
}

/// A `{name}` of the path.
pub fn path<'call>(call: &'call Call, name: &'static str) -> Parameter<'call> {
    let text = call.path_param(name).into_iter();
    Parameter::new(name, Sent::Texts(text.map(Cow::Borrowed).collect()))
}

/// A parameter of the query.
pub fn query<'call>(call: &'call Call, name: &'static str) -> Parameter<'call> {
    let texts = call.query_all(name);
    Parameter::new(name, Sent::Texts(texts.map(Cow::Borrowed).collect()))
}

/// A header; one that is no text counts as missing. Several lines of it are one list (RFC 9110 §5.3).
pub fn header<'call>(call: &'call Call, name: &'static str) -> Parameter<'call> {
    let lines = call.headers().get_all(name).iter();
    let lines: Vec<&str> = lines.filter_map(|line| line.to_str().ok()).collect();
    let text = match lines.as_slice() {
        [] => None,
        [line] => Some(Cow::Borrowed(*line)),
        lines => Some(Cow::Owned(lines.join(","))),
    };
    Parameter {
        trims: true,
        ..Parameter::new(name, Sent::Texts(text.into_iter().collect()))
    }
}

/// An object whose keys are parameters of the query: `name[key]`.
pub fn deep_object<'call>(call: &'call Call, name: &'static str) -> Parameter<'call> {
    let keys = call.query_pairs().filter_map(|(key, value)| {
        let key = key.strip_prefix(name)?.strip_prefix('[')?;
        Some((key.strip_suffix(']')?, value))
    });
    Parameter::new(name, Sent::Keys(object(keys)))
}

fn object<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Option<Value> {
    let mut keys = Map::new();
    for (key, value) in pairs {
        keys.insert(key.to_owned(), Value::from(value));
    }
    (!keys.is_empty()).then_some(Value::Object(keys))
}

impl<'call> Parameter<'call> {
    fn new(name: &'static str, sent: Sent<'call>) -> Self {
        Self {
            name,
            sent,
            prefix: "",
            form: Form::Scalar,
            trims: false,
            default: &[],
            constraints: &[],
        }
    }

    /// With something before its value: `.` or `;name=`.
    pub fn prefixed(self, prefix: &'static str) -> Self {
        Self { prefix, ..self }
    }

    /// A list in one text.
    pub fn separated_by(self, separator: &'static str) -> Self {
        self.with_form(Form::Separated(separator))
    }

    /// A list that repeats the name for each item.
    pub fn repeated(self) -> Self {
        self.with_form(Form::Repeated)
    }

    /// A JSON document.
    pub fn json(self) -> Self {
        self.with_form(Form::Json)
    }

    fn with_form(self, form: Form) -> Self {
        Self { form, ..self }
    }

    /// With what counts as sent where it is left out.
    pub fn or(self, default: &'static [&'static str]) -> Self {
        Self { default, ..self }
    }

    /// With what the spec asks of its values.
    pub fn checked(self, constraints: Constraints) -> Self {
        Self {
            constraints,
            ..self
        }
    }

    /// Its value; it must be there.
    ///
    /// # Errors
    /// [`Error::BadInput`] when it is missing or not what the spec asks for.
    pub fn required<T: DeserializeOwned>(self) -> Result<T, Error> {
        let name = self.name;
        self.optional()?
            .ok_or_else(|| Error::bad_input(format!("the parameter `{name}` is missing")))
    }

    /// Its value, if it is there.
    ///
    /// # Errors
    /// [`Error::BadInput`] when it is not what the spec asks for.
    pub fn optional<T: DeserializeOwned>(self) -> Result<Option<T>, Error> {
        let wrong = |problem: &dyn Display| {
            let name = self.name;
            Error::bad_input(format!("the parameter `{name}` is wrong: {problem}"))
        };
        let Some(value) = self.value().map_err(|problem| wrong(&problem))? else {
            return Ok(None);
        };
        let notation = match self.form {
            Form::Json => Notation::Json,
            _ => Notation::Text,
        };
        check(self.constraints, &value, notation).map_err(|found| wrong(&found))?;
        let typed = match notation {
            Notation::Json => typed(&value),
            Notation::Text => typed(Text(&value)),
        };
        typed.map(Some).map_err(|error| wrong(&error))
    }

    fn value(&self) -> Result<Option<Value>, String> {
        let texts: Vec<&str> = match &self.sent {
            Sent::Keys(keys) => return Ok(keys.clone()),
            Sent::Texts(texts) if texts.is_empty() => self.default.to_vec(),
            Sent::Texts(texts) => texts.iter().map(|text| &**text).collect(),
        };
        let text = match texts.as_slice() {
            [] => return Ok(None),
            texts if self.form == Form::Repeated => return Ok(Some(texts.to_vec().into())),
            [text] => *text,
            // Which of them is meant is nothing to guess: two servers may guess differently.
            [..] => return Err("it is given more than once".to_owned()),
        };
        let Some(text) = text.strip_prefix(self.prefix) else {
            return Err(format!("it must begin with `{}`", self.prefix));
        };
        Ok(Some(match self.form {
            Form::Separated(_) if text.is_empty() => Value::Array(Vec::new()),
            Form::Separated(between) => text
                .split(between)
                .map(|item| Value::from(if self.trims { item.trim() } else { item }))
                .collect(),
            Form::Json => serde_json::from_str(text).map_err(|_| "it is no JSON".to_owned())?,
            Form::Scalar | Form::Repeated => Value::from(text),
        }))
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

    fn parameter(texts: &[&'static str]) -> Parameter<'static> {
        Parameter::new(
            "limit",
            Sent::Texts(texts.iter().copied().map(Cow::Borrowed).collect()),
        )
    }

    fn message<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
        match result.expect_err("the input is wrong") {
            Error::BadInput(message) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn parameters_become_what_the_spec_says() {
        assert_eq!(parameter(&["12"]).required::<i64>().expect("a number"), 12);
        assert_eq!(
            parameter(&["12"]).required::<String>().expect("a text"),
            "12"
        );
        assert!(
            parameter(&["true"])
                .required::<bool>()
                .expect("a truth value")
        );
        let list = parameter(&["1,2"]).separated_by(",").required::<Vec<i64>>();
        assert_eq!(list.expect("a list"), [1, 2]);
        let list = parameter(&[""]).separated_by(",").required::<Vec<i64>>();
        assert_eq!(list.expect("an empty list"), [0; 0]);
        assert_eq!(
            parameter(&["newest-first"])
                .optional::<Order>()
                .expect("a value of the list"),
            Some(Order::NewestFirst)
        );
        assert_eq!(parameter(&[]).optional::<i64>().expect("nothing"), None);
    }

    #[test]
    fn each_style_is_read_as_it_is_written() {
        let words = |parameter: Parameter<'_>| parameter.required::<Vec<String>>().expect("a list");
        assert_eq!(words(parameter(&["a,b", "c"]).repeated()), ["a,b", "c"]);
        assert_eq!(words(parameter(&["a"]).repeated()), ["a"]);
        assert_eq!(words(parameter(&["a|b"]).separated_by("|")), ["a", "b"]);
        assert_eq!(words(parameter(&["a, b"]).separated_by(",")), ["a", " b"]);
        let header = Parameter {
            trims: true,
            ..parameter(&["a, b"])
        };
        assert_eq!(words(header.separated_by(",")), ["a", "b"]);
        let label = parameter(&[".a.b"]).prefixed(".").separated_by(".");
        assert_eq!(words(label), ["a", "b"]);
        let matrix = parameter(&[";id=a;id=b"]).prefixed(";id=");
        assert_eq!(words(matrix.separated_by(";id=")), ["a", "b"]);
        let json = parameter(&["[\"a\", \"b\"]"]).json();
        assert_eq!(words(json), ["a", "b"]);
        assert_eq!(
            message(parameter(&["a"]).prefixed(".").required::<String>()),
            "the parameter `limit` is wrong: it must begin with `.`"
        );
        assert_eq!(
            message(parameter(&["{"]).json().required::<Value>()),
            "the parameter `limit` is wrong: it is no JSON"
        );
    }

    #[test]
    fn a_default_counts_as_sent_where_the_parameter_is_left_out() {
        let limit = |texts: &[&'static str]| parameter(texts).or(&["20"]).required::<i64>();
        assert_eq!(limit(&[]).expect("the default"), 20);
        assert_eq!(limit(&["5"]).expect("what was sent"), 5);
        let words = parameter(&[]).repeated().or(&["a", "b"]);
        assert_eq!(
            words.required::<Vec<String>>().expect("the default"),
            ["a", "b"]
        );
    }

    #[test]
    fn keys_of_an_object_are_scalars_of_their_types() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Range {
            from: i64,
            to: Option<i64>,
        }
        let sent = object([("from", "1"), ("other", "is ignored")].into_iter());
        let range = Parameter::new("range", Sent::Keys(sent)).required::<Range>();
        assert_eq!(range.expect("a range"), Range { from: 1, to: None });
        let none = Parameter::new("range", Sent::Keys(object(std::iter::empty())));
        assert_eq!(none.optional::<Range>().expect("nothing"), None);
    }

    #[test]
    fn a_parameter_that_is_missing_or_wrong_is_named() {
        assert_eq!(
            message(parameter(&[]).required::<i64>()),
            "the parameter `limit` is missing"
        );
        assert_eq!(
            message(parameter(&["many"]).required::<i64>()),
            "the parameter `limit` is wrong: invalid type: string \"many\", expected i64"
        );
        assert_eq!(
            message(parameter(&["NaN"]).required::<f64>()),
            "the parameter `limit` is wrong: invalid type: string \"NaN\", expected f64"
        );
        assert_eq!(
            message(parameter(&["1", "2"]).optional::<i64>()),
            "the parameter `limit` is wrong: it is given more than once"
        );
    }

    #[test]
    fn a_parameter_that_does_not_keep_to_its_constraints_is_named() {
        use crate::constraints::Constraint::*;
        use crate::constraints::Number;
        let limited = parameter(&["101"]).checked(&[Maximum(Number::Int(100))]);
        assert_eq!(
            message(limited.required::<i64>()),
            "the parameter `limit` is wrong: it must be at most 100"
        );
        let list = parameter(&["a,bc"]).separated_by(",");
        assert_eq!(
            message(
                list.checked(&[Items(&[MaxLength(1)])])
                    .required::<Vec<String>>()
            ),
            "the parameter `limit` is wrong: `[1]` must have at most 1 character"
        );
    }
}
