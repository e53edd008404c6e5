//! Many refreshes with one token at once, and one refresh too late.

use std::time::{Duration, Instant};

use auth_storms::{Answer, Database, Pair, Server, all, figures, rounds, within};
use http::StatusCode;

const PROGRAM: &str = env!("CARGO_BIN_EXE_storm-server");

/// How often clients present one token at once.
const ROUNDS: usize = 200;

/// A bound for everything here.
const STORM: Duration = Duration::from_secs(240);

/// The grace period of the tests in which it runs out.
const GRACE: Duration = Duration::from_secs(2);

/// Sessions whose token is copied.
const SESSIONS: usize = 24;

fn start(database: &Database, processes: usize) -> Vec<Server> {
    let launch = database.launch(PROGRAM);
    (0..processes).map(|_| launch.start()).collect()
}

async fn refreshed(server: &Server, token: &str) -> Answer {
    server.refresh(token).await.expect("it answers")
}

/// A session whose first token was copied before it was replaced.
struct Copied {
    stolen: String,
    victim: Pair,
}

/// Sessions are begun, refreshed by their owners once or twice, and then refreshed by thieves with the first
/// token, when the grace period is over: eight at once, through all servers. From then on every client
/// is refused by every server.
async fn reuse(storm: &str, servers: &[Server]) {
    let server = |number: usize| &servers[number % servers.len()];
    let mut sessions = Vec::new();
    for number in 0..SESSIONS {
        let email = format!("ana-{number}@ex.co");
        let answer = server(number).enter("signup", &email).await;
        let first = answer.expect("it answers").expect_pair("signing up");
        let mut victim = first.clone();
        for refresh in 0..=number % 2 {
            let answer = refreshed(server(number + refresh + 1), &victim.refresh).await;
            victim = answer.expect_pair("the owner refreshes");
        }
        let stolen = first.refresh;
        sessions.push(Copied { stolen, victim });
    }
    tokio::time::sleep(GRACE + Duration::from_millis(200)).await;

    let (mut refused, mut slowest) = (0, Duration::ZERO);
    for (number, Copied { stolen, victim }) in sessions.iter().enumerate() {
        let theft = Instant::now();
        let thieves = (0..8).map(|thief| {
            let asked = server(number + thief).refresh(stolen);
            async move { asked.await.expect("it answers") }
        });
        let answers = all(thieves).await;
        let found = |message: &str| {
            let with = answers.iter().filter(|answer| answer.ends_session(message));
            with.count()
        };
        let (thefts, ended) = (found("token theft detected"), found("unauthorised"));
        assert!(thefts >= 1 && thefts + ended == 8, "{answers:?}");
        for server in servers {
            for token in [&victim.refresh, stolen] {
                let answer = refreshed(server, token).await;
                assert!(answer.ends_session("unauthorised"), "{answer:?}");
                refused += 1;
            }
            let checked = server.protected("/me/checked", &victim.access).await;
            let checked = checked.expect("it answers");
            assert!(checked.ends_session("unauthorised"), "{checked:?}");
            refused += 1;
            // Who does not ask the database believes the token for as long as it is valid.
            let believed = server.protected("/me", &victim.access).await;
            assert_eq!(believed.expect("it answers").status, StatusCode::OK);
        }
        slowest = slowest.max(theft.elapsed());
    }
    figures(
        storm,
        &format!(
            "{SESSIONS} sessions, in each 8 thieves at once with a token that was replaced once or twice: \
             all revoked; {refused} of {refused} later refreshes and checked requests, of thief and victim \
             at {} servers, are 401 with cleared tokens; theft and all checks of one session {} ms at most",
            servers.len(),
            slowest.as_millis(),
        ),
    );
}

fn strict(database: &Database, processes: usize) -> Vec<Server> {
    let grace = GRACE.as_millis().to_string();
    let launch = database.launch(PROGRAM).with("STORM_GRACE_MS", &grace);
    (0..processes).map(|_| launch.start()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn tabs_that_refresh_at_once_keep_their_session() {
    let database = Database::sqlite();
    let servers = start(&database, 1);
    within(
        STORM,
        rounds(
            "64 refreshes with one token, SQLite, in short",
            &servers,
            20,
        ),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes half a minute"]
async fn tabs_that_refresh_at_once_keep_their_session_for_long() {
    let database = Database::sqlite();
    let servers = start(&database, 1);
    within(
        STORM,
        rounds("64 refreshes with one token, SQLite", &servers, ROUNDS),
    )
    .await;
    database.expect_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL"]
async fn tabs_that_refresh_at_once_keep_their_session_through_three_processes() {
    let database = Database::postgres();
    let servers = start(&database, 3);
    within(
        STORM,
        rounds("64 refreshes with one token, PostgreSQL", &servers, ROUNDS),
    )
    .await;
    database.expect_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_used_again_too_late_ends_the_session() {
    let database = Database::sqlite();
    let servers = strict(&database, 1);
    within(
        STORM,
        reuse("reuse after the grace period, SQLite", &servers),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL"]
async fn a_token_that_is_used_again_too_late_ends_the_session_for_every_process() {
    let database = Database::postgres();
    let servers = strict(&database, 3);
    within(
        STORM,
        reuse("reuse after the grace period, PostgreSQL", &servers),
    )
    .await;
}
