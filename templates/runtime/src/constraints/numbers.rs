//! Limits of numbers, exact where both sides are whole numbers.

use std::cmp::Ordering;
use std::fmt::{self, Display};

use serde_json::Value;

use super::{Constraint, Notation, Violation, require};

/// A number of a description, exact for integers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// A whole number.
    Int(i64),
    /// Any other.
    Float(f64),
}

/// A number as it was sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Sent {
    Int(i128),
    Float(f64),
}

pub(super) fn number(value: &Value, notation: Notation) -> Option<Sent> {
    match value {
        Value::Number(number) => number
            .as_i64()
            .map(i128::from)
            .or_else(|| number.as_u64().map(i128::from))
            .map(Sent::Int)
            .or_else(|| number.as_f64().map(Sent::Float)),
        Value::String(text) if notation == Notation::Text => match text.parse() {
            Ok(whole) => Some(Sent::Int(whole)),
            Err(_) => text.parse().ok().map(Sent::Float),
        },
        _ => None,
    }
}

pub(super) fn of_number(constraint: &Constraint, sent: Sent) -> Result<(), Violation> {
    use Constraint as C;
    let ordering = |limit: &Number| match (sent, *limit) {
        (Sent::Int(sent), Number::Int(limit)) => Some(sent.cmp(&i128::from(limit))),
        (sent, limit) => float(sent).partial_cmp(&of_limit(limit)),
    };
    let (holds, demand) = match constraint {
        C::Minimum(limit) => (
            ordering(limit).is_some_and(Ordering::is_ge),
            format!("must be at least {limit}"),
        ),
        C::Maximum(limit) => (
            ordering(limit).is_some_and(Ordering::is_le),
            format!("must be at most {limit}"),
        ),
        C::ExclusiveMinimum(limit) => (
            ordering(limit).is_some_and(Ordering::is_gt),
            format!("must be more than {limit}"),
        ),
        C::ExclusiveMaximum(limit) => (
            ordering(limit).is_some_and(Ordering::is_lt),
            format!("must be less than {limit}"),
        ),
        C::MultipleOf(step) => (
            is_multiple(sent, *step),
            format!("must be a multiple of {step}"),
        ),
        _ => return Ok(()),
    };
    require(holds, || demand)
}

#[allow(
    clippy::cast_precision_loss,
    reason = "a limit that is no whole number is compared as a double, as JavaScript does"
)]
fn float(sent: Sent) -> f64 {
    match sent {
        Sent::Int(whole) => whole as f64,
        Sent::Float(float) => float,
    }
}

fn of_limit(limit: Number) -> f64 {
    match limit {
        Number::Int(whole) => float(Sent::Int(i128::from(whole))),
        Number::Float(float) => float,
    }
}

fn is_multiple(sent: Sent, step: Number) -> bool {
    if let (Sent::Int(sent), Number::Int(step)) = (sent, step) {
        return step != 0 && sent % i128::from(step) == 0;
    }
    let quotient = float(sent) / of_limit(step);
    // 19.99 is a multiple of 0.01, and neither of them is a double: the quotient is off by a few units in
    // the last place.
    let error = (quotient - quotient.round()).abs();
    quotient.is_finite() && error <= quotient.abs().max(1.0) * f64::EPSILON * 4.0
}

impl Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(whole) => whole.fmt(f),
            Self::Float(float) => float.fmt(f),
        }
    }
}
