//! A [`Tree`] against a folder: [`write()`] makes the folder equal to it, [`check()`] only compares.
//!
//! The rule that both keep: **nothing of the user's is ever lost.** `auth-gen.lock` in the output
//! folder lists the hash of every file that we wrote, so that a file is either *ours* (its hash is
//! listed), *edited* (its path is listed, its hash is not) or *foreign* (not listed). Only ours is
//! overwritten or removed. An edited or foreign file at a path that is to be written stops the run
//! before anything is touched; foreign files elsewhere (`target/`, `Cargo.lock`, a database) are
//! never even looked at.
//!
//! A run may be killed at any moment. Before the first file is touched, the hashes that the run is
//! going to write are added to a journal, `auth-gen.lock.next`; a later run takes lock and journal
//! together for what is ours, and so repairs a half-written folder. Each file appears by a rename
//! and is therefore old or new, never half.

mod drift;
mod journal;
mod lock;
mod merge;
mod plan;
mod replace;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::tree::Tree;

use journal::Journal;
use lock::Lock;
use plan::{Plan, State};

pub use drift::{Difference, Drift};

/// The list of what we wrote, in the output folder.
pub const LOCK_FILE: &str = "auth-gen.lock";

/// What [`write()`] may replace beside its own files; nothing by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Overwrite {
    /// Edited and foreign files that are in the way: each is kept as `<file>.orig`. Without it they are all
    /// reported, and nothing is touched.
    pub conflicts: bool,
    /// The output of a newer auth-gen.
    pub newer: bool,
}

/// What [`write()`] did; paths are relative to the output folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Files that were new or different.
    pub written: Vec<String>,
    /// How many files were already as they should be, and were not touched.
    pub unchanged: usize,
    /// Files of an earlier run that are no longer emitted.
    pub removed: Vec<String>,
    /// The user's versions that were set aside: path, and where it is now.
    pub saved: Vec<(String, String)>,
    /// Whether an earlier run had been interrupted, and this one completed its work.
    pub repaired: bool,
}

/// A tree with its hashes, which take longer to make than all comparisons.
#[derive(Debug)]
pub struct Hashed<'t> {
    tree: &'t Tree,
    lock: Lock,
}

impl<'t> Hashed<'t> {
    /// Hashes all files.
    pub fn new(tree: &'t Tree) -> Self {
        Self {
            tree,
            lock: Lock::of(tree),
        }
    }

    /// Whether [`Hashed::write`] would be stopped before it begins; touches nothing. A command that writes into several
    /// folders calls it for all of them first.
    ///
    /// # Errors
    /// As those of [`Hashed::write`] before it begins.
    pub fn survey(&self, folder: &Path, overwrite: Overwrite) -> Result<(), Diagnostics> {
        plan(self, folder, overwrite).map(drop)
    }

    /// As [`write()`].
    ///
    /// # Errors
    /// As those of [`write()`].
    pub fn write(&self, folder: &Path, overwrite: Overwrite) -> Result<Report, Diagnostics> {
        // A second run that changes nothing takes this way out: it reads, and writes nothing at all.
        let plan = self::plan(self, folder, overwrite)?;
        if plan.is_done() {
            return Ok(plan.report());
        }
        replace::create_folder(folder)?;
        let mut journal = Journal::open(folder)?;
        // Another run may have come in between; from here on the journal keeps others out.
        let plan = self::plan(self, folder, overwrite)?;
        journal.add(&self.lock)?;
        let mut report = plan.report();
        if plan.interrupted {
            replace::remove_leftovers(folder, plan.known.paths().chain([LOCK_FILE]))?;
        }
        apply(self.tree, folder, &plan, &mut report)?;
        let text = self.lock.render();
        if fs::read(folder.join(LOCK_FILE)).ok().as_deref() != Some(text.as_bytes()) {
            replace::put(folder, LOCK_FILE, &text)?;
        }
        journal.close()?;
        sync(folder);
        Ok(report)
    }
}

/// The plan, unless something stops it.
fn plan(tree: &Hashed<'_>, folder: &Path, overwrite: Overwrite) -> Result<Plan, Diagnostics> {
    let plan = Plan::new(tree.tree, &tree.lock, folder)?;
    if !overwrite.newer {
        refuse_newer(&plan, folder)?;
    }
    stop_at_conflicts(&plan, folder, overwrite)?;
    Ok(plan)
}

/// An older tool does not have the changes of a newer one, so it must not revert them by accident.
fn refuse_newer(plan: &Plan, folder: &Path) -> Result<(), Diagnostics> {
    let Some(newer) = &plan.newer else {
        return Ok(());
    };
    let own = env!("CARGO_PKG_VERSION");
    let lock = shown(&folder.join(LOCK_FILE));
    Err(Diagnostic::error(
        "newer-output",
        format!("`{lock}` was written by auth-gen {newer}, and this is auth-gen {own}"),
    )
    .help(format!(
        "nothing was written; use auth-gen {newer} or a newer one, or run `auth-gen generate --downgrade`, \
         which replaces the output by that of {own}"
    ))
    .into())
}

