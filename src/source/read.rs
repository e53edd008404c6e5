//! Reads YAML or JSON once, into values and places together.
//!
//! One reading makes both, so a value and its place can never disagree. The reader refuses what
//! would make the text ambiguous or dangerous (duplicate keys, merge keys, several documents, alias
//! and depth bombs) and reports all of that at once; bad syntax ends the reading where it stands.

mod json;
mod scalar;
mod tree;
mod yaml;

use serde_json::Value;

use super::spans::SpanMap;
use super::{SourceFile, Span};

/// Larger descriptions are a mistake, and everything after this may count on the limit.
const MAX_BYTES: usize = 8 * 1024 * 1024;

/// How deep values may nest. Parsers after us (and dropping a value) go down the call stack.
const MAX_DEPTH: usize = 100;

/// What is wrong with a text, in the words of a diagnostic; the floor above turns it into one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The code of the diagnostic.
    pub(crate) code: &'static str,
    /// One sentence.
    pub(crate) title: String,
    /// The places, the main one first.
    pub(crate) labels: Vec<(Span, String)>,
    /// What to do.
    pub(crate) help: String,
}

/// Reads a file; JSON if its name says so or it can be read as such, YAML otherwise.
pub(crate) fn read(file: &SourceFile) -> Result<(Value, SpanMap), Vec<Fault>> {
    let text = file.text();
    if text.len() > MAX_BYTES {
        return Err(vec![Fault {
            code: "file-too-large",
            title: format!("the file has more than {} MiB", MAX_BYTES >> 20),
            labels: vec![(span(file, 0, 0), String::new())],
            help: "split it, or take out long examples".into(),
        }]);
    }
    if text.trim().is_empty() {
        return Err(vec![Fault {
            code: "empty-file",
            title: "the file is empty".into(),
            labels: vec![(span(file, 0, 0), "nothing here".into())],
            help: "check the path, and that the file was saved".into(),
        }]);
    }
    let named_json = file.name().to_ascii_lowercase().ends_with(".json");
    if named_json || text.trim_start().starts_with('{') {
        match json::read(file) {
            // `{openapi: 3.0.0}` is YAML that only starts like JSON.
            Err(faults) if !named_json && faults[0].code == "invalid-json" => {
                yaml::read(file).map_err(|_| faults)
            }
            result => result,
        }
    } else {
        yaml::read(file)
    }
}

/// A span of whole characters inside the text, whatever the numbers are.
fn span(file: &SourceFile, start: usize, end: usize) -> Span {
    let text = file.text();
    let start = text.floor_char_boundary(start.min(text.len()));
    let end = text.ceil_char_boundary(end.clamp(start, text.len()));
    Span {
        file: file.clone(),
        range: start..end,
    }
}
