//! What a failure of PostgreSQL means, and whether the statement may be sent again.
//!
//! Rule kept here: a database that cannot answer now is [`Error::Unavailable`], whatever the
//! reason, and never an answer about a session or a password. The classes are those of
//! <https://www.postgresql.org/docs/current/errcodes-appendix.html>. The details that PostgreSQL
//! adds to an error hold values of rows, so they are neither logged nor shown.

use std::fmt;

use deadpool_postgres::PoolError;
use tokio_postgres::error::SqlState;

use crate::error::Error;
use crate::store::transaction::Retry;

/// Why a verb was not carried out.
#[derive(Debug)]
pub enum Failure {
    /// No connection could be had.
    Pool(PoolError),
    /// PostgreSQL refused the statement, or the connection broke.
    Database(tokio_postgres::Error),
    /// No answer came in time.
    TimedOut,
    /// A row that was there a moment ago is not.
    Vanished,
}

impl Failure {
    /// Whether another attempt is allowed and promising.
    pub(super) fn can_be_retried(&self, retry: Retry) -> bool {
        let Self::Database(error) = self else {
            return false;
        };
        match error.code() {
            // PostgreSQL says that nothing of it remains.
            Some(code) if code.code().starts_with("40") => true,
            Some(code) => retry == Retry::Idempotent && lost(code),
            None => retry == Retry::Idempotent && (error.is_closed() || is_io(error)),
        }
    }
}

/// The server went away while it worked.
fn lost(code: &SqlState) -> bool {
    code.code().starts_with("08") || code.code().starts_with("57P")
}

/// What a code says about now, not about the statement: rolled back (40), connection lost (08), out
/// of resources such as the disk (53), row locked (55), cancelled or shutting down (57), trouble
/// with the system (58), and a server that only reads.
fn is_passing(code: &SqlState) -> bool {
    let class = code.code().get(..2).unwrap_or_default();
    matches!(class, "40" | "08" | "53" | "55" | "57" | "58")
        || *code == SqlState::READ_ONLY_SQL_TRANSACTION
}

/// The code and the message, without the details.
pub(super) fn described(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(error) => format!(
            "PostgreSQL says {}: {}",
            error.code().code(),
            error.message()
        ),
        None => match std::error::Error::source(error) {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        },
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let unavailable = match &failure {
            Failure::Database(error) => match error.code() {
                Some(code) if *code == SqlState::CHARACTER_NOT_IN_REPERTOIRE => {
                    return Self::bad_input("text must not hold the character NUL");
                }
                Some(code) => is_passing(code),
                None => error.is_closed() || is_io(error),
            },
            Failure::Pool(_) | Failure::TimedOut | Failure::Vanished => true,
        };
        if unavailable {
            tracing::warn!(%failure, "the database cannot answer");
            Self::Unavailable {
                retry_after_seconds: 1,
            }
        } else {
            Self::internal(failure.to_string())
        }
    }
}

fn is_io(error: &tokio_postgres::Error) -> bool {
    std::error::Error::source(error).is_some_and(<dyn std::error::Error>::is::<std::io::Error>)
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Database(error)
    }
}

impl From<PoolError> for Failure {
    fn from(error: PoolError) -> Self {
        Self::Pool(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pool(PoolError::Backend(error)) | Self::Database(error) => {
                f.write_str(&described(error))
            }
            Self::Pool(error) => error.fmt(f),
            Self::TimedOut => f.write_str("no answer came in time"),
            Self::Vanished => f.write_str("another server was faster"),
        }
    }
}
