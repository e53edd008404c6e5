//! Builds values and places from a stream of events, YAML's or JSON's alike.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::{Fault, MAX_DEPTH, span};
use crate::source::SourceFile;
use crate::source::spans::{Inside, Node, SpanMap};

/// What all aliases of a file may bring in together, in bytes and 16 for each value. Real files
/// stay far below; a few lines of nested aliases would otherwise grow without bound.
const MAX_ALIAS_WEIGHT: usize = 4 * 1024 * 1024;
const NODE_WEIGHT: usize = 16;

/// A finished value with its place, and what it costs to repeat it.
#[derive(Debug, Clone)]
struct Piece {
    value: Value,
    node: Node,
    weight: usize,
    height: usize,
}

fn leaf(value: Value, range: Range<usize>, weight: usize) -> Piece {
    let node = Node {
        key: None,
        value: range,
        inside: Inside::Nothing,
    };
    Piece {
        value,
        node,
        weight,
        height: 0,
    }
}

/// A mapping or sequence that is still open.
struct Open {
    start: usize,
    anchor: usize,
    weight: usize,
    height: usize,
    content: Content,
}

enum Content {
    Mapping {
        values: Vec<(String, Value)>,
        nodes: IndexMap<String, Node>,
        key: Option<(String, Range<usize>)>,
    },
    Sequence {
        values: Vec<Value>,
        nodes: Vec<Node>,
    },
}

