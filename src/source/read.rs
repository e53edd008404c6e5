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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn value(name: &str, text: &str) -> Value {
        read(&SourceFile::new(name, text))
            .expect("the text is valid")
            .0
    }

    fn code(name: &str, text: &str) -> &'static str {
        read(&SourceFile::new(name, text)).expect_err("the text is refused")[0].code
    }

    #[test]
    fn keys_are_words_and_quoted_values_are_texts() {
        let text = "200: 'yes'\ntrue: \"1\"\n~: !!str 2\nx: !!int 3\ny: |\n  4\nz:\n";
        let wanted = json!({"200": "yes", "true": "1", "~": "2", "x": 3, "y": "4\n", "z": null});
        assert_eq!(value("api.yaml", text), wanted);
    }

    #[test]
    fn order_is_kept() {
        let read = value("api.yaml", "z: 1\na: 2\nm: 3\n");
        let keys: Vec<_> = read.as_object().expect("a mapping").keys().collect();
        assert_eq!(keys, ["z", "a", "m"]);
    }

    #[test]
    fn aliases_repeat_values() {
        let wanted = json!({"a": {"b": [1]}, "c": {"b": [1]}, "d": "x", "e": "x"});
        let text = "a: &one {b: [1]}\nc: *one\nd: &two x\ne: *two\n";
        assert_eq!(value("api.yaml", text), wanted);
    }

    #[test]
    fn what_starts_like_json_may_be_yaml() {
        assert_eq!(value("api.yaml", "{a: [b, 'c']}"), json!({"a": ["b", "c"]}));
        assert_eq!(code("api.json", "{a: [b, 'c']}"), "invalid-json");
        assert_eq!(code("api.yaml", "{\"a\": [b}"), "invalid-json");
    }

    #[test]
    fn a_file_without_end_is_refused() {
        let text = "a".repeat(MAX_BYTES + 1);
        assert_eq!(code("api.yaml", &text), "file-too-large");
    }

    #[test]
    fn aliases_count_against_the_depth() {
        let deep = format!("{}x{}", "[".repeat(60), "]".repeat(60));
        assert_eq!(
            value("a.yaml", &format!("a: &a {deep}\nb: *a\n"))["a"],
            value("a.yaml", &deep)
        );
        let text = format!("a: &a {deep}\nb: {}*a{}\n", "[".repeat(50), "]".repeat(50));
        assert_eq!(code("a.yaml", &text), "nested-too-deep");
    }
}
