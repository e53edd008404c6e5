//! What the values of a request must keep to beyond their types, as data, and the check.
//!
//! Each keyword means what JSON Schema 2020-12 says (Validation, §6), and like there it says nothing about
//! values of another type: those are refused when the value is read. Rules kept here:
//!
//! - a refusal is answered 400 and names the value (`tags[2]`), before any code of the application runs;
//! - a check takes no more time than the request is long, but for a `pattern`, which runs last.

mod formats;
mod numbers;
mod pattern;
mod shared;

use std::collections::HashSet;
use std::fmt::Display;

use serde_json::Value;

pub use self::formats::Format;
pub use self::numbers::Number;
use self::numbers::{number, of_number};
use self::shared::canonical;

/// One thing that a value must keep to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Constraint {
    /// `minimum`.
    Minimum(Number),
    /// `maximum`.
    Maximum(Number),
    /// `exclusiveMinimum`.
    ExclusiveMinimum(Number),
    /// `exclusiveMaximum`.
    ExclusiveMaximum(Number),
    /// `multipleOf`.
    MultipleOf(Number),
    /// `minLength`, in Unicode code points.
    MinLength(usize),
    /// `maxLength`, in Unicode code points.
    MaxLength(usize),
    /// `pattern`, of ECMA 262; it may match anywhere in the text.
    Pattern(&'static str),
    /// `format`.
    Format(Format),
    /// `enum` of other values than texts: JSON, where keys are sorted and 1.0 is written 1.
    Listed(&'static [&'static str]),
    /// `minItems`.
    MinItems(usize),
    /// `maxItems`.
    MaxItems(usize),
    /// `uniqueItems`.
    UniqueItems,
    /// `minProperties`.
    MinProperties(usize),
    /// `maxProperties`.
    MaxProperties(usize),
    /// `additionalProperties: false`: an object has no other keys than these.
    Closed(&'static [&'static str]),
    /// `properties`: the value of a key.
    Key(&'static str, Constraints),
    /// `additionalProperties`: the values of all keys but these.
    OtherKeys(&'static [&'static str], Constraints),
    /// `items`: each item of a list.
    Items(Constraints),
    /// `oneOf` and `anyOf`: one of them.
    AnyOf(&'static [Alternative]),
    /// What another schema asks for.
    Of(&'static Constraints),
}

/// All that a value must keep to.
pub type Constraints = &'static [Constraint];

/// A kind of JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Of any kind.
    Any,
    /// A string.
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// An array.
    List,
    /// An object.
    Object,
}

impl Kind {
    fn is_of(self, value: &Value, notation: Notation) -> bool {
        let text = value.as_str().filter(|_| notation == Notation::Text);
        match self {
            Self::Any => true,
            Self::Text => value.is_string(),
            Self::Number => value.is_number() || text.is_some_and(|it| it.parse::<f64>().is_ok()),
            Self::Boolean => {
                value.is_boolean() || text.is_some_and(|it| it.parse::<bool>().is_ok())
            }
            // One value may stand for a list of one.
            Self::List => value.is_array() || text.is_some(),
            Self::Object => value.is_object(),
        }
    }
}

/// One of several alternatives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alternative {
    /// Of which kind a value must be to be this one.
    pub kind: Kind,
    /// Keys that an object must have to be this one.
    pub required: &'static [&'static str],
    /// Keys whose text is one of these in this one.
    pub literals: &'static [(&'static str, &'static [&'static str])],
    /// What it must then keep to.
    pub constraints: Constraints,
}

/// How values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notation {
    /// As JSON.
    Json,
    /// As texts, numbers too; one value may stand for a list of one.
    Text,
}

/// Why a value is refused: where it is, and what it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    /// `tags[2]`; empty for the whole value.
    pub(crate) place: String,
    /// `must have at most 80 characters`.
    pub(crate) demand: String,
}

impl Violation {
    fn new(demand: impl Into<String>) -> Self {
        Self {
            place: String::new(),
            demand: demand.into(),
        }
    }

    fn below(mut self, step: impl Display) -> Self {
        let dot = if self.place.is_empty() || self.place.starts_with('[') {
            ""
        } else {
            "."
        };
        self.place = format!("{step}{dot}{}", self.place);
        self
    }
}

/// Checks a value.
///
/// # Errors
/// The first violation, in the order of the constraints.
pub(crate) fn check(
    constraints: Constraints,
    value: &Value,
    notation: Notation,
) -> Result<(), Violation> {
    for constraint in constraints {
        one(constraint, value, notation)?;
    }
    Ok(())
}

