//! A place in the spec: its JSON pointer and the value there.
//!
//! `lower` reads the spec through this one view, so that every value knows where it stands: the
//! pointer is at once the key of the span table and the identity of a schema.

use serde_json::{Map, Value};

use crate::source::spans::SpanMap;

/// A value of the spec and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node<'d> {
    /// RFC 6901 pointer from the root of the file.
    pub(super) pointer: String,
    /// What stands there.
    pub(super) value: &'d Value,
}

/// Longest chain of `$ref`s that is followed; `spec` has refused circles.
const MAX_HOPS: usize = 64;

impl<'d> Node<'d> {
    /// The whole file.
    pub(super) fn root(value: &'d Value) -> Self {
        Self {
            pointer: String::new(),
            value,
        }
    }

    /// The value under a key of an object.
    pub(super) fn get(&self, key: &str) -> Option<Node<'d>> {
        let value = self.value.get(key)?;
        Some(Node {
            pointer: format!("{}/{}", self.pointer, SpanMap::escape(key)),
            value,
        })
    }

    /// The text under a key; `None` where it is missing or no text.
    pub(super) fn text(&self, key: &str) -> Option<&'d str> {
        self.value.get(key)?.as_str()
    }

    /// Whether the key says `true`.
    pub(super) fn is_true(&self, key: &str) -> bool {
        self.value.get(key).and_then(Value::as_bool) == Some(true)
    }

    /// Whether the key is there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.value.get(key).is_some()
    }

    /// The value as an object.
    pub(super) fn object(&self) -> Option<&'d Map<String, Value>> {
        self.value.as_object()
    }

    /// All keys of an object in file order; nothing for any other value.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&'d str, Node<'d>)> + use<'d> {
        let pointer = self.pointer.clone();
        self.object().into_iter().flatten().map(move |(key, value)| {
            let pointer = format!("{pointer}/{}", SpanMap::escape(key));
            (key.as_str(), Node { pointer, value })
        })
    }

    /// All items of the array under a key; nothing where there is none.
    pub(super) fn items(&self, key: &str) -> impl Iterator<Item = Node<'d>> + use<'d> {
        let pointer = format!("{}/{}", self.pointer, SpanMap::escape(key));
        let items = self.value.get(key).and_then(Value::as_array);
        items
            .into_iter()
            .flatten()
            .enumerate()
            .map(move |(index, value)| Node {
                pointer: format!("{pointer}/{index}"),
                value,
            })
    }

    /// All texts of the array under a key.
    pub(super) fn texts(&self, key: &str) -> impl Iterator<Item = &'d str> + use<'d> {
        let items = self.value.get(key).and_then(Value::as_array);
        items.into_iter().flatten().filter_map(Value::as_str)
    }

    /// The place that a `$ref` here leads to at last, or this place itself.
    pub(super) fn resolve(self, root: &'d Value) -> Node<'d> {
        let mut node = self;
        for _ in 0..MAX_HOPS {
            let Some(target) = node.text("$ref").and_then(|text| text.strip_prefix('#')) else {
                break;
            };
            let Some(value) = root.pointer(target) else {
                break;
            };
            node = Node {
                pointer: target.to_owned(),
                value,
            };
        }
        node
    }

    /// The name of the component that this place is: `User` for `/components/schemas/User`.
    pub(super) fn component(&self) -> Option<String> {
        let name = self.pointer.strip_prefix("/components/schemas/")?;
        (!name.contains('/')).then(|| name.replace("~1", "/").replace("~0", "~"))
    }

    /// `title` or `description`, without blanks around it.
    pub(super) fn docs(&self) -> String {
        let text = self.text("description").or_else(|| self.text("title"));
        text.unwrap_or_default().trim().to_owned()
    }
}
