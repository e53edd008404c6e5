//! A parameter outside of the body: where it stands, how it is written, what it must keep to.

use std::fmt::Display;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Text, typed};
use crate::call::Call;
use crate::constraints::{Constraints, Notation, check};
use crate::error::Error;

/// A parameter of a request, before it is read.
#[must_use = "`required` or `optional` reads it"]
pub struct Parameter<'call> {
    name: &'static str,
    /// Its texts, decoded; several where a query repeats its name.
    texts: Vec<&'call str>,
    style: Style,
    constraints: Constraints,
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// One text.
    Scalar,
    /// A list with this character between its items.
    Separated(char),
}

/// A `{name}` of the path.
pub fn path<'call>(call: &'call Call, name: &'static str) -> Parameter<'call> {
    Parameter::new(name, call.path_param(name).into_iter().collect())
}

/// A parameter of the query.
pub fn query<'call>(call: &'call Call, name: &'static str) -> Parameter<'call> {
    Parameter::new(name, call.query_all(name).collect())
}

/// A header; one that is no text counts as missing.
pub fn header<'call>(call: &'call Call, name: &'static str) -> Parameter<'call> {
    let text = call.headers().get(name).and_then(|it| it.to_str().ok());
    Parameter::new(name, text.into_iter().collect())
}

impl<'call> Parameter<'call> {
    fn new(name: &'static str, texts: Vec<&'call str>) -> Self {
        Self {
            name,
            texts,
            style: Style::Scalar,
            constraints: &[],
        }
    }

    /// A list with a character between its items, which cannot hold it then.
    pub fn separated_by(self, separator: char) -> Self {
        Self {
            style: Style::Separated(separator),
            ..self
        }
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
        check(self.constraints, &value, Notation::Text).map_err(|found| wrong(&found))?;
        typed(Text(&value)).map(Some).map_err(|error| wrong(&error))
    }

    fn value(&self) -> Result<Option<Value>, &'static str> {
        let text = match self.texts.as_slice() {
            [] => return Ok(None),
            [text] => *text,
            // Which of them is meant is nothing to guess: two servers may guess differently.
            [..] => return Err("it is given more than once"),
        };
        Ok(Some(match self.style {
            Style::Scalar => Value::from(text),
            Style::Separated(_) if text.is_empty() => Value::Array(Vec::new()),
            Style::Separated(separator) => text.split(separator).map(Value::from).collect(),
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
        Parameter::new("limit", texts.to_vec())
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
        let list = parameter(&["1,2"]).separated_by(',').required::<Vec<i64>>();
        assert_eq!(list.expect("a list"), [1, 2]);
        let list = parameter(&[""]).separated_by(',').required::<Vec<i64>>();
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
        let list = parameter(&["a,bc"]).separated_by(',');
        assert_eq!(
            message(
                list.checked(&[Items(&[MaxLength(1)])])
                    .required::<Vec<String>>()
            ),
            "the parameter `limit` is wrong: `[1]` must have at most 1 character"
        );
    }
}
