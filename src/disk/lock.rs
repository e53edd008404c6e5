//! `auth-gen.lock`: the hash of every file that we wrote.
//!
//! The format is that of `sha256sum`, so `sha256sum --check auth-gen.lock` works. It has one line
//! for each file, sorted, and no date, so that two branches merge. A path may occur more than once: after
//! a merge that kept the lines of both sides, the files of *both* sides are known as ours. Conflict
//! markers are an error, since one side of what they separate may be missing.

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;
use sha2::{Digest, Sha256};

use super::merge;
use crate::parallel;
use crate::tree::{Tree, is_plain};

const HEADER: &str = "# Written by auth-gen: the SHA-256 of every file that it wrote here, by which it knows its own\n\
                      # files from yours. Commit this file, and let `auth-gen generate` change it.\n";
/// Begins the line that names the version of the tool.
const TOOL: &str = "# auth-gen ";
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The version of this tool.
pub(super) fn own_version() -> Version {
    Version::parse(VERSION).expect("Cargo takes no other version")
}

/// What is wrong with a lock, with the line, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is none of a lock's.
    Line(usize),
    /// It names no version.
    Version(usize),
    /// A merge left it there.
    Marker(usize),
}

/// Path → the hashes under which the file is ours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Lock(BTreeMap<String, BTreeSet<String>>);

impl Lock {
    /// The lock of a tree.
    pub(super) fn of(tree: &Tree) -> Self {
        let files: Vec<(&str, &str)> = tree.iter().collect();
        let hashes = parallel::map(files.len(), |at| hash(files[at].1.as_bytes()));
        let mut lock = Self::default();
        for ((path, _), hash) in files.into_iter().zip(hashes) {
            lock.insert(path, hash);
        }
        lock
    }

    /// Reads a lock, and the version of the tool that wrote it: the newer one where a merge kept two.
    pub(super) fn parse(text: &str) -> Result<(Self, Option<Version>), Fault> {
        let mut lock = Self::default();
        let mut tool = None;
        for (number, line) in (1..).zip(text.lines()) {
            if merge::is_marker(line) {
                return Err(Fault::Marker(number));
            }
            if let Some(version) = line.strip_prefix(TOOL) {
                let version = Version::parse(version.trim_end());
                let version = version.map_err(|_| Fault::Version(number))?;
                tool = tool.max(Some(version));
            } else if !lock.read_line(line) {
                return Err(Fault::Line(number));
            }
        }
        Ok((lock, tool))
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
        if line.is_empty() || line.starts_with('#') {
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
        format!("{HEADER}{TOOL}{VERSION}\n{}", self.lines())
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
        let own = Some(own_version());
        assert_eq!(Lock::parse(&lock.render()), Ok((lock, own)));
    }

    #[test]
    fn both_sides_of_a_merge_are_ours_once_the_markers_are_removed() {
        let lines = sample().lines();
        let other = lines.replace("ca978112", "00000000");
        let text = format!("# x\n<<<<<<< ours\n{lines}=======\n{other}>>>>>>> theirs\n");
        assert_eq!(Lock::parse(&text), Err(Fault::Marker(2)));
        // One marker that was overlooked is one, too.
        let text = format!("{lines}=======\n{other}");
        assert_eq!(Lock::parse(&text), Err(Fault::Marker(3)));
        let (lock, _) = Lock::parse(&(lines + &other)).expect("a path may occur twice");
        assert!(lock.wrote("client/a.ts", b"a"));
        assert_eq!(lock.0["client/a.ts"].len(), 2);
    }

    #[test]
    fn the_newer_of_two_versions_counts_as_semantic_versioning_orders_them() {
        let tool = |text: &str| Lock::parse(text).map(|(_, tool)| tool);
        let version = |text: &str| Ok(Some(Version::parse(text).expect("a version")));
        assert_eq!(tool("# something else\n"), Ok(None));
        let both = "# auth-gen 0.10.0\n# auth-gen 0.9.0\n";
        assert_eq!(tool(both), version("0.10.0"));
        let both = "# auth-gen 1.0.0-rc.1\n# auth-gen 1.0.0\n";
        assert_eq!(tool(both), version("1.0.0"));
        assert_eq!(tool("#\n# auth-gen new\n"), Err(Fault::Version(2)));
    }

    #[test]
    fn a_path_that_leads_out_is_refused() {
        let text = format!("# x\n{}  ../victim\n", "0".repeat(64));
        assert_eq!(Lock::parse(&text), Err(Fault::Line(2)));
        assert_eq!(Lock::parse_torn(&text), Lock::default());
    }
}
