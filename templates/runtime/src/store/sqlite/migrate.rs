//! Brings the tables up to date: all migrations that are missing, in one transaction, which only one process
//! at a time can have ([`migrations`]).

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::unopened;
use crate::clock::{Clock, SystemClock};
use crate::error::Error;
use crate::store::migrations::{self, Applied, Owners};

/// Applies what is missing of these.
pub(super) fn run(connection: &mut Connection, all: &Owners) -> Result<(), Error> {
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
    let missing = migrations::missing(all, &applied, crate::VERSION);
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

/// The migrations that a database has.
pub(super) fn applied(transaction: &Transaction<'_>) -> rusqlite::Result<Vec<Applied>> {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// All tables and indexes, as they were written.
    fn tables(connection: &Connection) -> Vec<String> {
        let mut statement = connection
            .prepare(
                "SELECT name || ': ' || sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name",
            )
            .expect("it is SQL");
        let rows = statement.query_map([], |row| row.get(0)).expect("it reads");
        rows.collect::<Result<_, _>>().expect("it reads")
    }

    #[test]
    fn a_recipe_that_is_added_later_ends_with_the_tables_of_one_that_was_there_from_the_start() {
        for history in migrations::tests::histories() {
            let open = || Connection::open_in_memory().expect("it opens");
            let (mut fresh, mut old) = (open(), open());
            let (last, _) = history.split_last().expect("a history has lists");
            run(&mut fresh, last).expect("it is migrated");
            for list in &history {
                run(&mut old, list).expect("it is migrated");
            }
            let tables_from_start = tables(&fresh);
            assert!(tables_from_start.len() > 1, "{tables_from_start:?}");
            assert_eq!(tables(&old), tables_from_start);
        }
    }
}
