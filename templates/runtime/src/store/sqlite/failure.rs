//! What an error of SQLite means to the server.
//!
//! As with PostgreSQL: a database that cannot answer now is [`Error::Unavailable`], whatever the reason,
//! and never an answer about a session or a password. The codes are those of
//! <https://www.sqlite.org/rescode.html>.

use std::fmt;

use rusqlite::ErrorCode;

use crate::error::Error;

/// What an error means while the server runs.
pub(in crate::store) fn failure(error: rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(code) if is_passing(code) => unavailable(error),
        _ => Error::internal(error),
    }
}

/// What an error means while the server starts: why it cannot.
#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
pub(super) fn unopened(error: rusqlite::Error) -> Error {
    Error::internal(format!("the database cannot be opened: {error}"))
}

/// The database cannot answer now; the log says why.
pub(super) fn unavailable(why: impl fmt::Display) -> Error {
    tracing::warn!("the database cannot answer: {why}");
    Error::Unavailable {
        retry_after_seconds: 1,
    }
}

/// What a code says about now, not about the statement: locked by another process, a disk that is full,
/// fails or only reads, a file that cannot be opened, no memory.
fn is_passing(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::ReadOnly
            | ErrorCode::CannotOpen
            | ErrorCode::OutOfMemory
    )
}
