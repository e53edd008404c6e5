//! Where everything in a file stands: JSON pointer → bytes of the key and of the value.
//!
//! The typed document (`openapiv3`) knows no positions, so every stage that finds a fault names its
//! place by an RFC 6901 pointer and asks here. What an alias (`*name`) brings in is found at the
//! anchor, where the words really stand; the alias itself is the place of the whole value.

use std::ops::Range;
use std::sync::Arc;

use indexmap::IndexMap;

use super::{SourceFile, Span};

/// The places of one file, as a tree in the shape of its values.
#[derive(Debug, Clone)]
pub(crate) struct SpanMap {
    file: SourceFile,
    root: Node,
}

/// One value and what lies inside it. Shared where an alias repeats it.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(super) key: Option<Range<usize>>,
    pub(super) value: Range<usize>,
    pub(super) inside: Inside,
}

/// The children of a [`Node`].
#[derive(Debug, Clone)]
pub(crate) enum Inside {
    /// A scalar.
    Nothing,
    /// The entries of a mapping by key.
    Entries(Arc<IndexMap<String, Node>>),
    /// The items of a sequence.
    Items(Arc<Vec<Node>>),
}

impl SpanMap {
    /// Only the reader makes one.
    pub(super) fn new(file: SourceFile, root: Node) -> Self {
        Self { file, root }
    }

    /// The value at a pointer; where the pointer leads to nothing, the nearest place above it: its
    /// key if it stands in a mapping, because a whole block underlined shows nothing.
    pub(crate) fn at(&self, pointer: &str) -> Span {
        match self.find(pointer) {
            (node, true) => self.span(node.value.clone()),
            (node, false) => self.name_of(node),
        }
    }

    /// The key at a pointer; where there is none (the root, an item of a list), the start of its
    /// value; where the pointer leads to nothing, the nearest place above it.
    pub(crate) fn key(&self, pointer: &str) -> Span {
        self.name_of(self.find(pointer).0)
    }

    /// Escapes one segment of a pointer.
    pub(crate) fn escape(segment: &str) -> String {
        segment.replace('~', "~0").replace('/', "~1")
    }

    /// The file that all places are in.
    pub(crate) fn file(&self) -> &SourceFile {
        &self.file
    }

    /// Walks as far as the pointer leads; whether that was all the way.
    fn find(&self, pointer: &str) -> (&Node, bool) {
        let mut node = &self.root;
        for segment in pointer.split('/').skip(1) {
            let next = match &node.inside {
                Inside::Nothing => None,
                Inside::Entries(entries) if segment.contains('~') => {
                    entries.get(&segment.replace("~1", "/").replace("~0", "~"))
                }
                Inside::Entries(entries) => entries.get(segment),
                Inside::Items(items) => segment
                    .parse::<usize>()
                    .ok()
                    .and_then(|index| items.get(index)),
            };
            let Some(next) = next else {
                return (node, false);
            };
            node = next;
        }
        (node, true)
    }

    fn name_of(&self, node: &Node) -> Span {
        if let Some(key) = &node.key {
            return self.span(key.clone());
        }
        // The first entry stands for the whole of a mapping in a list.
        let first = match &node.inside {
            Inside::Entries(entries) => entries.first().and_then(|(_, first)| first.key.clone()),
            _ => None,
        };
        self.span(first.unwrap_or_else(|| self.first_line(&node.value)))
    }

    fn first_line(&self, range: &Range<usize>) -> Range<usize> {
        let text = &self.file.text()[range.clone()];
        range.start..range.start + text.find(['\n', '\r']).unwrap_or(text.len())
    }

    fn span(&self, range: Range<usize>) -> Span {
        Span {
            file: self.file.clone(),
            range,
        }
    }
}
