//! A database of every earlier release (`tests/server/migrations`) can be upgraded: it ends with the tables of
//! a new database, its users sign in, and its sessions go on.

mod common;

use std::path::{Path, PathBuf};

use auth_server::Endpoints;
use auth_server::store::{PostgresStore, SqliteStore, Store};
use common::database::Schema;
use common::{Server, form};
use tempfile::TempDir;
use tokio_postgres::NoTls;

/// The tables from before the first release.
const UNRELEASED: &str = "before-0.1.0";

/// A mail that waited when the database was upgraded, in the columns of the first release.
const WAITING: &str = "INSERT INTO mail_outbox
        (id, kind, tenant_id, recipient, recipient_hash, state, attempts, created_at, due_at,
         leased_until, expires_at)
    VALUES ('waiting', 'password-reset', 'public', 'ana@example.com', 'hash', 'waiting', 0,
            1700000000000, 1700000000000, 0, 1900000000000);";

/// The folders of the releases, and the file in each.
fn kept(file: &str) -> Vec<(String, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let mut kept: Vec<_> = entries
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| path.is_dir())
        .map(|path| {
            let name = path.file_name().expect("a folder has a name");
            (name.to_string_lossy().into_owned(), path.join(file))
        })
        .collect();
    kept.sort();
    assert!(kept.iter().any(|(release, _)| release == UNRELEASED));
    assert!(kept.len() > 1, "releases are kept");
    kept
}

/// Signs the kept user in, and refreshes the kept session.
async fn works_after_the_upgrade(release: &str, dump: &str, store: impl Store + 'static) {
    let build = |builder: auth_server::auth::AuthBuilder| builder.store(store);
    let app = |auth| auth_server::router(auth, Endpoints::new());
    let server = Server::start_built(|_| {}, build, app).await;
    let mails = server.mails().await;
    assert_eq!(mails.len(), 1, "{release}: the mail that waited");
    // Servers of that release do not know the column.
    assert_eq!(mails[0].source.language.as_str(), "en", "{release}");
    assert!(!common::token_of(&mails[0]).is_empty(), "{release}");
    let signed_in = server
        .post("/auth/signin")
        .json(&form("ana@example.com", "a long passw0rd"))
        .await;
    assert_eq!(signed_in.json()["status"], "OK", "{release}: {signed_in}");
    let token = dump
        .lines()
        .find_map(|line| line.strip_prefix("-- refresh token: "))
        .expect("the dump says it");
    let refreshed = server
        .post("/auth/session/refresh")
        .header("authorization", &format!("Bearer {token}"))
        .header("st-auth-mode", "header")
        .send()
        .await;
    assert_eq!(refreshed.status, 200, "{release}: {refreshed}");
    assert!(refreshed.has_session_headers());
    // What it asked for before the upgrade, it can ask for after it.
    let token = server.reset_token("ana@example.com").await;
    assert!(!token.is_empty());
}

fn refused(error: Option<auth_server::Error>) {
    let error = error.expect("it is refused").to_string();
    let says = |part: &str| assert!(error.contains(part), "{error}");
    says("before the first release");
    says("name an empty database in DATABASE_URL");
}

/// All tables and indexes, as they were written.
fn sqlite_tables(path: &Path) -> Vec<String> {
    let db = rusqlite::Connection::open(path).expect("it opens");
    let mut tables = db
        .prepare(
            "SELECT name || ': ' || sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name",
        )
        .expect("it is SQL");
    let rows = tables.query_map([], |row| row.get(0)).expect("it reads");
    rows.collect::<Result<_, _>>().expect("it reads")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sqlite_database_of_every_release_can_be_upgraded() {
    let folder = TempDir::new().expect("there is room for a folder");
    let url = |path: &Path| format!("sqlite://{}", path.display());
    let fresh = folder.path().join("fresh.db");
    drop(SqliteStore::open(&url(&fresh)).expect("it opens"));
    for (release, dump) in kept("sqlite.sql") {
        let dump = std::fs::read_to_string(dump).expect("it is kept");
        let path = folder.path().join(format!("{release}.db"));
        let db = rusqlite::Connection::open(&path).expect("it opens");
        db.execute_batch(&dump).expect("it is a dump");
        if release != UNRELEASED {
            db.execute_batch(WAITING).expect("the outbox is there");
        }
        drop(db);
        let opened = SqliteStore::open(&url(&path));
        if release == UNRELEASED {
            refused(opened.err());
            continue;
        }
        let store = opened.expect("it is upgraded");
        assert_eq!(sqlite_tables(&path), sqlite_tables(&fresh), "{release}");
        works_after_the_upgrade(&release, &dump, store).await;
    }
}

/// All columns, indexes and constraints of a schema.
async fn postgres_tables(url: &str) -> Vec<String> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("it runs");
    tokio::spawn(connection);
    let sql = "
        SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' '
               || COALESCE(column_default, '') || ' ' || COALESCE(collation_name, '')
        FROM information_schema.columns WHERE table_schema = current_schema()
        UNION ALL SELECT replace(indexdef, current_schema() || '.', '')
        FROM pg_indexes WHERE schemaname = current_schema()
        UNION ALL SELECT conname || ' ' || pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
        ORDER BY 1";
    let rows = client.query(sql, &[]).await.expect("it reads");
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_database_of_every_release_can_be_upgraded() {
    // Without AUTH_TEST_POSTGRES_URL only SQLite is tested, as everywhere here.
    let Some(fresh) = Schema::new() else { return };
    drop(PostgresStore::open(&fresh.url, 1).await.expect("it opens"));
    let expected = postgres_tables(&fresh.url).await;
    assert!(expected.len() > 50, "{expected:#?}");
    for (release, dump) in kept("postgres.sql") {
        let dump = std::fs::read_to_string(dump).expect("it is kept");
        let schema = Schema::new().expect("the first one was there");
        let (_, name) = schema.url.rsplit_once("%3D").expect("it names a schema");
        let connected = tokio_postgres::connect(&schema.url, NoTls).await;
        let (client, connection) = connected.expect("it runs");
        tokio::spawn(connection);
        let sql = format!("CREATE SCHEMA {name}; {dump}");
        client.batch_execute(&sql).await.expect("it is a dump");
        if release != UNRELEASED {
            let sql = format!("SET search_path = {name}; {WAITING}");
            client.batch_execute(&sql).await.expect("it waits");
        }
        let opened = PostgresStore::open(&schema.url, 4).await;
        if release == UNRELEASED {
            refused(opened.err());
            continue;
        }
        let store = opened.expect("it is upgraded");
        assert_eq!(postgres_tables(&schema.url).await, expected, "{release}");
        works_after_the_upgrade(&release, &dump, store).await;
    }
}
