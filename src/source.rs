//! The user's text as it was read: a named file, and byte ranges into it.
//!
//! Every place that a diagnostic points at is a [`Span`] of a [`SourceFile`]; nothing else in the
//! crate knows lines and columns.

pub(crate) mod read;
pub(crate) mod spans;

use std::ops::Range;
use std::sync::Arc;

/// A path relative to a folder, without `.` and, as far as possible, `..`.
pub(crate) fn join(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let root = if folder.starts_with('/') { "/" } else { "" };
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(&last) if last != ".." => {
                    parts.pop();
                }
                _ => parts.push(".."),
            },
            part => parts.push(part),
        }
    }
    format!("{root}{}", parts.join("/"))
}

/// One input file: the name to show (as the user gave it) and its whole text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    name: Arc<str>,
    text: Arc<str>,
    /// Where each line starts.
    lines: Arc<[usize]>,
    /// Other files that this one refers to.
    parts: Arc<[SourceFile]>,
}

impl SourceFile {
    /// Takes a text under the name that diagnostics will show. A leading byte order mark is dropped.
    pub fn new(name: impl Into<Arc<str>>, text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let starts = text.match_indices('\n').map(|(newline, _)| newline + 1);
        Self {
            name: name.into(),
            text: text.into(),
            lines: std::iter::once(0).chain(starts).collect(),
            parts: Arc::default(),
        }
    }

    /// The same file with others that it refers to, directly or through each other.
    #[must_use]
    pub fn with_parts(mut self, parts: Vec<SourceFile>) -> Self {
        self.parts = parts.into();
        self
    }

    /// The files that this one refers to.
    pub fn parts(&self) -> &[SourceFile] {
        &self.parts
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
        let offset = self.text.floor_char_boundary(offset);
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = self.lines[line - 1];
        (line, self.text[start..offset].chars().count() + 1)
    }
}

/// Reads other files of the project, which an input imports.
///
/// A plain function, so that inputs stay values that can be copied and printed. It takes a path in the
/// form of [`SourceFile::name`], and gives nothing where there is no such text file.
#[derive(Debug, Clone, Copy)]
pub struct Files(fn(&str) -> Option<SourceFile>);

impl Files {
    /// Files as this function finds them.
    pub fn new(read: fn(&str) -> Option<SourceFile>) -> Self {
        Self(read)
    }

    /// The file at a path.
    pub fn read(self, path: &str) -> Option<SourceFile> {
        (self.0)(path)
    }
}

/// No files.
impl Default for Files {
    fn default() -> Self {
        Self(|_| None)
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
