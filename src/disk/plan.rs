//! What stands in the folder, and what is to be done about it: read only.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use semver::Version;

use super::drift::{Difference, Drift};
use super::journal::Journal;
use super::lock::{self, Fault, Lock};
use super::{LOCK_FILE, Report, merge, refused, shown};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::tree::Tree;

/// What stands at a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing.
    Missing,
    /// What we want.
    Equal,
    /// Something else that we wrote.
    Ours(Vec<u8>),
    /// A file that we wrote, and that was edited since.
    Edited(Vec<u8>),
    /// A file that we never wrote.
    Foreign(Vec<u8>),
    /// A link, a folder, or a path below a link: never replaced.
    Blocked(&'static str),
}

impl State {
    /// Whether it is the user's.
    pub(super) fn is_conflict(&self) -> bool {
        matches!(self, Self::Edited(_) | Self::Foreign(_) | Self::Blocked(_))
    }
}

/// The folder compared with the tree.
pub(super) struct Plan {
    /// What stands at each path of the tree.
    pub(super) files: BTreeMap<String, State>,
    /// What we wrote once, is not in the tree, and still stands there.
    pub(super) stale: BTreeMap<String, State>,
    /// All that we ever wrote here: the lock, and the journal of an interrupted run.
    pub(super) known: Lock,
    /// The lock as it should be.
    pub(super) lock: Lock,
    /// Whether a run was interrupted after it had announced what it writes.
    pub(super) interrupted: bool,
    /// The version of the tool that wrote the folder, if it is newer than this one.
    pub(super) newer: Option<Version>,
    has_journal: bool,
    lock_file: State,
    lock_is_current: bool,
}

impl Plan {
    /// Reads the folder.
    pub(super) fn new(tree: &Tree, lock: &Lock, folder: &Path) -> Result<Self, Diagnostics> {
        let (lock_file, on_disk, tool) = read_lock(folder)?;
        let newer = tool.filter(|tool| *tool > lock::own_version());
        let journal = Journal::left_behind(folder);
        let lock_is_current = on_disk.as_ref() == Some(lock);
        let has_journal = journal.is_some();
        let interrupted = journal.as_ref().is_some_and(|journal| !journal.is_empty());
        let mut known = on_disk.unwrap_or_default();
        known.extend(journal.unwrap_or_default());

        let mut parents = BTreeMap::new();
        let mut look =
            |path: &str, wanted: Option<&str>| look(folder, path, wanted, &known, &mut parents);
        let mut files = BTreeMap::new();
        for (path, text) in tree.iter() {
            files.insert(path.to_owned(), look(path, Some(text))?);
        }
        let mut stale = BTreeMap::new();
        for path in known.paths().filter(|path| tree.get(path).is_none()) {
            match look(path, None)? {
                // A folder or link is not what we wrote: our file has been removed already.
                State::Missing | State::Blocked(_) => {}
                state => {
                    stale.insert(path.to_owned(), state);
                }
            }
        }
        Ok(Self {
            files,
            stale,
            known,
            lock: lock.clone(),
            interrupted,
            newer,
            has_journal,
            lock_file,
            lock_is_current,
        })
    }

    /// Whether there is nothing to do.
    pub(super) fn is_done(&self) -> bool {
        self.lock_file == State::Equal
            && !self.has_journal
            && self.stale.is_empty()
            && self.files.values().all(|state| *state == State::Equal)
    }

    /// The report of a run that has done nothing yet.
    pub(super) fn report(&self) -> Report {
        let equal = |state: &&State| matches!(state, State::Equal);
        Report {
            unchanged: self.files.values().filter(equal).count(),
            repaired: self.interrupted,
            ..Report::default()
        }
    }

