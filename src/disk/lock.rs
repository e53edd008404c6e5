//! `auth-gen.lock`: the hash of every file that we wrote.
//!
//! The format is that of `sha256sum`, so `sha256sum --check auth-gen.lock` works. It has one line
//! for each file, sorted, and no date, so that two branches merge. A path may occur more than once,
//! and conflict markers are skipped: after a merge that nobody resolved, the files of *both* sides
//! are known as ours, and the next run settles it.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::tree::{Tree, is_plain};

const HEADER: &str = "# Written by auth-gen: the SHA-256 of every file that it wrote here, by which it knows its own\n\
                      # files from yours. Commit this file, and let `auth-gen generate` change it.\n";
const TOOL: &str = concat!("# auth-gen ", env!("CARGO_PKG_VERSION"), "\n");

/// Path → the hashes under which the file is ours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Lock(BTreeMap<String, BTreeSet<String>>);

impl Lock {
    /// The lock of a tree.
    pub(super) fn of(tree: &Tree) -> Self {
        let mut lock = Self::default();
        for (path, text) in tree.iter() {
            lock.insert(path, hash(text.as_bytes()));
        }
        lock
    }

    /// Reads a lock; a line that is none of a lock's is returned, counted from 1.
    pub(super) fn parse(text: &str) -> Result<Self, usize> {
        let mut lock = Self::default();
        for (index, line) in text.lines().enumerate() {
            if !lock.read_line(line) {
                return Err(index + 1);
            }
        }
        Ok(lock)
    }

    /// Reads what can be read: of a journal whose writer was killed, the last line may be torn.
    pub(super) fn parse_torn(text: &str) -> Self {
        let mut lock = Self::default();
        for line in text.lines() {
            lock.read_line(line);
        }
        lock
    }

    fn read_line(&mut self, line: &str) -> bool {
        let line = line.trim_end();
        let is_marker = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"]
            .iter()
            .any(|marker| line.starts_with(marker));
        if line.is_empty() || line.starts_with('#') || is_marker {
            return true;
        }
        let Some((hash, path)) = line.split_once("  ") else {
            return false;
        };
        let is_hash = hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
        // The path is joined to the output folder and may be removed: never trust one that leads out.
        if !is_hash || !is_plain(path) {
            return false;
        }
        self.insert(path, hash.to_ascii_lowercase());
        true
    }

    fn insert(&mut self, path: &str, hash: String) {
        self.0.entry(path.to_owned()).or_default().insert(hash);
    }

    /// Takes over all of another lock.
    pub(super) fn extend(&mut self, other: Self) {
        for (path, hashes) in other.0 {
            self.0.entry(path).or_default().extend(hashes);
        }
    }

    /// Whether it lists nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether we ever wrote a file at this path.
    pub(super) fn has_path(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    /// Whether we wrote exactly these bytes at this path.
    pub(super) fn wrote(&self, path: &str, bytes: &[u8]) -> bool {
        self.0
            .get(path)
            .is_some_and(|hashes| hashes.contains(&hash(bytes)))
    }

    /// The paths, sorted.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The whole file.
    pub(super) fn render(&self) -> String {
        format!("{HEADER}{TOOL}{}", self.lines())
    }

    /// The lines alone.
    pub(super) fn lines(&self) -> String {
        let mut text = String::new();
        for (path, hashes) in &self.0 {
            for hash in hashes {
                text.push_str(hash);
                text.push_str("  ");
                text.push_str(path);
                text.push('\n');
            }
        }
        text
    }
}

fn hash(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    Sha256::digest(bytes)
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|nibble| char::from(DIGITS[usize::from(nibble)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Lock {
        let mut tree = Tree::default();
        tree.insert("server/b.rs", "b");
        tree.insert("client/a.ts", "a");
        Lock::of(&tree)
    }

    #[test]
    fn a_lock_reads_back() {
        let lock = sample();
        assert_eq!(Lock::parse(&lock.render()), Ok(lock));
    }

    #[test]
    fn both_sides_of_a_merge_conflict_are_ours() {
        let text = sample().lines();
        let other = text.replace("ca978112", "00000000");
        let text = format!("<<<<<<< ours\n{text}=======\n{other}>>>>>>> theirs\n");
        let lock = Lock::parse(&text).expect("markers are skipped");
        assert!(lock.wrote("client/a.ts", b"a"));
        assert_eq!(lock.0["client/a.ts"].len(), 2);
    }

    #[test]
    fn a_path_that_leads_out_is_refused() {
        let text = format!("# x\n{}  ../victim\n", "0".repeat(64));
        assert_eq!(Lock::parse(&text), Err(2));
        assert_eq!(Lock::parse_torn(&text), Lock::default());
    }
}
