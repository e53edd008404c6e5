//! Texts that become whatever is asked of them: a number, a truth value, a name out of a list.

use serde::de::value::{Error, MapDeserializer, SeqDeserializer, StrDeserializer};
use serde::de::{Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value;

/// A value whose scalars are all written as texts.
pub(super) struct Text<'de>(pub(super) &'de Value);

impl<'de> Text<'de> {
    /// The text; of several, the first.
    fn first(&self) -> &'de str {
        let text = match self.0 {
            Value::Array(items) => items.first().and_then(Value::as_str),
            other => other.as_str(),
        };
        text.unwrap_or_default()
    }
}

impl<'de> IntoDeserializer<'de, Error> for Text<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Reads the text as a value of the type that the visitor wants.
macro_rules! parse {
    ($($method:ident $visit:ident $type:ty;)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self.first().parse::<$type>() {
                Ok(value) => visitor.$visit(value),
                // The visitor words the error: it knows what it wanted.
                Err(_) => visitor.visit_borrowed_str(self.first()),
            }
        })*
    };
}

impl<'de> Deserializer<'de> for Text<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Object(_) => self.deserialize_map(visitor),
            Value::Array(_) => self.deserialize_seq(visitor),
            _ => visitor.visit_borrowed_str(self.first()),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let items = match self.0 {
            Value::Array(items) => items.as_slice(),
            one => std::slice::from_ref(one),
        };
        visitor.visit_seq(SeqDeserializer::new(items.iter().map(Text)))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Object(keys) => {
                let keys = keys.iter().map(|(key, value)| (key.as_str(), Text(value)));
                visitor.visit_map(MapDeserializer::new(keys))
            }
            _ => visitor.visit_borrowed_str(self.first()),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(StrDeserializer::new(self.first()))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.first().parse::<f64>() {
            // JSON has neither infinities nor NaN.
            Ok(value) if value.is_finite() => visitor.visit_f64(value),
            _ => visitor.visit_borrowed_str(self.first()),
        }
    }

    parse! {
        deserialize_bool visit_bool bool;
        deserialize_i64 visit_i64 i64;
        deserialize_u64 visit_u64 u64;
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u32 u128 f32 char str string bytes byte_buf unit unit_struct tuple
        tuple_struct identifier ignored_any
    }
}
