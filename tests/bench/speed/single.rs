//! One refresh after the other, each in a transaction of its own: what refreshing would be if nothing were
//! committed together.

use std::path::Path;
use std::time::Instant;

use tokio_postgres::NoTls;

/// How many sessions take turns.
const SESSIONS: usize = 32;

const TABLE: &str =
    "CREATE TABLE single (handle TEXT PRIMARY KEY, refresh_hash TEXT, rotated_at INTEGER)";

const UPDATE: &str =
    "UPDATE single SET refresh_hash = $1, rotated_at = rotated_at + 1 WHERE handle = $2";

/// A database with one connection.
pub(crate) enum Single {
    Sqlite(rusqlite::Connection),
    Postgres(tokio_postgres::Client, tokio_postgres::Statement),
}

impl Single {
    pub(crate) fn on_sqlite(path: &Path) -> Self {
        let db = rusqlite::Connection::open(path).expect("a database");
        db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
            .and_then(|()| db.execute_batch(TABLE))
            .expect("a table");
        for handle in 0..SESSIONS {
            let insert = "INSERT INTO single VALUES (?1, '0', 0)";
            db.execute(insert, [handle.to_string()]).expect("a row");
        }
        Self::Sqlite(db)
    }

    /// On the schema of a URL, which is made.
    pub(crate) async fn on_postgres(url: &str) -> Self {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("it runs");
        tokio::spawn(connection);
        let make = "DO $$ BEGIN EXECUTE format('CREATE SCHEMA %I', current_setting('search_path')); END $$";
        client.batch_execute(make).await.expect("a schema");
        client.batch_execute(TABLE).await.expect("a table");
        for handle in 0..SESSIONS {
            let insert = format!("INSERT INTO single VALUES ('{handle}', '0', 0)");
            client.batch_execute(&insert).await.expect("a row");
        }
        let statement = client.prepare(UPDATE).await.expect("a statement");
        Self::Postgres(client, statement)
    }

    /// How many there are in a second.
    pub(crate) async fn round(&self, seconds: f64) -> f64 {
        let (start, mut number) = (Instant::now(), 0_u32);
        while start.elapsed().as_secs_f64() < seconds {
            for handle in 0..SESSIONS {
                number += 1;
                let (handle, hash) = (handle.to_string(), format!("{number:064x}"));
                assert_eq!(self.update(&handle, &hash).await, 1);
            }
        }
        f64::from(number) / start.elapsed().as_secs_f64()
    }

    async fn update(&self, handle: &str, hash: &str) -> u64 {
        match self {
            Self::Sqlite(db) => {
                let statement = db.prepare_cached(UPDATE);
                let changed = statement.and_then(|mut update| update.execute([hash, handle]));
                changed.expect("an update") as u64
            }
            Self::Postgres(client, statement) => {
                let changed = client.execute(statement, &[&hash, &handle]).await;
                changed.expect("an update")
            }
        }
    }
}
