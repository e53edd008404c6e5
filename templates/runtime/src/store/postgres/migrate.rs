//! Brings the tables up to date.
//!
//! As with SQLite, all migrations that are missing run in one transaction, and a database that a
//! newer server has migrated is refused. A lock that lasts as long as the transaction lets several
//! servers start at once: one migrates, the others wait and find it done.

use deadpool_postgres::{Pool, Transaction};
use tokio_postgres::error::SqlState;

use super::failure::{Failure, described};
use crate::error::Error;

/// All migrations, oldest first; the version of each is its place, counted from one.
const MIGRATIONS: &[(&str, &str)] = &[
    (
        "initial",
        include_str!("../../../migrations/postgres/0001_initial.sql"),
    ),
    (
        "app",
        include_str!("../../../migrations/postgres/0002_app.sql"),
    ),
];

/// Names the lock, in all databases alike.
const LOCK: i64 = 0x6175_7468_2d67_656e;

/// Applies what is missing.
pub(super) async fn run(pool: &Pool) -> Result<(), Error> {
    let mut connection = pool.get().await.map_err(|error| {
        Error::internal(format!(
            "the database cannot be opened: {}",
            Failure::Pool(error)
        ))
    })?;
    let transaction = connection.transaction().await.map_err(failed)?;
    // Building an index, or waiting for somebody who does, may take longer than a request may.
    transaction
        .batch_execute("SET LOCAL statement_timeout = '10min'; SET LOCAL lock_timeout = '10min'")
        .await
        .map_err(failed)?;
    transaction
        .execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])
        .await
        .map_err(failed)?;
    create_schema(&transaction).await?;
    apply(&transaction).await?;
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

async fn apply(transaction: &Transaction<'_>) -> Result<(), Error> {
    transaction
        .batch_execute(
            "SET LOCAL client_min_messages = warning;
             CREATE TABLE IF NOT EXISTS auth_migrations (
                 version    BIGINT      PRIMARY KEY,
                 name       TEXT        NOT NULL,
                 applied_at TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP
             )",
        )
        .await
        .map_err(failed)?;
    let row = transaction
        .query_one("SELECT COALESCE(MAX(version), 0) FROM auth_migrations", &[])
        .await
        .map_err(failed)?;
    let applied: i64 = row.try_get(0).map_err(failed)?;
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
        transaction.batch_execute(sql).await.map_err(|error| {
            let hint = if error.code() == Some(&SqlState::DUPLICATE_TABLE) {
                "; it holds the tables of something else: name a schema of its own, as in \
                 ?options=-csearch_path%3Dauth"
            } else {
                ""
            };
            let error = described(&error);
            Error::internal(format!(
                "migration {version} ({name}) failed: {error}{hint}"
            ))
        })?;
        transaction
            .execute(
                "INSERT INTO auth_migrations (version, name) VALUES ($1, $2)",
                &[&version, name],
            )
            .await
            .map_err(failed)?;
    }
    Ok(())
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
