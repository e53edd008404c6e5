//! What many sessions take in the database, indexes included.

use std::path::Path;
use std::sync::Arc;

use auth_server::clock::SystemClock;
use auth_server::crypto::keys::Algorithm;
use auth_server::session::{SessionConfig, Sessions, TransferMethod};
use auth_server::store::{PostgresStore, SqliteStore, Store};
use auth_server::{Config, NewSessionFor};
use tokio_postgres::NoTls;

use super::figures::target;
use super::program::{folder, postgres, sqlite};

const SESSIONS: usize = 100_000;

/// How many are in the making at once.
const AT_ONCE: usize = 500;

/// The size that is aimed at, in MB.
const MOST: f64 = 100.0;

pub(crate) async fn measure() {
    println!("\n{SESSIONS} sessions, each of another user");
    let folder = folder();
    let url = sqlite(folder.path(), "storage");
    let store = SqliteStore::open(&url).expect("a database");
    let path = folder.path().join("storage");
    fill("SQLite", Arc::new(store), async || sqlite_size(&path)).await;
    if let Some(url) = postgres() {
        let store = PostgresStore::open(&url, 10).await.expect("a database");
        fill("PostgreSQL", Arc::new(store), async || {
            postgres_size(&url).await
        })
        .await;
    }
}

/// Begins all sessions, and refreshes each once: only then a row has all that it ever has.
async fn fill(name: &str, store: Arc<dyn Store>, size: impl AsyncFn() -> f64) {
    let config = Config::from_env(&auth_server::APP_INFO).expect("settings");
    let keys = SessionConfig {
        // What signs access tokens leaves no trace in a session.
        signing_algorithm: Algorithm::EdDsa,
        ..SessionConfig::default()
    };
    let empty = size().await;
    let sessions = Sessions::new(&config.app_info, keys, store, Arc::new(SystemClock::new()));
    let sessions = sessions.expect("settings");
    let mut tokens = Vec::new();
    for _ in 0..SESSIONS / AT_ONCE {
        let all = (0..AT_ONCE).map(|_| {
            let sessions = sessions.clone();
            tokio::spawn(async move {
                let new = NewSessionFor::user(uuid::Uuid::new_v4());
                let created = sessions.create_without_request(new, TransferMethod::Header);
                let (_, tokens) = created.await.expect("stored");
                tokens.refresh_token.expect("a refresh token")
            })
        });
        for task in all.collect::<Vec<_>>() {
            tokens.push(task.await.expect("done"));
        }
    }
    let stored = size().await - empty;
    for some in tokens.chunks(AT_ONCE) {
        let all = some.iter().map(|token| {
            let (sessions, token) = (sessions.clone(), token.clone());
            tokio::spawn(async move {
                let method = TransferMethod::Header;
                let refreshed = sessions.refresh_without_request(&token, None, method).await;
                refreshed.expect("refreshed");
            })
        });
        for task in all.collect::<Vec<_>>() {
            task.await.expect("done");
        }
    }
    let refreshed = size().await - empty;
    println!("  {name}: {stored:.1} MB; after one refresh of each {refreshed:.1} MB");
    target(
        &format!("under {MOST} MB"),
        stored < MOST && refreshed < MOST,
    );
}

/// Bytes of the database with nothing left in its log, in MB.
fn sqlite_size(path: &Path) -> f64 {
    let db = rusqlite::Connection::open(path).expect("it is there");
    db.busy_timeout(std::time::Duration::from_secs(30))
        .expect("a wait");
    let busy: i64 = db
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .expect("written back");
    assert_eq!(busy, 0, "the log is in use");
    megabytes(std::fs::metadata(path).expect("a file").len())
}

/// Bytes of the table with its indexes, as they are: nothing is vacuumed for the figure's sake.
async fn postgres_size(url: &str) -> f64 {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("it runs");
    tokio::spawn(connection);
    let row = client.query_one("SELECT pg_total_relation_size('sessions')", &[]);
    let bytes: i64 = row.await.expect("a size").get(0);
    megabytes(u64::try_from(bytes).expect("no less than nothing"))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a size in bytes has far fewer than 52 bits"
)]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
