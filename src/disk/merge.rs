//! What a merge that is not resolved leaves in files: the markers that Git and others put between the sides.

use std::path::Path;

use super::shown;
use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Span};

/// Whether the line is one of the four markers.
pub(super) fn is_marker(line: &str) -> bool {
    ["<<<<<<<", "|||||||", "=======", ">>>>>>>"]
        .iter()
        .filter_map(|marker| line.strip_prefix(marker))
        .any(|rest| rest.trim_end().is_empty() || rest.starts_with(' '))
}

/// The first line, counted from 1, at which the sides of a merge begin. A line of `=` alone may be a heading.
pub(super) fn marker(bytes: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(bytes);
    let begins = |line: &str| line.starts_with("<<<<<<<") && is_marker(line);
    let index = text.lines().position(begins)?;
    Some(index + 1)
}

/// The error, at a line that is counted from 1.
pub(super) fn unresolved(path: &Path, text: &str, line: usize) -> Diagnostic {
    let name = shown(path);
    let file = SourceFile::new(name.as_str(), text);
    let mut start = 0;
    for before in file.text().split_inclusive('\n').take(line - 1) {
        start += before.len();
    }
    let own = file.text()[start..].lines().next().unwrap_or_default();
    let range = start..start + own.len();
    Diagnostic::error(
        "merge-conflict",
        format!("line {line} of `{name}` is a merge-conflict marker"),
    )
    .at(Span { file, range }, "")
}
