//! Databases that are slow, locked, full, or gone for a while.
//!
//! Clients go on all the while. Requests that need no database are not affected. All others are answered
//! 200, or 503 with `Retry-After`: never 401, and never so that a token is cleared, since no user may be
//! signed out by that. When it is over, the same server goes on with the same tokens.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use auth_storms::{
    Answer, Caller, Database, Disk, Pair, Server, Stop, all, figures, limit_files, within,
};
use http::StatusCode;
use rusqlite::Connection;

const PROGRAM: &str = env!("CARGO_BIN_EXE_storm-server");

/// How long an outage takes.
const OUTAGE: Duration = Duration::from_secs(10);

/// Clients that go on all the while.
const CLIENTS: usize = 8;

/// How long a client waits between its requests.
const BREATH: Duration = Duration::from_millis(100);

/// How soon everything works again, at most: whatever hangs when it is over gives up first.
const RECOVERY: Duration = Duration::from_secs(15);

/// A bound for everything here.
const STORM: Duration = Duration::from_secs(120);

/// The answers that the clients got.
#[derive(Default)]
struct Answers {
    protected: usize,
    done: usize,
    later: usize,
    slowest: Duration,
}

impl Answers {
    /// 200, or 503 that touches nothing.
    fn note(&mut self, answer: &Answer, took: Duration) -> bool {
        self.slowest = self.slowest.max(took);
        if answer.status == StatusCode::OK {
            self.done += 1;
            return true;
        }
        assert!(answer.is_unavailable(), "{answer:?}");
        self.later += 1;
        false
    }
}

async fn protected(server: &Caller, access: &str) {
    let me = server.protected("/me", access).await.expect("it answers");
    assert_eq!(me.status, StatusCode::OK, "without a database: {me:?}");
}

/// One client: uses its access token, refreshes, asks what asks the database, signs up another user.
async fn client(
    server: Caller,
    number: usize,
    mut pair: Pair,
    over: Arc<AtomicBool>,
) -> (Pair, Answers) {
    let mut answers = Answers::default();
    for turn in 0.. {
        if over.load(Ordering::Relaxed) {
            break;
        }
        protected(&server, &pair.access).await;
        answers.protected += 1;
        let asked = Instant::now();
        let answer = match turn % 3 {
            0 => server.refresh(&pair.refresh).await,
            1 => server.protected("/me/checked", &pair.access).await,
            _ => {
                server
                    .enter("signup", &format!("{number}-{turn}@ex.co"))
                    .await
            }
        };
        let answer = answer.expect("it answers");
        if answers.note(&answer, asked.elapsed()) && turn % 3 == 0 {
            pair = answer.expect_pair("a refresh");
        }
        tokio::time::sleep(BREATH).await;
    }
    (pair, answers)
}

