//! Brings the tables up to date.
//!
//! All migrations that are missing run in one transaction, which only one process at a time can
//! have: a start that is interrupted, or two starts at once, leave either the old tables or the new
//! ones. A database that a newer server has migrated is refused, because an older server cannot
//! know what it would break.

use rusqlite::{Connection, TransactionBehavior};

use super::unopened;
use crate::error::Error;

/// All migrations, oldest first; the version of each is its place, counted from one.
const MIGRATIONS: &[(&str, &str)] = &[
    (
        "initial",
        include_str!("../../../migrations/sqlite/0001_initial.sql"),
    ),
    (
        "app",
        include_str!("../../../migrations/sqlite/0002_app.sql"),
    ),
];

/// Applies what is missing.
pub(super) fn run(connection: &mut Connection) -> Result<(), Error> {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(unopened)?;
    transaction
        .execute_batch(
            "CREATE TABLE IF NOT EXISTS migrations (
                 version    INTEGER PRIMARY KEY,
                 name       TEXT    NOT NULL,
                 applied_at TEXT    NOT NULL DEFAULT CURRENT_TIMESTAMP
             ) STRICT",
        )
        .map_err(unopened)?;
    let applied: u32 = transaction
        .query_row(
            "SELECT COALESCE(MAX(version), 0) FROM migrations",
            [],
            |row| row.get(0),
        )
        .map_err(unopened)?;
    let missing = usize::try_from(applied)
        .ok()
        .and_then(|applied| MIGRATIONS.get(applied..));
    let Some(missing) = missing else {
        return Err(Error::internal(format!(
            "the database has version {applied}, this server knows versions up to {}: \
             run the newer server, or restore an older database",
            MIGRATIONS.len()
        )));
    };
    for (version, (name, sql)) in (applied + 1..).zip(missing) {
        transaction
            .execute_batch(sql)
            .and_then(|()| {
                let insert = "INSERT INTO migrations (version, name) VALUES (?1, ?2)";
                transaction.execute(insert, (version, name))
            })
            .map_err(|error| {
                Error::internal(format!("migration {version} ({name}) failed: {error}"))
            })?;
    }
    transaction.commit().map_err(unopened)
}
