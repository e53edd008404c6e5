//! The write-ahead log (`auth.db-wal`), and when it is moved into the database.
//!
//! What is committed stands in the log first. SQLite moves it into the database by itself after every
//! thousand pages, but a copy of `auth.db` alone then lacks the rest, which may be all of it. So the log is
//! moved and emptied at the start, at the stop, and when it has grown large because something always read
//! in the meantime (<https://www.sqlite.org/wal.html>, "Avoiding Excessively Large WAL Files").
//!
//! Rule: no request waits for it for long. Where another process reads, the log stays for now: nothing is
//! lost by that, since the next start, stop or checkpoint moves it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::BUSY_TIMEOUT;

/// How large the log may grow before readers are waited for, in bytes. SQLite's own checkpoints keep it at 4 MB.
const LARGE: u64 = 16 << 20;

/// How long to wait for readers while requests wait.
const BRIEF: Duration = Duration::from_millis(50);

/// How long to wait for readers when the store is closed.
pub(super) const LAST: Duration = Duration::from_secs(1);

/// Watches the size of a log.
pub(super) struct Log {
    path: PathBuf,
    large: u64,
    /// The size at which it is emptied next.
    next: u64,
}

impl Log {
    /// The log of a database.
    pub(super) fn of(database: &Path) -> Self {
        let mut path = OsString::from(database);
        path.push("-wal");
        Self {
            path: path.into(),
            large: LARGE,
            next: LARGE,
        }
    }

    /// Empties the log if it is large. Where that fails it is tried again when the log has grown by as
    /// much once more.
    pub(super) fn keep_small(&mut self, connection: &Connection) {
        let size = std::fs::metadata(&self.path).map_or(0, |metadata| metadata.len());
        if size < self.next {
            return;
        }
        let is_empty = empty(connection, BRIEF).unwrap_or(false);
        self.next = if is_empty {
            self.large
        } else {
            size + self.large
        };
    }
}

/// Moves the log into the database and empties it; `false` if readers or writers kept that from being done
/// in time.
pub(super) fn empty(connection: &Connection, wait: Duration) -> rusqlite::Result<bool> {
    connection.busy_timeout(wait)?;
    let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
    let is_busy = connection.query_row(sql, [], |row| row.get::<_, bool>(0));
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(!is_busy?)
}

/// The same when the writing connection is about to be closed, so that a copy of the file has everything.
pub(super) fn empty_at_last(connection: &Connection) {
    match empty(connection, LAST) {
        Ok(is_empty) => report(is_empty),
        Err(error) => tracing::warn!(%error, "the write-ahead log was not moved into the database"),
    }
}

/// Says what a log that is not empty at the end means to an operator.
pub(super) fn report(is_empty: bool) {
    if !is_empty {
        tracing::warn!(
            "the database is in use elsewhere and keeps a part of its data in its -wal file: copy it with the command \
             `backup`, not as a file"
        );
    }
}

/// The same on a connection of its own, for a caller that needs the old bytes of the log removed.
pub(super) fn empty_of(database: &Path) -> rusqlite::Result<bool> {
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    empty(&connection, BUSY_TIMEOUT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_a_reader_made_large_is_emptied_when_the_reader_has_ended() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("auth.db");
        let db = Connection::open(&path).expect("open");
        db.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (bytes BLOB)")
            .expect("a table");
        let reader = Connection::open(&path).expect("open");
        let read = |sql: &str| reader.execute_batch(sql).expect("it reads");
        read("BEGIN; SELECT * FROM t");
        let write = || db.execute_batch("INSERT INTO t VALUES (randomblob(6000000))");
        let large = 1 << 20;
        let mut log = Log {
            large,
            next: large,
            ..Log::of(&path)
        };
        let size = |log: &Log| std::fs::metadata(&log.path).expect("it is there").len();
        write().expect("it writes");
        log.keep_small(&db);
        assert!(
            size(&log) > 6_000_000,
            "a reader needs what is not in the database yet"
        );
        assert!(
            log.next > 6_000_000,
            "and is not waited for at every commit"
        );
        read("COMMIT");
        write().expect("it writes");
        log.keep_small(&db);
        assert_eq!((size(&log), log.next), (0, large));
    }
}
