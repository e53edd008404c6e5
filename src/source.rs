//! The user's text as it was read: a named file, and byte ranges into it.
//!
//! Every place that a diagnostic points at is a [`Span`] of a [`SourceFile`]; nothing else in the
//! crate knows lines and columns.

pub(crate) mod read;
pub(crate) mod spans;

use std::ops::Range;
use std::sync::Arc;

/// One input file: the name to show (as the user gave it) and its whole text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    name: Arc<str>,
    text: Arc<str>,
}

impl SourceFile {
    /// Takes a text under the name that diagnostics will show. A leading byte order mark is dropped.
    pub fn new(name: impl Into<Arc<str>>, text: &str) -> Self {
        Self {
            name: name.into(),
            text: text.trim_start_matches('\u{feff}').into(),
        }
    }

    /// The name that diagnostics show: a path relative to where the user stands, with `/`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Line and column, both counted from 1; the column counts characters.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let before = &self.text[..offset.min(self.text.len())];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (
            before.matches('\n').count() + 1,
            before[line_start..].chars().count() + 1,
        )
    }
}

/// A byte range of one [`SourceFile`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The file it lies in.
    pub file: SourceFile,
    /// The bytes, always on character boundaries.
    pub range: Range<usize>,
}

impl Span {
    /// The text that the span covers.
    pub fn text(&self) -> &str {
        &self.file.text()[self.range.clone()]
    }
}
