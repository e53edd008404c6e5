//! Keys of a body that need more than serde does by itself: `null` is not the same as a key that is left out, and what
//! only answers have is not read.

use std::collections::BTreeMap;
use std::fmt::{self, Formatter};
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

/// A key that may be left out and was not. Its value may be `null`, where `T` can be that.
///
/// # Errors
/// The value is not of the type.
pub fn sent<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    source: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(source).map(Some)
}

/// The keys that a schema does not name, without those that only answers have: a client sends back what it was
/// answered, and may not set it in that way (OWASP API3:2023, mass assignment).
///
/// # Errors
/// A value is not of the type.
pub fn other_keys<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    source: D,
    ignored: &'static [&'static str],
) -> Result<BTreeMap<String, T>, D::Error> {
    source.deserialize_map(OtherKeys {
        ignored,
        value: PhantomData,
    })
}

struct OtherKeys<T> {
    ignored: &'static [&'static str],
    value: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for OtherKeys<T> {
    type Value = BTreeMap<String, T>;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut source: A) -> Result<Self::Value, A::Error> {
        let mut keys = BTreeMap::new();
        while let Some(key) = source.next_key::<String>()? {
            if self.ignored.contains(&key.as_str()) {
                source.next_value::<IgnoredAny>()?;
            } else {
                keys.insert(key, source.next_value()?);
            }
        }
        Ok(keys)
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Patch {
        #[serde(skip_serializing_if = "Option::is_none")]
        #[serde(default, deserialize_with = "sent")]
        note: Option<Option<String>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        #[serde(default, deserialize_with = "sent")]
        anything: Option<Value>,
    }

    fn read(body: Value) -> Patch {
        serde_json::from_value(body).expect("it fits")
    }

    #[test]
    fn null_is_not_the_same_as_a_key_that_is_left_out() {
        assert_eq!(read(json!({})).note, None);
        assert_eq!(read(json!({ "note": null })).note, Some(None));
        let note = Some(Some("n".to_owned()));
        assert_eq!(read(json!({ "note": "n" })).note, note);
        assert_eq!(read(json!({})).anything, None);
        assert_eq!(
            read(json!({ "anything": null })).anything,
            Some(Value::Null)
        );
        for body in [
            json!({}),
            json!({ "note": null }),
            json!({ "anything": null }),
        ] {
            assert_eq!(json!(read(body.clone())), body);
        }
    }

    fn rest<'de, D: Deserializer<'de>>(source: D) -> Result<BTreeMap<String, i64>, D::Error> {
        other_keys(source, &["id"])
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Counts {
        name: String,
        #[serde(flatten, deserialize_with = "rest")]
        rest: BTreeMap<String, i64>,
    }

    #[test]
    fn keys_of_answers_are_ignored_whatever_they_hold() {
        let body = json!({ "name": "n", "id": { "any": ["thing"] }, "a": 1 });
        let counts: Counts = serde_json::from_value(body).expect("it fits");
        assert_eq!(counts.rest, BTreeMap::from([("a".to_owned(), 1)]));
        let wrong = serde_json::from_value::<Counts>(json!({ "name": "n", "a": "x" }));
        assert!(wrong.is_err());
    }
}
