//! The result of every reader of an appInfo file: an object whose values have their places.

use std::ops::Range;

use super::Setting;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{SourceFile, Span};

/// The appInfo object as it was found.
#[derive(Debug)]
pub(super) struct Object {
    /// Where to point when something is missing in it.
    pub(super) head: Span,
    /// Whether it may have keys that could not be read; that was reported already.
    pub(super) hides: bool,
    /// Its keys in the order written.
    pub(super) entries: Vec<Entry>,
}

/// One key with its value.
#[derive(Debug)]
pub(super) struct Entry {
    /// The key.
    pub(super) key: String,
    /// Where the key stands.
    pub(super) key_place: Span,
    /// The value.
    pub(super) value: Value,
    /// Where the value stands, which may be in another file of the project.
    pub(super) place: Span,
}

/// A value, as far as appInfo can use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// A text or a variable of the environment.
    Setting(Setting),
    /// `null`, `undefined` or nothing at all: as if the key were not there.
    Absent,
    /// Something else, in words: `a number`.
    Other(&'static str),
    /// Something that cannot be used and was reported already.
    Refused,
}

/// A format as its errors name it.
#[derive(Debug)]
pub(super) struct Format {
    /// The code of its errors.
    pub(super) code: &'static str,
    /// `TOML`.
    pub(super) name: &'static str,
    /// What to look at.
    pub(super) help: &'static str,
}

/// The findings about one file.
#[derive(Debug)]
pub(super) struct Findings<'f> {
    file: &'f SourceFile,
    found: Diagnostics,
}

impl<'f> Findings<'f> {
    /// None yet.
    pub(super) fn new(file: &'f SourceFile) -> Self {
        Self {
            file,
            found: Diagnostics::default(),
        }
    }

    /// The file that they are about.
    pub(super) fn file(&self) -> &'f SourceFile {
        self.file
    }

    /// A place in the file.
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        Span {
            file: self.file.clone(),
            range,
        }
    }

    /// Adds one.
    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// Adds those of another reader.
    pub(super) fn extend(&mut self, others: Diagnostics) {
        self.found.extend(others);
    }

    /// Adds an error at one place.
    pub(super) fn error(
        &mut self,
        code: &'static str,
        title: impl Into<String>,
        place: Span,
        label: &str,
        help: &str,
    ) {
        self.push(Diagnostic::error(code, title).at(place, label).help(help));
    }

    /// Adds the error for a text that its format does not allow.
    pub(super) fn syntax(&mut self, format: &Format, message: &str, range: Range<usize>) {
        let title = format!("invalid {}: {message}", format.name);
        self.error(format.code, title, self.span(range), "here", format.help);
    }

    /// All of them, from top to bottom.
    pub(super) fn into_inner(mut self) -> Diagnostics {
        self.found.sort_by_place();
        self.found
    }

    /// Reads a text of YAML, JSON or TOML, where `${NAME}` and `${NAME:-default}` stand for a
    /// variable of the environment.
    pub(super) fn placeholder(&mut self, text: &str, range: Range<usize>) -> Value {
        match placeholder(text) {
            Some(setting) => Value::Setting(setting),
            None => {
                self.error(
                    "app-info-not-static",
                    "a variable must be the whole value",
                    self.span(range),
                    "a variable inside of a text, or one with an invalid name",
                    "write `${NAME}` or `${NAME:-default}` and nothing around it; a name consists of \
                     letters, digits and `_`",
                );
                Value::Refused
            }
        }
    }
}

/// `None` where `${` occurs in any other way than as the whole text.
fn placeholder(text: &str) -> Option<Setting> {
    if !text.contains("${") {
        return Some(Setting::Text(text.to_owned()));
    }
    let inner = text.trim().strip_prefix("${")?.strip_suffix('}')?;
    let (name, default) = match inner.split_once(":-") {
        Some((name, default)) => (name, Some(default.to_owned())),
        None => (inner, None),
    };
    let nested = default.as_deref().is_some_and(|text| text.contains("${"));
    (is_variable(name) && !nested).then(|| Setting::Env {
        name: name.to_owned(),
        default,
    })
}

/// Whether a shell could set a variable of this name.
pub(super) fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The first line of a range: enough to point at a long one.
pub(super) fn first_line(text: &str, range: Range<usize>) -> Range<usize> {
    let whole = &text[range.clone()];
    let line = whole.lines().next().unwrap_or_default().trim_end();
    range.start..range.start + line.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders() {
        let env = |name: &str, default: Option<&str>| {
            Some(Setting::Env {
                name: name.to_owned(),
                default: default.map(str::to_owned),
            })
        };
        assert_eq!(placeholder("x"), Some(Setting::Text("x".to_owned())));
        assert_eq!(placeholder("$X"), Some(Setting::Text("$X".to_owned())));
        assert_eq!(placeholder("${API}"), env("API", None));
        assert_eq!(placeholder("${A_1:-}"), env("A_1", Some("")));
        assert_eq!(placeholder(" ${A:-b:-c} "), env("A", Some("b:-c")));
        for wrong in [
            "https://${HOST}",
            "${A}b",
            "${}",
            "${1A}",
            "${A:-${B}}",
            "${A",
        ] {
            assert_eq!(placeholder(wrong), None, "{wrong}");
        }
    }
}
