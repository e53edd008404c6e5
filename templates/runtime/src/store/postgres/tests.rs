//! The contract and the races, in a real PostgreSQL.
//!
//! `AUTH_TEST_POSTGRES_URL` names a database in which schemas may be created; each test has one of
//! its own, which is dropped afterwards. Without the variable each test says that it was skipped.

mod outages;
mod relay;

use std::io::Write as _;

use serde_json::{Map, json};
use tokio_postgres::NoTls;
use uuid::Uuid;

use super::*;
use crate::recipes::email_password::{CreateUser, NewEmailPasswordUser};
use crate::store::sessions::PurgeSessions;
use crate::store::{PURGE_BATCH_SIZE, Purge, RotateSession, SessionRow, SigningKeyRow};

/// The verbs of a store.
fn verbs(store: &PostgresStore) -> &dyn Store {
    store
}

/// Runs a test with the URL of a schema that does not exist yet.
async fn in_schema<A>(name: &str, test: impl FnOnce(String) -> A)
where
    A: Future<Output = ()> + Send + 'static,
{
    let Ok(url) = std::env::var("AUTH_TEST_POSTGRES_URL") else {
        // Straight to the terminal: what a test prints is only shown when it fails.
        let line = format!("skipped on PostgreSQL: {name} (AUTH_TEST_POSTGRES_URL is not set)\n");
        let _ = std::io::stderr().write_all(line.as_bytes());
        return;
    };
    let schema = format!("test_{}", Uuid::new_v4().simple());
    let separator = if url.contains('?') { '&' } else { '?' };
    let outcome = tokio::spawn(test(format!(
        "{url}{separator}options=-csearch_path%3D{schema}"
    )))
    .await;
    admin(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE")).await;
    if let Err(error) = outcome {
        std::panic::resume_unwind(error.into_panic());
    }
}

/// A statement of another client.
async fn admin(sql: &str) {
    let url = std::env::var("AUTH_TEST_POSTGRES_URL").expect("it is set");
    let address = Address::parse(&url).expect("it is right");
    let (client, connection) = address.config.connect(NoTls).await.expect("connect");
    tokio::spawn(connection);
    client.batch_execute(sql).await.expect(sql);
}

/// A store whose connections are made: a race is to be about rows.
async fn open(url: &str) -> PostgresStore {
    let store = PostgresStore::open(url, 8).await.expect("open");
    let mut connections = Vec::new();
    for _ in 0..8 {
        connections.push(store.pool.get().await.expect("connect"));
    }
    store
}

fn user(email: &str) -> NewEmailPasswordUser {
    NewEmailPasswordUser {
        tenant_id: "public".to_owned(),
        email: email.parse().expect("an address"),
        password_hash: "hash".to_owned(),
        language: None,
        time_joined: 1,
    }
}

fn session(handle: &str) -> SessionRow {
    SessionRow {
        handle: handle.to_owned(),
        user_id: "u".to_owned(),
        recipe_user_id: "u".to_owned(),
        tenant_id: "public".to_owned(),
        refresh_hash: "h0".to_owned(),
        previous_refresh_hash: None,
        rotated_at: 0,
        rotation_key: vec![0, 255],
        anti_csrf: false,
        claims: Map::new(),
        data: json!({ "nul": "\0" }),
        created_at: 0,
        expires_at: 1_000,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_keeps_the_contract() {
    in_schema("the contract", |url| async move {
        crate::store::tests::holds(Arc::new(open(&url).await)).await;
    })
    .await;
}

/// All columns, indexes and constraints of the schema of a pool.
async fn tables(pool: &Pool) -> Vec<String> {
    let sql = "
        SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' '
               || COALESCE(column_default, '') || ' ' || COALESCE(collation_name, '')
        FROM information_schema.columns WHERE table_schema = current_schema()
        UNION ALL SELECT replace(indexdef, current_schema() || '.', '')
        FROM pg_indexes WHERE schemaname = current_schema()
        UNION ALL SELECT conname || ' ' || pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
        ORDER BY 1";
    let client = pool.get().await.expect("connect");
    let rows = client.query(sql, &[]).await.expect("it reads");
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipe_that_is_added_later_ends_with_the_tables_of_one_that_was_there_from_the_start() {
    in_schema("a recipe that is added later", |url| async move {
        for (number, history) in (1..).zip(migrations::tests::histories()) {
            let open = |name: &str| {
                let address = Address::parse(&format!("{url}_{number}_{name}"));
                pool::start(address.expect("it is right"), 1).expect("it starts")
            };
            let (fresh, old) = (open("fresh"), open("old"));
            let (last, _) = history.split_last().expect("a history has lists");
            migrate::run(&fresh, last).await.expect("it is migrated");
            for list in &history {
                migrate::run(&old, list).await.expect("it is migrated");
            }
            let tables_from_start = tables(&fresh).await;
            assert!(tables_from_start.len() > 3, "{tables_from_start:?}");
            assert_eq!(tables(&old).await, tables_from_start);
            for pool in [fresh, old] {
                let client = pool.get().await.expect("connect");
                let schema = client.query_one("SELECT current_schema()::text", &[]).await;
                let schema: String = schema.expect("it reads").get(0);
                let drop = format!("DROP SCHEMA \"{schema}\" CASCADE");
                client.batch_execute(&drop).await.expect("it is dropped");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_servers_start_at_once() {
    in_schema("many servers start at once", |url| async move {
        let starts: Vec<_> = (0..8)
            .map(|_| {
                let url = url.clone();
                tokio::spawn(async move { PostgresStore::open(&url, 2).await.map(drop) })
            })
            .collect();
        for start in starts {
            start.await.expect("join").expect("open");
        }
        let store = open(&url).await;
        let again = verbs(&store).create_email_password_user(user("a@example.com"));
        assert!(matches!(again.await, Ok(CreateUser::Created(_))));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refreshes_through_two_pools_have_one_lineage() {
    in_schema("64 refreshes at once", |url| async move {
        let stores = [open(&url).await, open(&url).await];
        verbs(&stores[0])
            .create_session(session("s"))
            .await
            .expect("write");
        for round in 0..20 {
            let tasks: Vec<_> = (0..64)
                .map(|number| {
                    let store = stores[number % 2].clone();
                    let rotation = RotateSession {
                        handle: "s".to_owned(),
                        presented_hash: format!("h{round}"),
                        next_hash: format!("h{}", round + 1),
                        rotated_at: round,
                        expires_at: 1_000,
                    };
                    tokio::spawn(async move { verbs(&store).rotate_session(rotation).await })
                })
                .collect();
            let mut won = 0;
            for task in tasks {
                won += u32::from(task.await.expect("join").expect("write"));
            }
            let row = verbs(&stores[1])
                .session("s")
                .await
                .expect("read")
                .expect("there");
            assert_eq!((won, row.refresh_hash), (1, format!("h{}", round + 1)));
            assert_eq!(row.previous_refresh_hash, Some(format!("h{round}")));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_expired_is_forgotten_in_steps() {
    in_schema("what is forgotten in steps", |url| async move {
        let store = open(&url).await;
        let count = PURGE_BATCH_SIZE * 2 + 7;
        let insert =
            "INSERT INTO sessions SELECT 's' || i, 'u', 'u', 'public', '', NULL, 0, '', false,
                          '{}', '{}', 0, i FROM generate_series(1, $1::BIGINT) AS i";
        let db = store.pool.get().await.expect("connect");
        db.execute(insert, &[&count]).await.expect("write");
        let step = PurgeSessions {
            expired_until: count,
        };
        let step = verbs(&store).run(step).await.expect("write");
        assert_eq!(i64::try_from(step), Ok(PURGE_BATCH_SIZE), "not all at once");
        let purge = Purge {
            expired_until: count,
            keys_created_before: 0,
        };
        let gone = verbs(&store).purge(purge).await.expect("write");
        assert_eq!(i64::try_from(gone), Ok(PURGE_BATCH_SIZE + 7));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_servers_go_on_with_one_key() {
    in_schema("two servers make a key", |url| async move {
        let stores = [open(&url).await, open(&url).await];
        let key = |number: usize, generation| SigningKeyRow {
            kid: format!("d-{generation}-{number}"),
            algorithm: "ES256".to_owned(),
            rotates: true,
            generation,
            private_key: vec![1],
            created_at: generation,
        };
        for generation in 1..10 {
            let tasks: Vec<_> = (0..16)
                .map(|number| {
                    let (store, key) = (stores[number % 2].clone(), key(number, generation));
                    tokio::spawn(async move { verbs(&store).add_signing_key(key).await })
                })
                .collect();
            let mut kids = Vec::new();
            for task in tasks {
                kids.push(task.await.expect("join").expect("write").kid);
            }
            kids.dedup();
            assert_eq!(kids.len(), 1, "{kids:?}");
        }
        assert_eq!(
            verbs(&stores[0]).signing_keys().await.expect("read").len(),
            9
        );
        // The same name for another kind of key, in the same millisecond.
        let kid = verbs(&stores[0]).signing_keys().await.expect("read")[0]
            .kid
            .clone();
        let other = SigningKeyRow {
            kid,
            algorithm: "RS256".to_owned(),
            ..key(0, 1)
        };
        let outcome = verbs(&stores[0]).add_signing_key(other).await;
        assert!(matches!(outcome, Err(Error::Unavailable { .. })));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_database_and_foreign_tables_are_refused() {
    in_schema("a newer database", |url| async move {
        let store = open(&url).await;
        let db = store.pool.get().await.expect("connect");
        let insert = async |number: i64, oldest_release: &str| {
            let sql = "INSERT INTO auth_migrations VALUES ('core', $1, 'future', $2, 0)";
            let inserted = db.execute(sql, &[&number, &oldest_release]).await;
            inserted.expect("insert");
        };
        insert(998, crate::VERSION).await;
        PostgresStore::open(&url, 1)
            .await
            .expect("it may run beside this one");
        insert(999, "999.0.0").await;
        let error = PostgresStore::open(&url, 1).await.expect_err("newer");
        let error = error.to_string();
        assert!(error.contains("core/0999 needs release 999.0.0"), "{error}");
        db.batch_execute("DROP TABLE auth_migrations")
            .await
            .expect("drop");
        let error = PostgresStore::open(&url, 1).await.expect_err("foreign");
        assert!(error.to_string().contains("a schema of its own"), "{error}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_is_that_of_the_database() {
    in_schema("the clock", |url| async move {
        let store = open(&url).await;
        let db = store.pool.get().await.expect("connect");
        let sql = "SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT";
        let rows = db.query(sql, &[]).await.expect("read");
        let apart = Store::clock(&store).now() - rows[0].get::<_, i64>(0);
        assert!((0..1_000).contains(&(apart + 100)), "{apart} ms apart");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn json_may_hold_the_character_nul() {
    in_schema("the character NUL", |url| async move {
        let store = open(&url).await;
        verbs(&store)
            .create_session(session("s"))
            .await
            .expect("write");
        let row = verbs(&store)
            .session("s")
            .await
            .expect("read")
            .expect("there");
        assert_eq!(row, session("s"), "JSON may hold it");
    })
    .await;
}
