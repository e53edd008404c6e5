use rusqlite::StatementStatus;

use super::*;
use crate::recipes::email_password::{CreateUser, NewEmailPasswordUser};
use crate::store::sessions::PurgeSessions;
use crate::store::{PURGE_BATCH_SIZE, Purge};

/// The verbs of a store.
fn verbs(store: &SqliteStore) -> &dyn Store {
    store
}

impl SqliteStore {
    /// Runs a job in the next transaction; answers when it is on the disk.
    async fn write<T, F>(&self, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.run_on_writer(|db| Ok(job(db)?)).await
    }

    /// Runs a query on a connection that reads.
    async fn read<T, F>(&self, query: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.run_on_reader(false, |db| Ok(query(db)?)).await
    }
}

fn file() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("folder");
    let url = format!("sqlite://{}", folder.path().join("auth.db").display());
    (folder, url)
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

#[tokio::test(flavor = "multi_thread")]
async fn a_file_keeps_the_contract() {
    let (_folder, url) = file();
    crate::store::tests::holds(Arc::new(SqliteStore::open(&url).expect("open"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_keeps_the_contract() {
    crate::store::tests::holds(Arc::new(
        SqliteStore::open("sqlite::memory:").expect("open"),
    ))
    .await;
}

#[tokio::test]
async fn what_was_written_is_there_after_a_restart() {
    let (_folder, url) = file();
    for expected in [0, 1] {
        let store = SqliteStore::open(&url).expect("open");
        let outcome = verbs(&store)
            .create_email_password_user(user("a@example.com"))
            .await;
        let taken = i32::from(outcome.expect("write") == CreateUser::EmailTaken);
        assert_eq!(taken, expected);
    }
}

#[tokio::test]
async fn a_copy_of_the_file_alone_has_everything_once_the_store_is_closed_or_dropped() {
    for is_closed in [true, false] {
        let (folder, url) = file();
        let store = SqliteStore::open(&url).expect("open");
        let created = verbs(&store).create_email_password_user(user("a@example.com"));
        assert!(matches!(created.await, Ok(CreateUser::Created(_))));
        let store = if is_closed {
            store.close().await;
            Some(store)
        } else {
            drop(store);
            None
        };
        let copy = folder.path().join("copy.db");
        std::fs::copy(folder.path().join("auth.db"), &copy).expect("copy");
        let copy = SqliteStore::open(&format!("sqlite://{}", copy.display())).expect("open");
        let found = verbs(&copy)
            .email_password_user("public", &user("a@example.com").email)
            .await;
        assert!(found.expect("read").is_some(), "closed: {is_closed}");
        drop(store);
    }
}

#[tokio::test]
async fn two_servers_share_a_file() {
    let (_folder, url) = file();
    let one = SqliteStore::open(&url).expect("open");
    let two = SqliteStore::open(&url).expect("open");
    let created = verbs(&one)
        .create_email_password_user(user("a@example.com"))
        .await;
    assert!(matches!(created, Ok(CreateUser::Created(_))));
    let found = verbs(&two)
        .email_password_user("public", &user("a@example.com").email)
        .await;
    assert!(found.expect("read").is_some());
}

#[tokio::test]
async fn what_expired_is_forgotten_in_steps() {
    let store = SqliteStore::open("sqlite::memory:").expect("open");
    let count = PURGE_BATCH_SIZE * 2 + 7;
    store
        .write(move |db| {
            db.execute(
                "INSERT INTO sessions WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL
                     SELECT i + 1 FROM n WHERE i < ?1)
                 SELECT 's' || i, 'u', 'u', 'public', '', NULL, 0, x'', 0, '{}', '{}', 0, i FROM n",
                [count],
            )
        })
        .await
        .expect("write");
    let step = PurgeSessions {
        expired_until: count,
    };
    let step = verbs(&store).run(step).await.expect("write");
    assert_eq!(i64::try_from(step), Ok(PURGE_BATCH_SIZE), "not all at once");
    let purge = Purge {
        expired_until: count - 1,
        keys_created_before: 0,
    };
    let gone = verbs(&store).purge(purge).await.expect("write");
    assert_eq!(i64::try_from(gone), Ok(PURGE_BATCH_SIZE + 6));
    let left = verbs(&store)
        .session(&format!("s{count}"))
        .await
        .expect("read");
    assert!(left.is_some(), "it has not expired");
}

#[cfg(unix)]
#[test]
fn the_file_belongs_to_its_owner() {
    use std::os::unix::fs::PermissionsExt;

    let (folder, url) = file();
    let _store = SqliteStore::open(&url).expect("open");
    for file in std::fs::read_dir(folder.path()).expect("list") {
        let file = file.expect("file");
        let mode = file.metadata().expect("metadata").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.path().display());
    }
}

#[test]
fn a_newer_database_is_refused() {
    let (folder, url) = file();
    drop(SqliteStore::open(&url).expect("open"));
    let db = Connection::open(folder.path().join("auth.db")).expect("open");
    let insert = |number: i64, oldest_release: &str| {
        let sql = "INSERT INTO auth_migrations VALUES ('core', ?1, 'future', ?2, 0)";
        db.execute(sql, (number, oldest_release)).expect("insert");
    };
    insert(998, crate::VERSION);
    drop(SqliteStore::open(&url).expect("it may run beside this one"));
    insert(999, "999.0.0");
    let error = SqliteStore::open(&url).expect_err("newer").to_string();
    assert!(error.contains("core/0999 needs release 999.0.0"), "{error}");
}

#[test]
fn other_urls_are_refused() {
    for url in [
        "",
        "auth.db",
        "postgres://x",
        "sqlite://",
        "sqlite://a.db?mode=ro",
    ] {
        assert!(SqliteStore::open(url).is_err(), "{url}");
    }
    assert!(SqliteStore::open("sqlite:///nowhere/at/all.db").is_err());
}

#[tokio::test]
async fn only_the_job_that_fails_is_undone() {
    let store = SqliteStore::open("sqlite::memory:").expect("open");
    let (bad, good) = tokio::join!(
        store.write(|db| {
            db.execute("INSERT INTO users (id, time_joined) VALUES ('bad', 1)", [])?;
            db.execute("INSERT INTO nowhere VALUES (1)", [])
        }),
        store.write(|db| db.execute("INSERT INTO users (id, time_joined) VALUES ('good', 1)", [])),
    );
    assert!(matches!(bad, Err(Error::Internal(_))));
    assert_eq!(good.expect("write"), 1);
    let ids = |db: &Connection| -> rusqlite::Result<Vec<String>> {
        let mut select = db.prepare("SELECT id FROM users")?;
        select.query_map([], |row| row.get(0))?.collect()
    };
    assert_eq!(store.read(ids).await.expect("read"), ["good"]);
}

/// SQLite would weigh the values that a statement is given, and compile it again for new ones.
#[tokio::test]
async fn a_statement_is_compiled_once() {
    let (_folder, url) = file();
    let store = SqliteStore::open(&url).expect("open");
    let again = |db: &Connection| {
        let mut compiled_again = 0;
        for id in ["a", "b", "c"] {
            let mut select = db.prepare_cached(
                "SELECT tenant_id FROM login_method_tenants WHERE recipe_user_id = ?1
                 ORDER BY tenant_id",
            )?;
            assert!(select.query([id])?.next()?.is_none());
            compiled_again = select.get_status(StatementStatus::RePrepare);
        }
        Ok(compiled_again)
    };
    assert_eq!(store.read(again).await.expect("read"), 0);
    assert_eq!(store.write(again).await.expect("write"), 0);
}

#[tokio::test]
async fn a_failing_disk_is_not_an_answer() {
    let (_folder, url) = file();
    let store = SqliteStore::open(&url).expect("open");
    // A database that may not grow fails like a full disk.
    store
        .write(|db| db.pragma_update(None, "max_page_count", 1))
        .await
        .expect("pragma");
    let mut failed = false;
    for number in 0..2_000 {
        let outcome = verbs(&store)
            .create_email_password_user(user(&format!("{number}@ex.co")))
            .await;
        if let Err(error) = outcome {
            assert!(matches!(error, Error::Unavailable { .. }), "{error}");
            failed = true;
            break;
        }
    }
    assert!(failed, "the disk never filled up");
    store
        .write(|db| db.pragma_update(None, "max_page_count", 1_000_000))
        .await
        .expect("pragma");
    let outcome = verbs(&store)
        .create_email_password_user(user("after@ex.co"))
        .await;
    assert!(
        matches!(outcome, Ok(CreateUser::Created(_))),
        "goes on when there is room again"
    );
}

#[tokio::test]
async fn a_locked_database_is_unavailable() {
    let (folder, url) = file();
    let store = SqliteStore::open(&url).expect("open");
    store
        .write(|db| db.busy_timeout(Duration::from_millis(10)))
        .await
        .expect("timeout");
    let other = Connection::open(folder.path().join("auth.db")).expect("open");
    other.execute_batch("BEGIN IMMEDIATE").expect("lock");
    let outcome = verbs(&store)
        .create_email_password_user(user("a@example.com"))
        .await;
    assert!(
        matches!(outcome, Err(Error::Unavailable { .. })),
        "{outcome:?}"
    );
    assert_eq!(
        verbs(&store).user("u").await.expect("reading goes on"),
        None
    );
    other.execute_batch("ROLLBACK").expect("unlock");
    let outcome = verbs(&store)
        .create_email_password_user(user("a@example.com"))
        .await;
    assert!(matches!(outcome, Ok(CreateUser::Created(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_is_waited_for_once() {
    let (folder, url) = file();
    let store = SqliteStore::open(&url).expect("open");
    store
        .write(|db| db.busy_timeout(Duration::from_secs(1)))
        .await
        .expect("timeout");
    let other = Connection::open(folder.path().join("auth.db")).expect("open");
    other.execute_batch("BEGIN EXCLUSIVE").expect("lock");
    // More than one transaction holds: without the rule the last one would wait for seven locks.
    let tasks: Vec<_> = (0..800)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                let user = user(&format!("{number}@ex.co"));
                verbs(&store).create_email_password_user(user).await
            })
        })
        .collect();
    let started = std::time::Instant::now();
    for task in tasks {
        let outcome = task.await.expect("join");
        assert!(matches!(outcome, Err(Error::Unavailable { .. })));
    }
    assert!(started.elapsed() < Duration::from_secs(5), "two at most");
    other.execute_batch("ROLLBACK").expect("unlock");
    let outcome = verbs(&store)
        .create_email_password_user(user("after@ex.co"))
        .await;
    assert!(matches!(outcome, Ok(CreateUser::Created(_))));
}

#[cfg(unix)]
#[tokio::test]
async fn nothing_is_written_into_a_file_without_its_name() {
    let (folder, url) = file();
    let (path, away) = (folder.path().join("auth.db"), folder.path().join("away.db"));
    let store = SqliteStore::open(&url).expect("open");
    let created = verbs(&store)
        .create_email_password_user(user("before@ex.co"))
        .await;
    assert!(matches!(created, Ok(CreateUser::Created(_))));

    std::fs::rename(&path, &away).expect("move it away");
    let outcome = verbs(&store)
        .create_email_password_user(user("lost@ex.co"))
        .await;
    assert!(matches!(outcome, Err(Error::Unavailable { .. })));
    std::fs::write(&path, "something else").expect("replace it");
    let outcome = verbs(&store)
        .create_email_password_user(user("lost@ex.co"))
        .await;
    assert!(matches!(outcome, Err(Error::Unavailable { .. })));

    std::fs::rename(&away, &path).expect("put it back");
    let created = verbs(&store)
        .create_email_password_user(user("after@ex.co"))
        .await;
    assert!(matches!(created, Ok(CreateUser::Created(_))));
}

#[test]
fn many_servers_start_at_once() {
    let (_folder, url) = file();
    let starts: Vec<_> = (0..8)
        .map(|_| {
            let url = url.clone();
            std::thread::spawn(move || SqliteStore::open(&url).map(drop))
        })
        .collect();
    for start in starts {
        start.join().expect("join").expect("open");
    }
}

#[tokio::test]
async fn a_client_that_hangs_up_leaves_nothing_half_done() {
    let store = SqliteStore::open("sqlite::memory:").expect("open");
    let mut create = Box::pin(verbs(&store).create_email_password_user(user("a@example.com")));
    tokio::select! {
        biased;
        _ = &mut create => {}
        () = std::future::ready(()) => {}
    }
    drop(create);
    let again = verbs(&store)
        .create_email_password_user(user("a@example.com"))
        .await;
    assert_eq!(
        again.expect("write"),
        CreateUser::EmailTaken,
        "done, although no caller waited"
    );
}