/// The builder. Faults that do not end the reading are kept.
pub(super) struct Builder<'a> {
    file: &'a SourceFile,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Piece>,
    alias_weight: usize,
    root: Option<Piece>,
    pub(super) faults: Vec<Fault>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(file: &'a SourceFile) -> Self {
        Self {
            file,
            open: Vec::new(),
            anchors: BTreeMap::new(),
            alias_weight: 0,
            root: None,
            faults: Vec::new(),
        }
    }

    /// Whether the next scalar is a key.
    pub(super) fn expects_key(&self) -> bool {
        matches!(
            self.open.last(),
            Some(Open {
                content: Content::Mapping { key: None, .. },
                ..
            })
        )
    }

    /// Where the open mappings and sequences start, the innermost first.
    pub(super) fn open_from_within(&self) -> impl Iterator<Item = usize> {
        self.open.iter().rev().map(|open| open.start)
    }

    /// Takes a key, which `expects_key` asked for.
    pub(super) fn key(&mut self, text: String, range: Range<usize>) {
        let Some(Open {
            content: Content::Mapping { nodes, key, .. },
            ..
        }) = self.open.last_mut()
        else {
            return;
        };
        if let Some(first) = nodes.get(&text) {
            let first = first.key.clone().unwrap_or_else(|| range.clone());
            self.faults.push(Fault {
                code: "duplicate-key",
                title: format!("the key `{text}` stands twice in one mapping"),
                labels: vec![
                    (span(self.file, range.start, range.end), "again here".into()),
                    (span(self.file, first.start, first.end), "first here".into()),
                ],
                help: "rename one of them, or merge the two".into(),
            });
        }
        *key = Some((text, range));
    }

    /// Opens a mapping or a sequence.
    pub(super) fn begin(
        &mut self,
        mapping: bool,
        start: usize,
        anchor: usize,
    ) -> Result<(), Fault> {
        if self.open.len() >= MAX_DEPTH {
            return Err(self.too_deep(start));
        }
        let content = if mapping {
            Content::Mapping {
                values: Vec::new(),
                nodes: IndexMap::new(),
                key: None,
            }
        } else {
            Content::Sequence {
                values: Vec::new(),
                nodes: Vec::new(),
            }
        };
        self.open.push(Open {
            start,
            anchor,
            weight: NODE_WEIGHT,
            height: 1,
            content,
        });
        Ok(())
    }

    /// Closes the innermost; `end` is given where a bracket marks it.
    pub(super) fn end(&mut self, end: Option<usize>) -> Result<(), Fault> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let (value, inside, last) = match open.content {
            Content::Mapping {
                values, mut nodes, ..
            } => {
                let last = nodes.last().map(|(_, node)| node.value.end);
                // Maps are most of what a file takes of the memory, and grow to twice of what they need.
                let mut members = Map::with_capacity(values.len());
                members.extend(values);
                nodes.shrink_to_fit();
                (
                    Value::Object(members),
                    Inside::Entries(Arc::new(nodes)),
                    last,
                )
            }
            Content::Sequence {
                mut values,
                mut nodes,
            } => {
                let last = nodes.last().map(|node| node.value.end);
                values.shrink_to_fit();
                nodes.shrink_to_fit();
                (Value::Array(values), Inside::Items(Arc::new(nodes)), last)
            }
        };
        let end = end.or(last).unwrap_or(open.start).max(open.start);
        let node = Node {
            key: None,
            value: open.start..end,
            inside,
        };
        self.place(
            Piece {
                value,
                node,
                weight: open.weight,
                height: open.height,
            },
            open.anchor,
        )
    }

    /// Takes a scalar value.
    pub(super) fn scalar(
        &mut self,
        value: Value,
        range: Range<usize>,
        anchor: usize,
    ) -> Result<(), Fault> {
        let weight = NODE_WEIGHT + value.as_str().map_or(0, str::len);
        self.place(leaf(value, range, weight), anchor)
    }

    /// Repeats an anchored value.
    pub(super) fn alias(&mut self, anchor: usize, range: Range<usize>) -> Result<(), Fault> {
        let Some(piece) = self.anchors.get(&anchor) else {
            return Err(Fault {
                code: "recursive-alias",
                title: "an alias repeats the value that it stands in".into(),
                labels: vec![(
                    span(self.file, range.start, range.end),
                    "its anchor is still open here".into(),
                )],
                help: "use `$ref` for a schema that contains itself".into(),
            });
        };
        if self.open.len() + piece.height > MAX_DEPTH {
            return Err(self.too_deep(range.start));
        }
        let mut piece = piece.clone();
        self.spend(piece.weight, &range)?;
        piece.node.value = range;
        self.place(piece, 0)
    }

    /// The whole file, once every event was taken.
    pub(super) fn finish(self) -> Result<(Value, SpanMap), Vec<Fault>> {
        if !self.faults.is_empty() {
            return Err(self.faults);
        }
        let root = self.root.unwrap_or_else(|| leaf(Value::Null, 0..0, 0));
        Ok((root.value, SpanMap::new(self.file.clone(), root.node)))
    }

    fn place(&mut self, mut piece: Piece, anchor: usize) -> Result<(), Fault> {
        if anchor != 0 {
            // Kept for aliases: nested anchors hold copies of copies, so they count as well.
            self.spend(piece.weight, &piece.node.value.clone())?;
            self.anchors.insert(anchor, piece.clone());
        }
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(piece);
            return Ok(());
        };
        parent.weight += piece.weight;
        parent.height = parent.height.max(piece.height + 1);
        match &mut parent.content {
            Content::Mapping { values, nodes, key } => {
                let Some((name, range)) = key.take() else {
                    return Ok(());
                };
                if piece.node.value.is_empty() {
                    // `key:` with nothing behind it can only be shown by its key.
                    piece.node.value = range.clone();
                }
                piece.node.key = Some(range);
                parent.weight += name.len();
                values.push((name.clone(), piece.value));
                nodes.insert(name, piece.node);
            }
            Content::Sequence { values, nodes } => {
                values.push(piece.value);
                nodes.push(piece.node);
            }
        }
        Ok(())
    }

    fn spend(&mut self, weight: usize, range: &Range<usize>) -> Result<(), Fault> {
        self.alias_weight += weight;
        if self.alias_weight <= MAX_ALIAS_WEIGHT {
            return Ok(());
        }
        Err(Fault {
            code: "yaml-alias-bomb",
            title: "aliases repeat too much".into(),
            labels: vec![(
                span(self.file, range.start, range.end),
                "the limit is reached here".into(),
            )],
            help: "use `$ref` into `components` instead of YAML anchors and aliases".into(),
        })
    }

    fn too_deep(&self, start: usize) -> Fault {
        Fault {
            code: "nested-too-deep",
            title: format!("values nest deeper than {MAX_DEPTH} levels"),
            labels: vec![(
                span(self.file, start, start + 1),
                "one level too many".into(),
            )],
            help: "move inner schemas to `components` and refer to them with `$ref`".into(),
        }
    }
}