    /// All that is in the way, one diagnostic each; what blocks a folder is one thing in the way.
    /// Files that can be set aside are left out where that is allowed.
    pub(super) fn conflicts(&self, folder: &Path, can_set_aside: bool) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let mut blocked = BTreeSet::new();
        for (path, state) in self.files.iter().chain(&self.stale) {
            let mut path = path.as_str();
            let (code, problem) = match state {
                State::Missing | State::Equal | State::Ours(_) => continue,
                State::Blocked(what) => {
                    let above = path.match_indices('/').map(|(end, _)| &path[..end]);
                    let mut above =
                        above.filter(|above| Parent::of(&folder.join(above)).is_blocked());
                    let problem = match above.next() {
                        None => *what,
                        Some(parent) if blocked.insert(parent) => {
                            path = parent;
                            match fs::symlink_metadata(folder.join(parent)) {
                                Ok(metadata) if metadata.is_symlink() => {
                                    "is a symbolic link, and stands where a folder is to be made"
                                }
                                _ => "is a file, and stands where a folder is to be made",
                            }
                        }
                        Some(_) => continue,
                    };
                    ("foreign-output", problem)
                }
                _ if can_set_aside => continue,
                State::Edited(bytes) if let Some(line) = merge::marker(bytes) => {
                    found.push(merge::unresolved(&folder.join(path), &text(bytes), line));
                    continue;
                }
                State::Edited(_) => ("edited-output", "was edited since auth-gen wrote it"),
                State::Foreign(_) => (
                    "foreign-output",
                    "was not written by auth-gen, and stands where a file is to be written",
                ),
            };
            let path = shown(&folder.join(path));
            found.push(Diagnostic::error(code, format!("`{path}` {problem}")));
        }
        found
    }

    /// The differences, for a reader.
    pub(super) fn drift(self, tree: &Tree) -> Drift {
        let mut differences = Vec::new();
        for (path, state) in self.files {
            let expected = tree.get(&path).expect("files has the paths of the tree");
            let expected = expected.to_owned();
            differences.push(match state {
                State::Equal => continue,
                State::Missing => Difference::Missing { path },
                State::Blocked(what) => Difference::Blocked { path, what },
                State::Ours(found) | State::Foreign(found) => Difference::Outdated {
                    path,
                    found: text(&found),
                    expected,
                },
                State::Edited(found) => Difference::Edited {
                    path,
                    found: text(&found),
                    expected,
                },
            });
        }
        let extra = |path| Difference::Extra { path };
        differences.extend(self.stale.into_keys().map(extra));
        // Its comment names the tool's version, which alone is no drift.
        if differences.is_empty() && !self.lock_is_current {
            let path = LOCK_FILE.to_owned();
            differences.push(match self.lock_file {
                State::Missing => Difference::Missing { path },
                State::Ours(found) => Difference::Outdated {
                    path,
                    found: text(&found),
                    expected: self.lock.render(),
                },
                _ => unreachable!("a lock that differs was read"),
            });
        }
        Drift {
            differences,
            files: tree.len(),
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The lock as a file, what it lists, and the version of the tool that wrote it.
type OnDisk = (State, Option<Lock>, Option<Version>);

fn read_lock(folder: &Path) -> Result<OnDisk, Diagnostics> {
    let path = folder.join(LOCK_FILE);
    super::replace::refuse_link(&path)?;
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Ok((State::Missing, None, None));
        }
        Err(error) => return Err(refused("read", &path, &error).into()),
    };
    let text = String::from_utf8_lossy(&bytes);
    let (lock, tool) = Lock::parse(&text).map_err(|fault| {
        let (line, problem) = match fault {
            Fault::Marker(line) => {
                return merge::unresolved(&path, &text, line).help(
                    "delete the lines that version control has added (`<<<<<<<`, `=======`, `>>>>>>>`) and keep all \
                     others, even where a file is listed twice; then resolve the description, appInfo and the \
                     settings, and run `auth-gen generate`, which writes the list again",
                );
            }
            Fault::Line(line) => (line, "is not `<sha256>  <path>`"),
            Fault::Version(line) => (line, "names no version of auth-gen"),
        };
        Diagnostic::error(
            "broken-lock",
            format!("line {line} of `{}` {problem}", shown(&path)),
        )
        .help(
            "restore it from version control, or delete it: files that are as auth-gen would write \
             them are then taken for its own, and all others are reported",
        )
    })?;
    let state = if text == lock.render() {
        State::Equal
    } else {
        State::Ours(bytes)
    };
    Ok((state, Some(lock), tool))
}

fn look(
    folder: &Path,
    path: &str,
    wanted: Option<&str>,
    known: &Lock,
    parents: &mut BTreeMap<String, Parent>,
) -> Result<State, Diagnostics> {
    for (end, _) in path.match_indices('/') {
        let parent = &path[..end];
        let state = match parents.get(parent) {
            Some(known) => *known,
            None => {
                let state = Parent::of(&folder.join(parent));
                parents.insert(parent.to_owned(), state);
                state
            }
        };
        match state {
            Parent::Folder => {}
            Parent::Missing => return Ok(State::Missing),
            Parent::Blocked(what) => return Ok(State::Blocked(what)),
        }
    }
    let target = folder.join(path);
    match fs::symlink_metadata(&target) {
        Ok(metadata) if metadata.is_symlink() => return Ok(State::Blocked("is a symbolic link")),
        Ok(metadata) if metadata.is_dir() => return Ok(State::Blocked("is a folder")),
        Ok(metadata) if !metadata.is_file() => return Ok(State::Blocked("is not a file")),
        _ => {}
    }
    let bytes = match fs::read(&target) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(State::Missing),
        Err(error) => return Err(refused("read", &target, &error).into()),
    };
    Ok(if wanted.is_some_and(|text| text.as_bytes() == bytes) {
        State::Equal
    } else if known.wrote(path, &bytes) {
        State::Ours(bytes)
    } else if known.has_path(path) {
        State::Edited(bytes)
    } else {
        State::Foreign(bytes)
    })
}

/// What stands where a folder is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parent {
    Folder,
    /// Nothing, and so nothing below it either.
    Missing,
    /// What no file of ours can lie below.
    Blocked(&'static str),
}

impl Parent {
    fn of(parent: &Path) -> Self {
        match fs::symlink_metadata(parent) {
            Ok(metadata) if metadata.is_symlink() => Self::Blocked("lies behind a symbolic link"),
            Ok(metadata) if !metadata.is_dir() => Self::Blocked("lies below a file"),
            Err(error) if error.kind() == ErrorKind::NotFound => Self::Missing,
            _ => Self::Folder,
        }
    }

    fn is_blocked(self) -> bool {
        matches!(self, Self::Blocked(_))
    }
}
