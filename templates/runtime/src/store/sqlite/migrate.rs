//! Brings the tables up to date: all migrations that are missing, in one transaction, which only one process
//! at a time can have ([`migrations`]).

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::unopened;
use crate::clock::{Clock, SystemClock};
use crate::error::Error;
use crate::store::migrations::{self, Applied};

/// Applies what is missing.
pub(super) fn run(connection: &mut Connection) -> Result<(), Error> {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(unopened)?;
    let unreleased: bool = transaction
        .query_row(
            "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = ?1)",
            [migrations::UNRELEASED_TABLE],
            |row| row.get(0),
        )
        .map_err(unopened)?;
    if unreleased {
        return Err(Error::internal(migrations::UNRELEASED));
    }
    transaction
        .execute_batch(&migrations::sqlite_types(migrations::RECORD))
        .map_err(unopened)?;
    let applied = applied(&transaction).map_err(unopened)?;
    let missing = migrations::missing(migrations::ALL, &applied, crate::VERSION);
    for (owner, migration) in missing.map_err(Error::internal)? {
        let (number, name) = (migration.number, migration.name);
        transaction
            .execute_batch(&migration.for_sqlite())
            .and_then(|()| {
                transaction.execute(
                    "INSERT INTO auth_migrations (owner, number, name, oldest_release, applied_at)
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                    (
                        owner,
                        number,
                        name,
                        migration.oldest_release,
                        SystemClock::new().now(),
                    ),
                )
            })
            .map_err(|error| {
                Error::internal(format!(
                    "migration {owner}/{number:04} ({name}) failed: {error}"
                ))
            })?;
    }
    transaction.commit().map_err(unopened)
}

fn applied(transaction: &Transaction<'_>) -> rusqlite::Result<Vec<Applied>> {
    transaction
        .prepare("SELECT owner, number, oldest_release FROM auth_migrations")?
        .query_map([], |row| {
            Ok(Applied {
                owner: row.get(0)?,
                number: row.get(1)?,
                oldest_release: row.get(2)?,
            })
        })?
        .collect()
}