/// One client that only uses its access token, more often.
async fn bystander(server: Caller, access: String, over: Arc<AtomicBool>) -> (usize, Duration) {
    let (mut requests, mut slowest) = (0, Duration::ZERO);
    while !over.load(Ordering::Relaxed) {
        let asked = Instant::now();
        protected(&server, &access).await;
        slowest = slowest.max(asked.elapsed());
        requests += 1;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    (requests, slowest)
}

/// Clients ride out an outage. `hurts` says whether it must have been noticed.
async fn ride_out(storm: &str, server: &Server, hurts: bool, outage: impl Future<Output = ()>) {
    let mut pairs = Vec::new();
    for number in 0..CLIENTS {
        let answer = server
            .enter("signup", &format!("user-{number}@ex.co"))
            .await;
        pairs.push(answer.expect("it answers").expect_pair("signing up"));
    }
    let over = Arc::new(AtomicBool::new(false));
    let bystanding = tokio::spawn(bystander(
        Caller::clone(server),
        pairs[0].access.clone(),
        Arc::clone(&over),
    ));
    let clients: Vec<_> = pairs
        .into_iter()
        .enumerate()
        .map(|(number, pair)| client(Caller::clone(server), number, pair, Arc::clone(&over)))
        .collect();
    let clients = tokio::spawn(all(clients));
    outage.await;
    let ended = Instant::now();
    over.store(true, Ordering::Relaxed);
    let clients = clients.await.expect("no client panics");
    let (requests, slowest) = bystanding.await.expect("it does not panic");

    let mut total = Answers::default();
    for (pair, answers) in &clients {
        total.protected += answers.protected;
        total.done += answers.done;
        total.later += answers.later;
        total.slowest = total.slowest.max(answers.slowest);
        // The tokens of before.
        loop {
            let answer = server.refresh(&pair.refresh).await.expect("it answers");
            if answer.status == StatusCode::OK {
                break;
            }
            assert!(answer.is_unavailable(), "{answer:?}");
            assert!(ended.elapsed() < RECOVERY, "it does not recover");
            tokio::time::sleep(BREATH).await;
        }
    }
    let recovered = ended.elapsed();
    let again = server.enter("signin", "user-0@ex.co").await;
    again.expect("it answers").expect_pair("signing in");
    assert!(!hurts || total.later > 0, "no client noticed");
    let of_them = total.protected + requests;
    figures(
        storm,
        &format!(
            "with the database {} answered, {} got 503 with Retry-After (after {} ms at most), 0 other; \
             without it {of_them} of {of_them} answered (in {} ms at most); all {CLIENTS} sessions went on \
             {} ms after it was over",
            total.done,
            total.later,
            total.slowest.as_millis(),
            slowest.as_millis(),
            recovered.as_millis(),
        ),
    );
}

/// Another process holds the file's lock: once and for long, or again and again.
async fn locked(database: &Database, times: u32, each: Duration) {
    for _ in 0..times {
        let other = Connection::open(database.file()).expect("it opens");
        other
            .busy_timeout(Duration::from_secs(5))
            .expect("it can be set");
        other
            .execute_batch("BEGIN EXCLUSIVE")
            .expect("it can be locked");
        tokio::time::sleep(each).await;
        drop(other);
        tokio::time::sleep(BREATH).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a while"]
async fn sqlite_that_another_process_holds_locked() {
    let database = Database::sqlite();
    let server = database.launch(PROGRAM).start();
    let outage = locked(&database, 1, OUTAGE);
    let storm = "locked exclusively by another process for 10 s, SQLite";
    within(STORM, ride_out(storm, &server, true, outage)).await;
    database.expect_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a while"]
async fn sqlite_that_is_slow() {
    let database = Database::sqlite();
    let server = database.launch(PROGRAM).start();
    let outage = locked(&database, 5, Duration::from_secs(1));
    let storm = "slow, for another process locks it for a second again and again, SQLite";
    within(STORM, ride_out(storm, &server, false, outage)).await;
    database.expect_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a while"]
async fn sqlite_on_a_disk_that_is_full() {
    if let Some(disk) = Disk::mount(2_048) {
        let database = Database::sqlite_in(disk.folder());
        let server = database.launch(PROGRAM).start();
        let outage = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let _filler = disk.fill();
            tokio::time::sleep(OUTAGE).await;
        };
        let storm = "a disk of 2 MiB is full for 10 s (tmpfs), SQLite";
        within(STORM, ride_out(storm, &server, true, outage)).await;
        database.expect_whole().await;
    } else {
        // Nothing can be mounted: the process may not make its files longer.
        let database = Database::sqlite();
        // Its log is a file, too.
        let launch = database.launch(PROGRAM).with("RUST_LOG", "off");
        let server = launch.ignoring("XFSZ").start();
        let outage = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            limit_files(server.id(), Some(4_096));
            tokio::time::sleep(OUTAGE).await;
            limit_files(server.id(), None);
        };
        let storm = "files may not grow for 10 s (RLIMIT_FSIZE), SQLite";
        within(STORM, ride_out(storm, &server, true, outage)).await;
        database.expect_whole().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a while"]
async fn sqlite_whose_file_is_missing() {
    let database = Database::sqlite();
    let server = database.launch(PROGRAM).start();
    let (here, away) = (database.file(), database.beside("away.db"));
    let outage = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        std::fs::rename(&here, &away).expect("it can be moved");
        tokio::time::sleep(OUTAGE).await;
        std::fs::rename(&away, &here).expect("it can be moved back");
    };
    let storm = "the file is moved away for 10 s, SQLite";
    within(STORM, ride_out(storm, &server, true, outage)).await;
    database.expect_whole().await;
}

/// The tables that refreshes need are locked.
async fn tables_locked(database: &Database, times: u32, each: Duration) {
    let cluster = database.cluster.as_ref().expect("it is a PostgreSQL");
    for _ in 0..times {
        let mut client = cluster.connect().await;
        let lock = client.transaction().await.expect("it begins");
        let sql = "LOCK TABLE storm.sessions IN ACCESS EXCLUSIVE MODE";
        lock.batch_execute(sql).await.expect("it can be locked");
        tokio::time::sleep(each).await;
        lock.rollback().await.expect("it ends");
        tokio::time::sleep(BREATH).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL"]
async fn postgres_with_a_locked_table() {
    let database = Database::postgres();
    let server = database.launch(PROGRAM).start();
    let outage = tables_locked(&database, 1, OUTAGE);
    let storm = "the table of sessions is locked for 10 s, PostgreSQL";
    within(STORM, ride_out(storm, &server, true, outage)).await;
    database.expect_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL"]
async fn postgres_that_is_slow() {
    let database = Database::postgres();
    let server = database.launch(PROGRAM).start();
    let outage = tables_locked(&database, 5, Duration::from_secs(1));
    let storm =
        "slow, for the table of sessions is locked for a second again and again, PostgreSQL";
    within(STORM, ride_out(storm, &server, false, outage)).await;
    database.expect_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL"]
async fn postgres_that_does_not_move() {
    let database = Database::postgres();
    let server = database.launch(PROGRAM).start();
    let cluster = database.cluster.as_ref().expect("it is a PostgreSQL");
    let outage = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        cluster.freeze(true);
        tokio::time::sleep(OUTAGE).await;
        cluster.freeze(false);
    };
    let storm = "all processes of the database are stopped (SIGSTOP) for 10 s, PostgreSQL";
    within(STORM, ride_out(storm, &server, true, outage)).await;
    database.expect_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL"]
async fn postgres_that_is_down() {
    let database = Database::postgres();
    let server = database.launch(PROGRAM).start();
    let cluster = database.cluster.as_ref().expect("it is a PostgreSQL");
    let outage = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        cluster.stop(Stop::Fast);
        tokio::time::sleep(OUTAGE).await;
        cluster.resume();
    };
    let storm = "stopped for 10 s and started again, PostgreSQL";
    within(STORM, ride_out(storm, &server, true, outage)).await;
    database.expect_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL"]
async fn postgres_on_a_disk_that_is_full() {
    let storm = "a disk of 4 MiB under the tables is full for 10 s (tmpfs), PostgreSQL";
    let Some(disk) = Disk::mount(4_096) else {
        figures(storm, "NOT RUN: nothing can be mounted here");
        return;
    };
    let mut database = Database::postgres();
    let cluster = database.cluster.as_ref().expect("it is a PostgreSQL");
    let place = disk.folder().display();
    cluster
        .execute(&format!("CREATE TABLESPACE small LOCATION '{place}'"))
        .await;
    // The server makes its tables there.
    database.url.push_str("%20-cdefault_tablespace%3Dsmall");
    let server = database.launch(PROGRAM).start();
    let outage = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let _filler = disk.fill();
        tokio::time::sleep(OUTAGE).await;
    };
    within(STORM, ride_out(storm, &server, true, outage)).await;
    database.expect_whole().await;
}