/// Makes `folder` equal to `tree`.
///
/// # Errors
/// When files that are not ours are in the way, when a newer auth-gen wrote the folder, when the lock has
/// merge-conflict markers, and when the file system refuses something.
pub fn write(tree: &Tree, folder: &Path, overwrite: Overwrite) -> Result<Report, Diagnostics> {
    Hashed::new(tree).write(folder, overwrite)
}

/// Compares `folder` with `tree` and touches nothing.
///
/// # Errors
/// When the folder cannot be read, when a newer auth-gen wrote it, and when the lock has merge-conflict markers.
pub fn check(tree: &Tree, folder: &Path) -> Result<Drift, Diagnostics> {
    let plan = Plan::new(tree, &Lock::of(tree), folder)?;
    refuse_newer(&plan, folder)?;
    Ok(plan.drift(tree))
}

fn apply(tree: &Tree, folder: &Path, plan: &Plan, report: &mut Report) -> Result<(), Diagnostics> {
    let mut made = BTreeSet::new();
    for (path, text) in tree.iter() {
        let state = &plan.files[path];
        if matches!(state, State::Equal) {
            continue;
        }
        if state.is_conflict() {
            report
                .saved
                .push((path.to_owned(), replace::set_aside(folder, path)?));
        }
        if let Some((parent, _)) = path.rsplit_once('/')
            && made.insert(parent)
        {
            replace::create_folder(&folder.join(parent))?;
        }
        replace::put(folder, path, text)?;
        report.written.push(path.to_owned());
    }
    for (path, state) in &plan.stale {
        if state.is_conflict() {
            report
                .saved
                .push((path.clone(), replace::set_aside(folder, path)?));
        } else {
            replace::remove(folder, path)?;
        }
        report.removed.push(path.clone());
    }
    Ok(())
}

/// How many files that are in the way are named.
const NAMED: usize = 20;

fn stop_at_conflicts(plan: &Plan, folder: &Path, overwrite: Overwrite) -> Result<(), Diagnostics> {
    let mut found = plan.conflicts(folder, overwrite.conflicts);
    let only_blocked = found.len() == plan.conflicts(folder, true).len();
    let is_merge = found.iter().any(|one| one.code == "merge-conflict");
    // Where all files differ, for instance by their line breaks, the list is not worth reading.
    let more = found.len().saturating_sub(NAMED);
    if more > 1 {
        found.truncate(NAMED);
        found.push(Diagnostic::error(
            "foreign-output",
            format!("{more} more files are in the way; `auth-gen check` lists them"),
        ));
    }
    let Some(last) = found.pop() else {
        return Ok(());
    };
    // The help is the same for all, so it is shown once, at the end.
    let cure = if is_merge {
        "nothing was written; these files are generated: resolve the description, appInfo and the settings, \
         delete the files that have markers, and run `auth-gen generate`, which writes them again"
    } else if !overwrite.conflicts && !only_blocked {
        "nothing was written; move your changes out (the generated crates are extended from \
         outside, by a group of `Endpoints`), undo them with version control, or run `auth-gen generate --force`, \
         which keeps each of these files as `<file>.orig` and writes its own"
    } else {
        "nothing was written; move this away, auth-gen will not replace it"
    };
    let mut diagnostics = Diagnostics::default();
    found.into_iter().for_each(|one| diagnostics.push(one));
    diagnostics.push(last.help(cure));
    Err(diagnostics)
}

/// Syncs the renames to the disk, once for the whole run. Some systems cannot sync a
/// folder; the files are complete nevertheless, so a refusal is no error.
fn sync(folder: &Path) {
    if let Ok(handle) = fs::File::open(folder) {
        let _ = handle.sync_all();
    }
}

/// The error for what the file system refused, with the path as the user writes it.
fn refused(action: &str, path: &Path, error: &std::io::Error) -> Diagnostic {
    let file = path.ancestors().skip(1).find(|above| above.is_file());
    let title = match file {
        Some(file) => format!("`{}` is a file, not a folder", shown(file)),
        None => format!("cannot {action} `{}`: {error}", shown(path)),
    };
    Diagnostic::error("unwritable-output", title).help(match error.kind() {
        std::io::ErrorKind::PermissionDenied => {
            "give yourself the right to write there, or choose another folder with `--out`"
        }
        std::io::ErrorKind::StorageFull => {
            "free some space and run the command again; it picks up where it stopped"
        }
        std::io::ErrorKind::NotADirectory | std::io::ErrorKind::AlreadyExists => {
            "move it away, or choose another folder with `--out`"
        }
        _ => "choose another folder with `--out`, or remove the cause and run the command again",
    })
}

/// A path as users write it, with `/` on every system.
fn shown(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}
