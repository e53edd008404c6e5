//! Values that a description fixes: `enum: [true]`, `const: 3`.
//!
//! Each is a type of one value, so that an answer cannot have another one, and a request that has another one is
//! refused. In a union such a key says which alternative a value is.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Unexpected};
use serde::ser::{Serialize, Serializer};

/// `true`, or `false`.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Flag<const VALUE: bool>;

/// One whole number.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Whole<const VALUE: i64>;

impl<const VALUE: bool> fmt::Debug for Flag<VALUE> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        VALUE.fmt(f)
    }
}

impl<const VALUE: i64> fmt::Debug for Whole<VALUE> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        VALUE.fmt(f)
    }
}

impl<const VALUE: bool> Serialize for Flag<VALUE> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        VALUE.serialize(serializer)
    }
}

impl<const VALUE: i64> Serialize for Whole<VALUE> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        VALUE.serialize(serializer)
    }
}

impl<'de, const VALUE: bool> Deserialize<'de> for Flag<VALUE> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match bool::deserialize(deserializer)? {
            value if value == VALUE => Ok(Self),
            other => Err(Error::invalid_value(
                Unexpected::Bool(other),
                &format!("`{VALUE}`").as_str(),
            )),
        }
    }
}

impl<'de, const VALUE: i64> Deserialize<'de> for Whole<VALUE> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match i64::deserialize(deserializer)? {
            value if value == VALUE => Ok(Self),
            other => Err(Error::invalid_value(
                Unexpected::Signed(other),
                &format!("`{VALUE}`").as_str(),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json, to_value};

    use super::*;

    #[test]
    fn one_value_is_written_and_read_and_another_one_is_refused() {
        assert_eq!(to_value(Flag::<false>).ok(), Some(json!(false)));
        assert_eq!(to_value(Whole::<-3>).ok(), Some(json!(-3)));
        assert_eq!(from_value::<Flag<true>>(json!(true)).ok(), Some(Flag));
        assert_eq!(from_value::<Whole<3>>(json!(3)).ok(), Some(Whole));
        let refused = from_value::<Flag<true>>(json!(false)).expect_err("it is another value");
        assert!(refused.to_string().contains("expected `true`"), "{refused}");
        assert!(from_value::<Whole<3>>(json!(4)).is_err());
        assert!(from_value::<Whole<3>>(json!("3")).is_err());
    }
}
