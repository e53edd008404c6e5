//! What can be demanded of one value, and the reason that clients get where it is not met.
//!
//! Pure functions from a value to a verdict. The reasons are part of the protocol, because websites decide by
//! them what to show; clients rely even on the unusual name in the reason of a missing list.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::validator::Verdict;

/// A check that the application wrote.
pub(super) type Check = dyn Fn(Option<&Value>) -> Verdict + Send + Sync;

/// A demand on the value of a claim.
#[derive(Clone)]
pub(super) enum Demand {
    HasValue(Value),
    Includes(Value),
    Excludes(Value),
    IncludesAll(Vec<Value>),
    IncludesAny(Vec<Value>),
    ExcludesAll(Vec<Value>),
    Checked(Arc<Check>),
}

impl Demand {
    /// The verdict on a missing value.
    fn missing(&self) -> Verdict {
        let (name, expected) = match self {
            Self::HasValue(value) => ("expectedValue", value.clone()),
            Self::Includes(value) => ("expectedToInclude", value.clone()),
            Self::Excludes(value) => ("expectedToNotInclude", value.clone()),
            Self::IncludesAll(values) => ("expectedToInclude", json!(values)),
            Self::IncludesAny(values) | Self::ExcludesAll(values) => {
                ("expectedToNotInclude", json!(values))
            }
            Self::Checked(check) => return check(None),
        };
        unmet("value does not exist", name, expected, None)
    }

    /// Whether a value meets the demand.
    pub(super) fn judge(&self, value: Option<&Value>) -> Verdict {
        let Some(value) = value.filter(|value| self.takes(value)) else {
            return self.missing();
        };
        let has = |wanted: &Value| {
            let list = value.as_array().map_or(&[][..], Vec::as_slice);
            list.iter().any(|known| same(known, wanted))
        };
        let (met, name, expected) = match self {
            Self::HasValue(wanted) => (same(value, wanted), "expectedValue", wanted.clone()),
            Self::Includes(wanted) => (has(wanted), "expectedToInclude", wanted.clone()),
            Self::Excludes(wanted) => (!has(wanted), "expectedToNotInclude", wanted.clone()),
            Self::IncludesAll(wanted) => {
                (wanted.iter().all(has), "expectedToInclude", json!(wanted))
            }
            Self::IncludesAny(wanted) => (
                wanted.iter().any(has),
                "expectedToIncludeAtLeastOneOf",
                json!(wanted),
            ),
            Self::ExcludesAll(wanted) => (
                !wanted.iter().any(has),
                "expectedToNotInclude",
                json!(wanted),
            ),
            Self::Checked(check) => return check(Some(value)),
        };
        if met {
            return Verdict::Met;
        }
        unmet("wrong value", name, expected, Some(value))
    }

    /// Whether a value has the type that the demand is about.
    pub(super) fn takes(&self, value: &Value) -> bool {
        matches!(self, Self::HasValue(_) | Self::Checked(_)) || value.is_array()
    }
}

fn unmet(message: &str, name: &str, expected: Value, actual: Option<&Value>) -> Verdict {
    let mut reason = Map::new();
    reason.insert("message".to_owned(), Value::from(message));
    reason.insert(name.to_owned(), expected);
    if let Some(actual) = actual {
        reason.insert("actualValue".to_owned(), actual.clone());
    }
    Verdict::Unmet(Some(Value::Object(reason)))
}

/// Equality of JSON values, in which 1 and 1.0 are one number.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left == right || left.as_f64() == right.as_f64() && !both_whole(left, right)
        }
        _ => left == right,
    }
}

/// Whole numbers are compared as such: as floats, large neighbours would be equal.
fn both_whole(left: &serde_json::Number, right: &serde_json::Number) -> bool {
    !left.is_f64() && !right.is_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_demand_and_its_reasons() {
        let admin = || json!("admin");
        let both = || vec![json!("a"), json!("b")];
        for (demand, value, reason) in [
            (
                Demand::HasValue(admin()),
                None,
                r#"{"message":"value does not exist","expectedValue":"admin"}"#,
            ),
            (
                Demand::HasValue(admin()),
                Some(json!("user")),
                r#"{"message":"wrong value","expectedValue":"admin","actualValue":"user"}"#,
            ),
            (
                Demand::HasValue(json!(true)),
                Some(Value::Null),
                r#"{"message":"wrong value","expectedValue":true,"actualValue":null}"#,
            ),
            (
                Demand::Includes(json!("a")),
                None,
                r#"{"message":"value does not exist","expectedToInclude":"a"}"#,
            ),
            (
                Demand::Includes(json!("a")),
                Some(json!(["b"])),
                r#"{"message":"wrong value","expectedToInclude":"a","actualValue":["b"]}"#,
            ),
            (
                Demand::Includes(json!("a")),
                Some(json!("a")),
                r#"{"message":"value does not exist","expectedToInclude":"a"}"#,
            ),
            (
                Demand::Excludes(json!("a")),
                None,
                r#"{"message":"value does not exist","expectedToNotInclude":"a"}"#,
            ),
            (
                Demand::Excludes(json!("a")),
                Some(json!(["a"])),
                r#"{"message":"wrong value","expectedToNotInclude":"a","actualValue":["a"]}"#,
            ),
            (
                Demand::IncludesAll(both()),
                None,
                r#"{"message":"value does not exist","expectedToInclude":["a","b"]}"#,
            ),
            (
                Demand::IncludesAll(both()),
                Some(json!(["a"])),
                r#"{"message":"wrong value","expectedToInclude":["a","b"],"actualValue":["a"]}"#,
            ),
            (
                Demand::IncludesAny(both()),
                None,
                r#"{"message":"value does not exist","expectedToNotInclude":["a","b"]}"#,
            ),
            (
                Demand::IncludesAny(both()),
                Some(json!([])),
                r#"{"message":"wrong value","expectedToIncludeAtLeastOneOf":["a","b"],"actualValue":[]}"#,
            ),
            (
                Demand::ExcludesAll(both()),
                None,
                r#"{"message":"value does not exist","expectedToNotInclude":["a","b"]}"#,
            ),
            (
                Demand::ExcludesAll(both()),
                Some(json!(["c", "b"])),
                r#"{"message":"wrong value","expectedToNotInclude":["a","b"],"actualValue":["c","b"]}"#,
            ),
        ] {
            let Verdict::Unmet(Some(found)) = demand.judge(value.as_ref()) else {
                panic!("met, though it should be {reason}");
            };
            assert_eq!(found.to_string(), reason);
        }
    }

    #[test]
    fn what_is_met() {
        let both = || vec![json!("a"), json!("b")];
        for (demand, value) in [
            (Demand::HasValue(json!("x")), json!("x")),
            (Demand::HasValue(json!(1)), json!(1.0)),
            (Demand::HasValue(json!(null)), json!(null)),
            (Demand::Includes(json!(2)), json!([1, 2.0])),
            (Demand::Excludes(json!("a")), json!([])),
            (Demand::IncludesAll(both()), json!(["b", "x", "a"])),
            (Demand::IncludesAll(Vec::new()), json!([])),
            (Demand::IncludesAny(both()), json!(["x", "b"])),
            (Demand::ExcludesAll(both()), json!(["x"])),
        ] {
            assert_eq!(demand.judge(Some(&value)), Verdict::Met, "{value}");
        }
        let large = Demand::HasValue(json!(9_007_199_254_740_993_i64));
        let neighbour = json!(9_007_199_254_740_992_i64);
        assert_ne!(large.judge(Some(&neighbour)), Verdict::Met);
    }
}
