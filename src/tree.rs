//! The output before it is written: path → text, in order.

use std::collections::BTreeMap;

/// Every emitted file, by its path relative to the output folder (`server/src/lib.rs`), with `/`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree(BTreeMap<String, String>);

impl Tree {
    /// Adds a file. The path is relative, uses `/`, and is new.
    ///
    /// # Panics
    /// When the path is already there: two emitters claim one file, which is a bug of ours.
    pub fn insert(&mut self, path: impl Into<String>, text: impl Into<String>) {
        let path = path.into();
        assert!(!self.0.contains_key(&path), "two emitters wrote `{path}`");
        self.0.insert(path, text.into());
    }

    /// The text of one file.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// All files, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }
}
