//! Where everything in a file stands: JSON pointer → bytes of the key and of the value.
//!
//! Values know no positions, so every stage that finds a fault names its
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::read::read;

    fn spans(text: &str) -> SpanMap {
        read(&SourceFile::new("api.yaml", text))
            .expect("the text is valid")
            .1
    }

    #[test]
    fn a_pointer_finds_key_and_value() {
        let spans = spans(
            "paths:\n  /a~b:\n    tags: [x, 'y z']\n    note: |\n      long\n      text\n\nend: 1\n",
        );
        assert_eq!(spans.key("/paths/~1a~0b").text(), "/a~b");
        assert_eq!(spans.at("/paths/~1a~0b/tags").text(), "[x, 'y z']");
        assert_eq!(spans.at("/paths/~1a~0b/tags/1").text(), "'y z'");
        assert_eq!(spans.at("/paths/~1a~0b/note").text(), "long\n      text");
        assert!(spans.at("/paths").text().ends_with("text"));
        assert_eq!(spans.at("").text().lines().count(), 8);
    }

    #[test]
    fn a_pointer_to_nothing_finds_what_is_above() {
        let spans = spans("info:\n  title: Doors\n  tags:\n    - name: a\n");
        assert_eq!(spans.at("/info/version").text(), "info");
        assert_eq!(spans.at("/info/title/deeper/still").text(), "title");
        assert_eq!(spans.key("/info/tags/0").text(), "name");
        assert_eq!(spans.key("/info/tags/7").text(), "tags");
        assert_eq!(spans.key("").text(), "info");
    }

    #[test]
    fn letters_of_several_bytes_and_windows_line_ends_move_nothing() {
        let spans = spans("a\u{2800}\u{2800}:\r\n  é: \"ü\u{1F510}\"\r\n  z: word # ö\r\n");
        assert_eq!(spans.key("/a\u{2800}\u{2800}").text(), "a\u{2800}\u{2800}");
        assert_eq!(spans.at("/a\u{2800}\u{2800}/é").text(), "\"ü\u{1F510}\"");
        let z = spans.at("/a\u{2800}\u{2800}/z");
        assert_eq!(z.text(), "word");
        assert_eq!(z.file.line_column(z.range.start), (3, 6));
    }

    #[test]
    fn an_alias_is_a_place_and_its_inside_is_at_the_anchor() {
        let spans = spans("a: &door\n  colour: red\nb: *door\n");
        assert_eq!(spans.at("/b").text(), "*door");
        assert_eq!(spans.key("/b").text(), "b");
        assert_eq!(spans.at("/b/colour"), spans.at("/a/colour"));
    }

    #[test]
    fn json_has_places_too() {
        let file = SourceFile::new(
            "api.json",
            "{\n\t\"a/b\": [1, \"\\ud83d\\udd10 \\\"x\\\"\"], \"n\": -1.5e3}",
        );
        let (value, spans) = read(&file).expect("the text is valid");
        assert_eq!(
            value,
            serde_json::json!({"a/b": [1, "\u{1F510} \"x\""], "n": -1500.0})
        );
        assert_eq!(spans.key("/a~1b").text(), "\"a/b\"");
        assert_eq!(spans.at("/a~1b/1").text(), "\"\\ud83d\\udd10 \\\"x\\\"\"");
        assert_eq!(spans.at("/n").text(), "-1.5e3");
    }
}
