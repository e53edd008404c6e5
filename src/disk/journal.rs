//! `auth-gen.lock.next`: what the run under way is going to write.
//!
//! It exists only while a run writes, or after one that was killed. It is only ever appended to, so
//! that a second interrupted run does not lose the entries of the first. Its file lock keeps a
//! second auth-gen out; the system releases it when the process ends, however it ends.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::lock::Lock;
use super::refused;
use crate::diagnostic::{Diagnostic, Diagnostics};

const FILE: &str = "auth-gen.lock.next";

/// An open journal: as long as it exists, this process is the only one that writes in the folder.
pub(super) struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// The journal of an interrupted run, if there is one.
    pub(super) fn left_behind(folder: &Path) -> Option<Lock> {
        let bytes = fs::read(folder.join(FILE)).ok()?;
        Some(Lock::parse_torn(&String::from_utf8_lossy(&bytes)))
    }

    /// Opens or creates it, and keeps others out.
    pub(super) fn open(folder: &Path) -> Result<Self, Diagnostics> {
        let path = folder.join(FILE);
        super::replace::refuse_link(&path)?;
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(&path)
            .map_err(|error| refused("write", &path, &error))?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Err(Diagnostic::error(
                "output-in-use",
                format!("another auth-gen is writing in `{}`", super::shown(folder)),
            )
            .help("wait until it has finished, then run the command again")
            .into()),
            // Some file systems have no locks; two runs at once are then the user's to avoid.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Self { path, file }),
        }
    }

    /// Announces what is going to be written, in one append.
    pub(super) fn add(&mut self, lock: &Lock) -> Result<(), Diagnostics> {
        // The empty line ends whatever a killed run left unfinished.
        self.file
            .write_all(format!("\n{}", lock.lines()).as_bytes())
            .map_err(|error| refused("write", &self.path, &error).into())
    }

    /// The run is complete: nothing is left to repair.
    pub(super) fn close(self) -> Result<(), Diagnostics> {
        fs::remove_file(&self.path).map_err(|error| refused("remove", &self.path, &error).into())
    }
}
