//! Waiting until a file that a command has read changes.
//!
//! Folders are watched, not files: editors replace a file by another, and a file that is missing may
//! appear. What the system reports only wakes us; whether a file is another one is seen in its
//! metadata, so that reading it is no change.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, SystemTime};

use notify_debouncer_mini::notify::{RecommendedWatcher, RecursiveMode};
use notify_debouncer_mini::{DebounceEventResult, Debouncer, new_debouncer};

use super::files::shown;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// A change is complete when nothing has happened for this long: editors write in several steps.
const QUIET: Duration = Duration::from_millis(100);

/// What distinguishes one state of a file from another; `None` where there is no file.
pub(super) type Stamp = Option<(SystemTime, u64)>;

/// The state of a file.
pub(super) fn stamp(path: &Path) -> Stamp {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

/// Watches the files that the last run has read.
pub(super) struct Watcher {
    debouncer: Debouncer<RecommendedWatcher>,
    events: Receiver<()>,
    folders: BTreeSet<PathBuf>,
    files: BTreeMap<PathBuf, Stamp>,
}

impl Watcher {
    /// Watches nothing yet.
    ///
    /// # Errors
    /// When the system cannot watch files.
    pub(super) fn new() -> Result<Self, Diagnostics> {
        let (sender, events) = mpsc::channel();
        let debouncer = new_debouncer(QUIET, move |_: DebounceEventResult| {
            // Errors wake us, too: then the files are looked at.
            let _ = sender.send(());
        });
        Ok(Self {
            debouncer: debouncer.map_err(|error| refused(&error))?,
            events,
            folders: BTreeSet::new(),
            files: BTreeMap::new(),
        })
    }

    /// Watches these files from now on, as they were when they were read.
    ///
    /// # Errors
    /// When the system refuses to watch their folders.
    pub(super) fn follow(&mut self, files: BTreeMap<PathBuf, Stamp>) -> Result<(), Diagnostics> {
        self.files = files;
        self.watch_folders()
    }

    /// The nearest folder of each file that exists.
    fn watch_folders(&mut self) -> Result<(), Diagnostics> {
        let folder = |path: &PathBuf| {
            let absolute = std::path::absolute(path).ok()?;
            let mut above = absolute.ancestors().skip(1);
            above.find(|folder| folder.is_dir()).map(Path::to_owned)
        };
        let wanted: BTreeSet<PathBuf> = self.files.keys().filter_map(folder).collect();
        let watcher = self.debouncer.watcher();
        for folder in self.folders.difference(&wanted) {
            // It may have been deleted.
            let _ = watcher.unwatch(folder);
        }
        for folder in wanted.difference(&self.folders) {
            watcher
                .watch(folder, RecursiveMode::NonRecursive)
                .map_err(|error| refused(&error))?;
        }
        self.folders = wanted;
        Ok(())
    }

    /// The files that have changed, after a change or after this time.
    ///
    /// # Errors
    /// As those of [`Watcher::follow`].
    pub(super) fn wait(&mut self, time: Duration) -> Result<Vec<String>, Diagnostics> {
        let changed = self.changed();
        if !changed.is_empty() || self.events.recv_timeout(time).is_err() {
            return Ok(changed);
        }
        // A folder that was missing may be there.
        self.watch_folders()?;
        Ok(self.changed())
    }

    fn changed(&self) -> Vec<String> {
        let changed = self.files.iter().filter(|(path, was)| stamp(path) != **was);
        changed.map(|(path, _)| shown(path)).collect()
    }
}

fn refused(error: &notify_debouncer_mini::notify::Error) -> Diagnostic {
    Diagnostic::error(
        "cannot-watch",
        format!("cannot watch the input files: {error}"),
    )
    .help(
        "run the command without `--watch` after each change; on Linux the limits are \
         fs.inotify.max_user_watches and fs.inotify.max_user_instances",
    )
}
