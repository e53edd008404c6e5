//! The output before it is written: path → text, in order.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Every emitted file, by its path relative to the output folder (`server/src/lib.rs`), with `/`.
///
/// Invariants: a path is relative and plain (no `..`, no `\`, no blank; brackets are there for the
/// routes of Next.js, `[[...path]]`), no path is a folder of another, and no two paths differ only in case, so that a tree is the same on every
/// file system.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    files: BTreeMap<String, Text>,
    /// The paths and all their folders in lower case.
    taken: BTreeMap<String, Kind>,
}

/// The text of a file. Most files are the same for every description and stand in the program; a copy of a tree
/// copies no text.
#[derive(Debug, Clone)]
pub enum Text {
    /// A part of the program.
    Embedded(&'static str),
    /// Made in this run.
    Made(Arc<str>),
}

impl Text {
    fn as_str(&self) -> &str {
        match self {
            Self::Embedded(text) => text,
            Self::Made(text) => text,
        }
    }
}

impl From<&'static str> for Text {
    fn from(text: &'static str) -> Self {
        Self::Embedded(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::Made(text.into())
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Text {}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
}

impl Tree {
    /// Adds a file.
    ///
    /// # Panics
    /// When that would break an invariant of the type: a bug of ours, not of the user's input.
    pub fn insert(&mut self, path: impl Into<String>, text: impl Into<Text>) {
        let path = path.into();
        assert!(is_plain(&path), "`{path}` is no plain relative path");
        let lower = path.to_ascii_lowercase();
        for (end, _) in lower.match_indices('/') {
            let before = self.taken.insert(lower[..end].to_owned(), Kind::Folder);
            assert!(
                before != Some(Kind::File),
                "`{path}` lies in a folder that is a file"
            );
        }
        let before = self.taken.insert(lower, Kind::File);
        assert!(before.is_none(), "two emitters wrote `{path}`");
        self.files.insert(path, text.into());
    }

    /// Takes over all files of another tree.
    ///
    /// # Panics
    /// As [`Tree::insert`].
    pub fn extend(&mut self, other: Self) {
        for (path, text) in other.files {
            self.insert(path, text);
        }
    }

    /// The text of one file.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(Text::as_str)
    }

    /// All files, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no file at all.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// Whether a path may stand in a tree (and in `auth-gen.lock`): relative, inside, without surprises.
pub(crate) fn is_plain(path: &str) -> bool {
    path.split('/').all(|segment| {
        !matches!(segment, "" | "." | "..")
            && segment.chars().all(|c| {
                c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '@' | '[' | ']')
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_out_sorted() {
        let mut tree = Tree::default();
        tree.insert("server/src/lib.rs", "b");
        tree.insert("client/package.json", "a");
        let paths: Vec<_> = tree.iter().map(|(path, _)| path).collect();
        assert_eq!(paths, ["client/package.json", "server/src/lib.rs"]);
    }

    #[test]
    fn a_path_outside_is_not_plain() {
        for path in [
            "/etc/passwd",
            "../x",
            "a/../b",
            "a//b",
            "a\\b",
            "",
            "a b",
            "C:x",
        ] {
            assert!(!is_plain(path), "{path}");
        }
        assert!(is_plain("server/.env.example"));
        assert!(is_plain("app/auth/[[...path]]/route.ts"));
    }

    #[test]
    #[should_panic(expected = "two emitters wrote `Src/lib.rs`")]
    fn paths_that_differ_only_in_case_are_refused() {
        let mut tree = Tree::default();
        tree.insert("src/lib.rs", "");
        tree.insert("Src/lib.rs", "");
    }

    #[test]
    #[should_panic(expected = "lies in a folder that is a file")]
    fn a_file_is_no_folder() {
        let mut tree = Tree::default();
        tree.insert("src", "");
        tree.insert("src/lib.rs", "");
    }
}
