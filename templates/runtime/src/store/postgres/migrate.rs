//! Brings the tables up to date: all migrations that are missing, in one transaction ([`migrations`]).
//!
//! A lock that lasts as long as the transaction lets several servers start at once: one migrates, the others
//! wait and find it done.

use deadpool_postgres::{Pool, Transaction};
use tokio_postgres::error::SqlState;

use super::failure::{Failure, described};
use crate::clock::{Clock, SystemClock};
use crate::error::Error;
use crate::store::migrations::{self, Applied, Owners};

/// Names the lock, in all databases alike.
const LOCK: i64 = 0x6175_7468_2d67_656e;

/// Applies what is missing of these.
pub(super) async fn run(pool: &Pool, all: &Owners) -> Result<(), Error> {
    let mut connection = pool.get().await.map_err(|error| {
        Error::internal(format!(
            "the database cannot be opened: {}",
            Failure::Pool(error)
        ))
    })?;
    let transaction = connection.transaction().await.map_err(failed)?;
    // Building an index, or waiting for another server that does, may take longer than a request may.
    transaction
        .batch_execute("SET LOCAL statement_timeout = '10min'; SET LOCAL lock_timeout = '10min'")
        .await
        .map_err(failed)?;
    transaction
        .execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])
        .await
        .map_err(failed)?;
    create_schema(&transaction).await?;
    apply(&transaction, all).await?;
    transaction.commit().await.map_err(failed)
}

/// Creates the schema that the search path names first. Where it does not exist, PostgreSQL would
/// go on to the next one, and two servers that were to be apart would share their tables.
async fn create_schema(transaction: &Transaction<'_>) -> Result<(), Error> {
    let row = transaction
        .query_one("SELECT current_setting('search_path')", &[])
        .await
        .map_err(failed)?;
    let path: String = row.try_get(0).map_err(failed)?;
    let Some(schema) = first_schema(&path) else {
        return Ok(());
    };
    let row = transaction
        .query_one(
            "SELECT to_regnamespace(quote_ident($1)) IS NULL",
            &[&schema],
        )
        .await
        .map_err(failed)?;
    // Who may not create schemas may use one all the same, so it is only created if it is missing.
    if row.try_get(0).map_err(failed)? {
        let quoted = schema.replace('"', "\"\"");
        transaction
            .batch_execute(&format!("CREATE SCHEMA \"{quoted}\""))
            .await
            .map_err(failed)?;
    }
    Ok(())
}

/// The first name of a search path that is not that of the user.
fn first_schema(path: &str) -> Option<String> {
    let names = path.split(',').map(str::trim);
    names
        .map(|name| {
            let quoted = name
                .strip_prefix('"')
                .and_then(|name| name.strip_suffix('"'));
            quoted.map_or_else(|| name.to_lowercase(), |name| name.replace("\"\"", "\""))
        })
        .find(|name| !name.is_empty() && name != "$user")
}

async fn apply(transaction: &Transaction<'_>, all: &Owners) -> Result<(), Error> {
    let row = transaction
        .query_one(
            "SELECT to_regclass(quote_ident(current_schema()) || '.' || quote_ident($1)) IS NOT NULL",
            &[&migrations::UNRELEASED_TABLE],
        )
        .await
        .map_err(failed)?;
    if row.try_get(0).map_err(failed)? {
        return Err(Error::internal(migrations::UNRELEASED));
    }
    transaction
        .batch_execute("SET LOCAL client_min_messages = warning")
        .await
        .map_err(failed)?;
    transaction
        .batch_execute(migrations::RECORD)
        .await
        .map_err(failed)?;
    let applied = applied(transaction).await.map_err(failed)?;
    let missing = migrations::missing(all, &applied, crate::VERSION);
    for (owner, migration) in missing.map_err(Error::internal)? {
        let (number, name) = (migration.number, migration.name);
        let done = transaction.batch_execute(migration.for_postgres()).await;
        done.map_err(|error| {
            let hint = if error.code() == Some(&SqlState::DUPLICATE_TABLE) {
                "; it holds the tables of something else: name a schema of its own, as in \
                 ?options=-csearch_path%3Dauth"
            } else {
                ""
            };
            let error = described(&error);
            Error::internal(format!(
                "migration {owner}/{number:04} ({name}) failed: {error}{hint}"
            ))
        })?;
        transaction
            .execute(
                "INSERT INTO auth_migrations (owner, number, name, oldest_release, applied_at)
                 VALUES ($1, $2, $3, $4, $5)",
                &[
                    &owner,
                    &number,
                    &name,
                    &migration.oldest_release,
                    &SystemClock::new().now(),
                ],
            )
            .await
            .map_err(failed)?;
    }
    Ok(())
}

async fn applied(transaction: &Transaction<'_>) -> Result<Vec<Applied>, tokio_postgres::Error> {
    let sql = "SELECT owner, number, oldest_release FROM auth_migrations";
    let rows = transaction.query(sql, &[]).await?;
    let read = |row: &tokio_postgres::Row| {
        Ok(Applied {
            owner: row.try_get(0)?,
            number: row.try_get(1)?,
            oldest_release: row.try_get(2)?,
        })
    };
    rows.iter().map(read).collect()
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn failed(error: tokio_postgres::Error) -> Error {
    Error::internal(format!(
        "the tables could not be brought up to date: {}",
        described(&error)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_of_a_search_path() {
        for (path, schema) in [
            (r#""$user", public"#, Some("public")),
            ("Auth,public", Some("auth")),
            (r#""Au""th", public"#, Some(r#"Au"th"#)),
            ("", None),
            (r#""$user""#, None),
        ] {
            assert_eq!(first_schema(path).as_deref(), schema, "{path}");
        }
    }
}
