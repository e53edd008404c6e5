//! A part of the typed document beside its place.
//!
//! The types of `openapiv3` know no positions, so that each part is handed around with its pointer:
//! at once the key of the span table and the identity of a schema.

use std::borrow::Borrow;

use indexmap::IndexMap;
use openapiv3::{ReferenceOr, Schema};

use crate::source::spans::SpanMap;

/// Something of the document and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct At<T> {
    /// RFC 6901 pointer from the root of the file.
    pub(crate) pointer: String,
    /// What stands there.
    pub(crate) value: T,
}

/// A schema as it is written: itself, or a reference to it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum SchemaOrRef<'d> {
    Schema(&'d Schema),
    Ref(&'d str),
}

/// The place of a schema, before references are followed.
pub(crate) type Slot<'d> = At<SchemaOrRef<'d>>;

impl<T> At<T> {
    /// What stands at a pointer.
    pub(crate) fn new(pointer: impl Into<String>, value: T) -> Self {
        Self {
            pointer: pointer.into(),
            value,
        }
    }

    /// What stands under a key of this.
    pub(crate) fn under<U>(&self, key: &str, value: U) -> At<U> {
        At::new(format!("{}/{}", self.pointer, SpanMap::escape(key)), value)
    }

    /// What stands in the mapping under a key of this, in the order of the file.
    pub(crate) fn entries<'d, U>(
        &self,
        key: &str,
        members: &'d IndexMap<String, U>,
    ) -> impl Iterator<Item = (&'d str, At<&'d U>)> + use<'d, T, U> {
        let holder = self.under(key, ());
        members
            .iter()
            .map(move |(key, member)| (key.as_str(), holder.under(key, member)))
    }

    /// What stands in the list under a key of this.
    pub(crate) fn items<'d, U>(
        &self,
        key: &str,
        list: &'d [U],
    ) -> impl Iterator<Item = At<&'d U>> + use<'d, T, U> {
        let holder = self.under(key, ());
        list.iter()
            .enumerate()
            .map(move |(index, item)| holder.under(&index.to_string(), item))
    }

    /// The name of the schema that this place is: `User` for `/components/schemas/User`.
    pub(crate) fn component(&self) -> Option<String> {
        let name = self.pointer.strip_prefix("/components/schemas/")?;
        (!name.contains('/')).then(|| name.replace("~1", "/").replace("~0", "~"))
    }
}

/// Boxed schemas (properties, items) and plain ones alike.
impl<'d, S: Borrow<Schema>> From<At<&'d ReferenceOr<S>>> for Slot<'d> {
    fn from(at: At<&'d ReferenceOr<S>>) -> Self {
        let value = match at.value {
            ReferenceOr::Item(schema) => SchemaOrRef::Schema(schema.borrow()),
            ReferenceOr::Reference { reference } => SchemaOrRef::Ref(reference),
        };
        At::new(at.pointer, value)
    }
}

impl<'d> From<At<&'d Schema>> for Slot<'d> {
    fn from(at: At<&'d Schema>) -> Self {
        At::new(at.pointer, SchemaOrRef::Schema(at.value))
    }
}
