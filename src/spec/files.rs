//! The files that a description is written in, and where a `$ref` leads among them.

use serde_json::Value;

use super::place::Place;
use crate::source::Span;
use crate::source::spans::SpanMap;

/// The files: the one that was named, then those that it refers to.
#[derive(Debug, Clone)]
pub(crate) struct Files(Vec<File>);

/// One file, read.
#[derive(Debug, Clone)]
pub(super) struct File {
    /// Its path, relative to where the user stands, without `.` and with `/`.
    path: String,
    /// All of it.
    value: Value,
    /// Where everything in it stands.
    spans: SpanMap,
}

/// Why a `$ref` leads nowhere.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unresolved {
    /// To another host, or an absolute path.
    Remote,
    /// To a file that was not given.
    NoFile(String),
    /// To a named anchor (`#name`) instead of a place.
    Anchor,
    /// To a place where nothing stands.
    Nowhere(Place),
}

impl File {
    /// A file that was read.
    pub(super) fn new(value: Value, spans: SpanMap) -> Self {
        let path = normalised("", spans.file().name()).unwrap_or_default();
        Self { path, value, spans }
    }
}

impl Files {
    /// The files, the main one first.
    pub(super) fn new(main: File, others: Vec<File>) -> Self {
        let mut files = vec![main];
        files.extend(others);
        Self(files)
    }

    /// The places alone, once everything is read: the values are most of what a description takes of the memory.
    pub(super) fn without_values(mut self) -> Self {
        for file in &mut self.0 {
            file.value = Value::Null;
        }
        self
    }

    /// All of the main file.
    pub(super) fn main(&self) -> &Value {
        &self.0[0].value
    }

    /// How many mappings there are: each schema is one of them.
    pub(super) fn mappings(&self) -> usize {
        self.0.iter().map(|file| mappings(&file.value)).sum()
    }

    /// What stands at a place.
    pub(super) fn value(&self, place: &Place) -> Option<&Value> {
        self.0.get(place.file)?.value.pointer(&place.pointer)
    }

    /// The places of one file.
    pub(crate) fn spans(&self, file: usize) -> &SpanMap {
        &self.0[file].spans
    }

    /// The span of a value.
    pub(crate) fn at(&self, place: &Place) -> Span {
        self.spans(place.file).at(&place.pointer)
    }

    /// The span of a key.
    pub(crate) fn key(&self, place: &Place) -> Span {
        self.spans(place.file).key(&place.pointer)
    }

    /// The name of a file without folder and extension.
    pub(super) fn stem(&self, file: usize) -> &str {
        let path = &self.0[file].path;
        let name = path.rsplit('/').next().unwrap_or(path);
        name.split('.').next().unwrap_or(name)
    }

    /// The place that a reference in a file leads to.
    pub(super) fn resolve(&self, from: usize, reference: &str) -> Result<Place, Unresolved> {
        let (path, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let file = if path.is_empty() {
            from
        } else {
            let wanted = beside(&self.0[from].path, path).ok_or(Unresolved::Remote)?;
            let known = self.0.iter().position(|file| file.path == wanted);
            known.ok_or(Unresolved::NoFile(wanted))?
        };
        let pointer = percent_decoded(fragment);
        if !pointer.is_empty() && !pointer.starts_with('/') {
            return Err(Unresolved::Anchor);
        }
        let place = Place {
            file,
            pointer: pointer.into(),
        };
        match self.value(&place) {
            Some(_) => Ok(place),
            None => Err(Unresolved::Nowhere(place)),
        }
    }
}

fn mappings(value: &Value) -> usize {
    match value {
        Value::Object(members) => 1 + members.values().map(mappings).sum::<usize>(),
        Value::Array(items) => items.iter().map(mappings).sum(),
        _ => 0,
    }
}

/// The path of a file that another one names; `None` for URLs and absolute paths.
pub(super) fn beside(holder: &str, path: &str) -> Option<String> {
    let is_url = path.split(['/', '?']).next()?.contains(':');
    if is_url || path.starts_with(['/', '\\']) {
        return None;
    }
    let folder = holder.rsplit_once('/').map_or("", |(folder, _)| folder);
    normalised(folder, &percent_decoded(path))
}

/// A path below a folder, with `.` and inner `..` worked out.
fn normalised(folder: &str, path: &str) -> Option<String> {
    let absolute = folder.starts_with('/') || folder.is_empty() && path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split(['/', '\\'])) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    (!path.is_empty()).then(|| if absolute { format!("/{path}") } else { path })
}

/// A text with its `%xx` decoded, or as it is where that makes no text (RFC 3986 §2.1).
fn percent_decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let decoded = match rest {
            [b'%', high, low, ..] => std::str::from_utf8(&[*high, *low])
                .ok()
                .and_then(|digits| u8::from_str_radix(digits, 16).ok()),
            _ => None,
        };
        bytes.push(decoded.unwrap_or(*first));
        rest = if decoded.is_some() { &rest[3..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_file_that_names_them() {
        let beside = |path| beside("api/main.yaml", path);
        assert_eq!(beside("user.yaml").as_deref(), Some("api/user.yaml"));
        assert_eq!(beside("./a/../user.yaml").as_deref(), Some("api/user.yaml"));
        assert_eq!(beside("../user%20a.yaml").as_deref(), Some("user a.yaml"));
        assert_eq!(beside("../../x.yaml").as_deref(), Some("../x.yaml"));
        assert_eq!(beside("https://example.com/x.yaml"), None);
        assert_eq!(beside("file:///etc/passwd"), None);
        assert_eq!(beside("/etc/passwd"), None);
    }

    #[test]
    fn fragments_are_percent_decoded() {
        assert_eq!(percent_decoded("/a%20b%3C"), "/a b<");
        assert_eq!(percent_decoded("/%zz%"), "/%zz%");
    }
}