fn one(constraint: &Constraint, value: &Value, notation: Notation) -> Result<(), Violation> {
    use Constraint as C;
    match constraint {
        C::Of(others) => check(others, value, notation),
        C::AnyOf(alternatives) => any_of(alternatives, value, notation),
        C::Listed(texts) => {
            let sent = canonical(value);
            let is_text = |text: &str| notation == Notation::Text && value == text;
            let is_listed = (texts.iter()).any(|text| *text == sent || is_text(text));
            require(is_listed, || format!("must be one of {}", texts.join(", ")))
        }
        C::Minimum(_)
        | C::Maximum(_)
        | C::ExclusiveMinimum(_)
        | C::ExclusiveMaximum(_)
        | C::MultipleOf(_) => match number(value, notation) {
            Some(number) => of_number(constraint, number),
            None => Ok(()),
        },
        C::Format(format) if format.is_of_numbers() => match number(value, notation) {
            Some(number) if !format.holds_number(number) => Err(Violation::new(format.demand())),
            _ => Ok(()),
        },
        C::MinLength(_) | C::MaxLength(_) | C::Pattern(_) | C::Format(_) => match value.as_str() {
            Some(text) => of_text(constraint, text),
            None => Ok(()),
        },
        C::MinItems(_) | C::MaxItems(_) | C::UniqueItems | C::Items(_) => match value {
            Value::Array(items) => of_list(constraint, items, notation),
            Value::String(_) if notation == Notation::Text => {
                of_list(constraint, std::slice::from_ref(value), notation)
            }
            _ => Ok(()),
        },
        C::MinProperties(_)
        | C::MaxProperties(_)
        | C::Closed(_)
        | C::Key(..)
        | C::OtherKeys(..) => match value.as_object() {
            Some(object) => of_object(constraint, object, notation),
            None => Ok(()),
        },
    }
}

fn of_text(constraint: &Constraint, text: &str) -> Result<(), Violation> {
    use Constraint as C;
    // Counted no further than the limit.
    let has_more_than = |limit: usize| text.chars().nth(limit).is_some();
    match constraint {
        C::MinLength(0) => Ok(()),
        C::MinLength(least) => require(has_more_than(least - 1), || {
            format!("must have at least {}", count(*least, "character"))
        }),
        C::MaxLength(most) => require(!has_more_than(*most), || {
            format!("must have at most {}", count(*most, "character"))
        }),
        C::Format(format) => require(format.holds(text), || format.demand().to_owned()),
        C::Pattern(pattern) => require(pattern::matches(pattern, text), || {
            format!("must match the pattern {pattern}")
        }),
        _ => Ok(()),
    }
}

fn of_list(constraint: &Constraint, items: &[Value], notation: Notation) -> Result<(), Violation> {
    use Constraint as C;
    match constraint {
        C::MinItems(least) => require(items.len() >= *least, || {
            format!("must have at least {}", count(*least, "item"))
        }),
        C::MaxItems(most) => require(items.len() <= *most, || {
            format!("must have at most {}", count(*most, "item"))
        }),
        C::UniqueItems => {
            // By a set, since comparing each with each is quadratic in what a client sends.
            let mut seen = HashSet::new();
            let is_new = |item| seen.insert(canonical(item));
            require(items.iter().all(is_new), || {
                "must not have two equal items".to_owned()
            })
        }
        C::Items(constraints) => items.iter().enumerate().try_for_each(|(index, item)| {
            check(constraints, item, notation).map_err(|found| found.below(format!("[{index}]")))
        }),
        _ => Ok(()),
    }
}

fn of_object(
    constraint: &Constraint,
    object: &serde_json::Map<String, Value>,
    notation: Notation,
) -> Result<(), Violation> {
    use Constraint as C;
    match constraint {
        C::MinProperties(least) => require(object.len() >= *least, || {
            format!("must have at least {}", count(*least, "key"))
        }),
        C::MaxProperties(most) => require(object.len() <= *most, || {
            format!("must have at most {}", count(*most, "key"))
        }),
        C::Closed(keys) => {
            let unknown = object.keys().find(|key| !keys.contains(&key.as_str()));
            match unknown {
                Some(key) => Err(Violation::new("is not known here").below(shown(key))),
                None => Ok(()),
            }
        }
        C::Key(key, constraints) => match object.get(*key) {
            Some(value) => {
                check(constraints, value, notation).map_err(|found| found.below(shown(key)))
            }
            None => Ok(()),
        },
        C::OtherKeys(known, constraints) => object
            .iter()
            .filter(|(key, _)| !known.contains(&key.as_str()))
            .try_for_each(|(key, value)| {
                check(constraints, value, notation).map_err(|found| found.below(shown(key)))
            }),
        _ => Ok(()),
    }
}

/// A key that a client may have made up, cut to what a message can hold.
fn shown(key: &str) -> String {
    const LONGEST: usize = 60;
    match key.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &key[..end]),
        None => key.to_owned(),
    }
}

/// What decides which alternative a value is are its kind, its keys and literals; a value that is none of them is
/// refused when it is read.
fn any_of(
    alternatives: &[Alternative],
    value: &Value,
    notation: Notation,
) -> Result<(), Violation> {
    let mut first = Ok(());
    for alternative in alternatives.iter().filter(|one| one.fits(value, notation)) {
        match check(alternative.constraints, value, notation) {
            Ok(()) => return Ok(()),
            Err(found) if first.is_ok() => first = Err(found),
            Err(_) => {}
        }
    }
    first
}

impl Alternative {
    fn fits(&self, value: &Value, notation: Notation) -> bool {
        let text_of = |key: &str| value.get(key).and_then(Value::as_str);
        self.kind.is_of(value, notation)
            && self.required.iter().all(|key| value.get(key).is_some())
            && (self.literals.iter())
                .all(|(key, literals)| text_of(key).is_some_and(|text| literals.contains(&text)))
    }
}

fn require(holds: bool, demand: impl FnOnce() -> String) -> Result<(), Violation> {
    if holds {
        Ok(())
    } else {
        Err(Violation::new(demand()))
    }
}

fn count(number: usize, unit: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural}")
}

#[cfg(test)]
mod tests;
