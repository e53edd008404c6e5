//! The file of a database, and whether it still exists.
//!
//! On Unix an open file outlives its name. A server whose database was moved away, deleted, or replaced by
//! a backup would continue to write into a file that no later start opens, and acknowledge writes that are lost. So
//! the path is checked before each transaction; while it names another file or none, nothing is written
//! (<https://www.sqlite.org/howtocorrupt.html>, "Unlinking or renaming a database file while in use").

use std::fs::{Metadata, OpenOptions};
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Whether a URL names a SQLite database; the message does not repeat it, for it may be one of another
/// database, with a password in it.
pub(in super::super) fn check_url(url: &str) -> Result<(), &'static str> {
    location(url).map(|_| ())
}

/// The file that a URL names; `None` for a database in memory.
pub(in super::super) fn location(url: &str) -> Result<Option<PathBuf>, &'static str> {
    if url == "sqlite::memory:" {
        return Ok(None);
    }
    url.strip_prefix("sqlite://")
        .filter(|path| !path.is_empty() && !path.contains('?'))
        .map(|path| Some(PathBuf::from(path)))
        .ok_or("must be a URL such as sqlite://auth.db or sqlite:///var/lib/auth/auth.db")
}

/// The file of a database.
pub(super) struct File {
    path: PathBuf,
    identity: (u64, u64),
}

impl File {
    /// Creates the file, readable by its owner alone, unless it is there. SQLite gives its companions
    /// (`-wal`, `-shm`) the same mode.
    pub(super) fn create(path: PathBuf) -> Result<Self, Error> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let opened = options.open(&path).and_then(|file| file.metadata());
        let metadata = opened.map_err(|error| {
            Error::internal(format!(
                "the database {} cannot be opened: {error}",
                path.display()
            ))
        })?;
        Ok(Self {
            identity: identity(&metadata),
            path,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the name still leads to the file.
    pub(super) fn is_there(&self) -> bool {
        std::fs::metadata(&self.path).is_ok_and(|found| identity(&found) == self.identity)
    }
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}

/// Elsewhere the name of an open file cannot be taken away.
#[cfg(not(unix))]
fn identity(_: &Metadata) -> (u64, u64) {
    (0, 0)
}
