//! Clocks that are wrong, and clocks that are set while the server runs.
//!
//! The processes are real; libfaketime changes the time that they read from the machine's clock.

use std::path::{Path, PathBuf};
use std::time::Duration;

use auth_storms::{Answer, Database, Launch, Pair, Server, figures, rounds, within};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_storm-server");

/// A bound for everything here.
const STORM: Duration = Duration::from_secs(180);

/// The grace period where it runs out.
const GRACE: Duration = Duration::from_secs(3);

/// How far the clocks are off, in seconds.
const MINUTES_5: i64 = 300;

/// How exactly seconds are compared: answers take a while on a busy machine.
const TOLERANCE: i64 = 10;

/// Where Debian puts the library, for whatever machine this is.
fn libfaketime() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib")
        .into_iter()
        .flatten()
        .flatten();
    folders
        .map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"))
        .find(|library| library.exists())
        .expect("libfaketime is installed")
}

/// A server that asks libfaketime for the time. Its stopwatch is the real one: no one can set that.
fn fooled(database: &Database) -> Launch {
    let library = libfaketime();
    database
        .launch(PROGRAM)
        .with("LD_PRELOAD", library.to_str().expect("it is text"))
        .with("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        .with("FAKETIME_NO_CACHE", "1")
        .with("STORM_GRACE_MS", &GRACE.as_millis().to_string())
}

async fn signed_up(server: &Server, email: &str) -> Pair {
    let answer = server.enter("signup", email).await.expect("it answers");
    answer.expect_pair("signing up")
}

async fn refreshed(server: &Server, token: &str) -> Answer {
    server.refresh(token).await.expect("it answers")
}

/// Seconds between what a process believes the time to be and what it is.
async fn belief(server: &Server) -> i64 {
    let answer = server.protected("/me", "").await.expect("it answers");
    let date = answer.header("date").expect("it has a date");
    let believed = httpdate::parse_http_date(date).expect("it is a date");
    match believed.duration_since(std::time::SystemTime::now()) {
        Ok(ahead) => ahead.as_secs().cast_signed(),
        Err(behind) => -behind.duration().as_secs().cast_signed(),
    }
}

async fn expect_belief(server: &Server, seconds: i64) {
    let believed = belief(server).await;
    assert!(
        (believed - seconds).abs() <= TOLERANCE,
        "{believed} s, not {seconds} s"
    );
}

/// When the access token of an answer was issued, in seconds before now. The clock of this process is that
/// of the database.
fn age(answer: &Answer) -> i64 {
    let front_token = answer.header("front-token").expect("it has one");
    let json = STANDARD.decode(front_token).expect("it is base64");
    let json: Value = serde_json::from_slice(&json).expect("it is JSON");
    let issued = json["up"]["iat"].as_i64().expect("it is a number");
    let now = std::time::UNIX_EPOCH.elapsed().expect("it is after 1970");
    now.as_secs().cast_signed() - issued
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and libfaketime"]
async fn processes_whose_clocks_differ_go_by_that_of_the_database() {
    let database = Database::postgres();
    let offsets = [-MINUTES_5, 0, MINUTES_5];
    // Access tokens are valid for less than the clocks differ.
    let launch = fooled(&database).with("AUTH_ACCESS_TOKEN_SECONDS", "60");
    let servers = launch.start_each("FAKETIME", &["-300s", "+0s", "+300s"]);
    within(STORM, async {
        for (server, offset) in servers.iter().zip(offsets) {
            expect_belief(server, offset).await;
        }
        let storm = "clocks 5 minutes behind, right and 5 minutes ahead, PostgreSQL";
        rounds(storm, &servers, 40).await;

        let (mut repeated, mut thefts, mut largest) = (0, 0, 0);
        let mut late = Vec::new();
        for (one, first) in servers.iter().enumerate() {
            for (other, second) in servers.iter().enumerate() {
                let email = format!("user-{one}-{other}@ex.co");
                let begun = signed_up(first, &email).await;
                let rotated = refreshed(first, &begun.refresh).await;
                largest = largest.max(age(&rotated).abs());
                let pair = rotated.expect_pair("a refresh");
                // The answer got lost, and another server is asked.
                let repeat = refreshed(second, &begun.refresh).await;
                largest = largest.max(age(&repeat).abs());
                let again = repeat.expect_pair("a lost answer");
                assert_eq!(again.refresh, pair.refresh, "{one} {other}");
                repeated += 1;
                for access in [&pair.access, &again.access] {
                    for server in &servers {
                        let me = server.protected("/me/checked", access).await;
                        assert_eq!(me.expect("it answers").status, StatusCode::OK);
                    }
                }
                late.push((second, begun.refresh));
            }
        }
        assert!(largest <= TOLERANCE, "issued {largest} s from now");
        tokio::time::sleep(GRACE + Duration::from_millis(500)).await;
        for (server, stolen) in late {
            let answer = refreshed(server, &stolen).await;
            assert!(answer.ends_session("token theft detected"), "{answer:?}");
            thefts += 1;
        }
        figures(
            storm,
            &format!(
                "{repeated} answers lost and repeated at another process: 0 false alarms; {thefts} of \
                 {thefts} reuses after the grace period found; access tokens of 60 s accepted by all \
                 processes, dated {largest} s from the database's time at most"
            ),
        );
    })
    .await;
}

/// Sets the clock of all processes that read this file.
fn set_clock(file: &Path, seconds: i64) {
    // A reader finds the old text or the new one.
    let new = file.with_extension("new");
    std::fs::write(&new, format!("{seconds:+}s\n")).expect("it can be written");
    std::fs::rename(&new, file).expect("it can be replaced");
}

/// The processes date what they issue by the clock of the machine, which is off by so many seconds. (The
/// header `Date` shows a clock that was set back only when it has caught up.)
async fn expect_dates(servers: &[Server], seconds: i64, name: &str) {
    for (number, server) in servers.iter().enumerate() {
        let email = format!("{name}-{number}@ex.co");
        let answer = server.enter("signup", &email).await.expect("it answers");
        let ahead = -age(&answer);
        assert!(
            (ahead - seconds).abs() <= TOLERANCE,
            "{ahead} s, not {seconds} s"
        );
    }
}

/// The machine's clock is set while two processes share a file. An answer that got lost just before can be
/// repeated at either of them, the access token of before is good, and what comes too late is found out.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs libfaketime"]
async fn setting_the_clock_of_the_machine_ends_no_session() {
    let database = Database::sqlite();
    let time = database.beside("time");
    set_clock(&time, 0);
    let file = time.to_str().expect("it is text");
    let launch = fooled(&database).with("FAKETIME_TIMESTAMP_FILE", file);
    let servers = [launch.start(), launch.start()];
    within(STORM, async {
        let (mut repeated, mut thefts, mut before) = (0, 0, 0);
        for (step, after) in [MINUTES_5, 0, -MINUTES_5, 0].into_iter().enumerate() {
            let mut sessions = Vec::new();
            for (number, server) in servers.iter().enumerate() {
                let begun = signed_up(server, &format!("user-{step}-{number}@ex.co")).await;
                let pair = refreshed(server, &begun.refresh).await;
                sessions.push((begun, pair.expect_pair("a refresh")));
            }
            expect_dates(&servers, before, &format!("before-{step}")).await;
            set_clock(&time, after);
            expect_dates(&servers, after, &format!("after-{step}")).await;
            for (number, (begun, pair)) in sessions.iter().enumerate() {
                let mut current = pair.clone();
                for server in [&servers[number], &servers[1 - number]] {
                    let again = refreshed(server, &begun.refresh).await;
                    let again = again.expect_pair("a lost answer");
                    assert_eq!(again.refresh, pair.refresh, "step {step}");
                    repeated += 1;
                    let me = server.protected("/me/checked", &pair.access).await;
                    assert_eq!(me.expect("it answers").status, StatusCode::OK);
                }
                for server in &servers {
                    let next = refreshed(server, &current.refresh).await;
                    current = next.expect_pair("the next refresh");
                }
            }
            tokio::time::sleep(GRACE + Duration::from_millis(500)).await;
            for (number, (_, pair)) in sessions.iter().enumerate() {
                let answer = refreshed(&servers[1 - number], &pair.refresh).await;
                assert!(answer.ends_session("token theft detected"), "{answer:?}");
                thefts += 1;
            }
            before = after;
        }
        figures(
            "the machine's clock is set by +5, -5, -5 and +5 minutes, SQLite, 2 processes",
            &format!(
                "{repeated} answers lost before and repeated after: 0 false alarms, 0 sessions ended; \
                 {thefts} of {thefts} reuses after the grace period found"
            ),
        );
    })
    .await;
}
