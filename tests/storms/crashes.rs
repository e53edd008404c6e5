//! Servers that are killed in the middle of a storm, and databases that crash.
//!
//! Clients sign up, refresh and sign out, and write down the answers. Then the server is gone, at
//! whatever it was doing. What an answer acknowledged must hold after the next start; what no answer acknowledged
//! may be so or not, but not by half.

use std::time::{Duration, Instant};

use auth_storms::{Caller, Database, Pair, Server, Stop, all, figures, within};
use tokio::task::JoinHandle;

const PROGRAM: &str = env!("CARGO_BIN_EXE_storm-server");

/// How often the server is killed.
const KILLS: usize = 50;

/// Clients of a storm.
const CLIENTS: usize = 6;

/// How long a client waits that got 503.
const BREATH: Duration = Duration::from_millis(50);

/// A bound for everything here.
const STORM: Duration = Duration::from_secs(240);

/// What a client knows about its session.
#[derive(Clone)]
enum Known {
    /// It asked to be signed up.
    Joining,
    /// The latest pair that it received. It may have asked for the next one.
    Valid(Pair),
    /// It asked to be signed out.
    Leaving(Pair),
    /// Its sign-out was acknowledged.
    Left(Pair),
}

#[derive(Clone)]
struct Account {
    email: String,
    known: Known,
}

/// What was acknowledged.
#[derive(Default)]
struct Count {
    users: usize,
    refreshes: usize,
    sign_outs: usize,
    /// Requests that were never answered.
    cut: usize,
    /// Answers that said to come back later.
    later: usize,
}

/// One client, until the server is gone.
async fn client(server: Caller, name: String, until: Instant) -> (Vec<Account>, Count) {
    let (mut accounts, mut count) = (Vec::new(), Count::default());
    for number in 0.. {
        if Instant::now() > until {
            break;
        }
        let email = format!("{name}-{number}@ex.co");
        accounts.push(Account {
            email: email.clone(),
            known: Known::Joining,
        });
        let known = &mut accounts.last_mut().expect("it was pushed").known;
        let Some(answer) = server.enter("signup", &email).await else {
            count.cut += 1;
            break;
        };
        if answer.is_unavailable() {
            count.later += 1;
            tokio::time::sleep(BREATH).await;
            continue;
        }
        let mut pair = answer.expect_pair("signing up");
        *known = Known::Valid(pair.clone());
        count.users += 1;
        for _ in 0..3 {
            let Some(answer) = server.refresh(&pair.refresh).await else {
                count.cut += 1;
                return (accounts, count);
            };
            if answer.is_unavailable() {
                count.later += 1;
                tokio::time::sleep(BREATH).await;
                continue;
            }
            pair = answer.expect_pair("a refresh");
            *known = Known::Valid(pair.clone());
            count.refreshes += 1;
        }
        if number % 3 == 0 {
            *known = Known::Leaving(pair.clone());
            let Some(answer) = server.sign_out(&pair.access).await else {
                count.cut += 1;
                break;
            };
            if answer.is_unavailable() {
                count.later += 1;
                tokio::time::sleep(BREATH).await;
                continue;
            }
            assert_eq!(answer.status_text(), "OK", "{answer:?}");
            *known = Known::Left(pair);
            count.sign_outs += 1;
        }
    }
    (accounts, count)
}

/// All clients of a round.
fn storm_from(
    server: &Server,
    round: usize,
    until: Instant,
) -> JoinHandle<Vec<(Vec<Account>, Count)>> {
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let name = format!("user-{round}-{number}");
            client(Caller::clone(server), name, until)
        })
        .collect();
    tokio::spawn(all(clients))
}

/// Whether what was acknowledged holds; what is known now.
async fn check(server: Caller, account: Account) -> Account {
    let Account { email, known } = account;
    let refresh = async |pair: &Pair| {
        let answer = server.refresh(&pair.refresh).await;
        answer.expect("it answers")
    };
    let known = match known {
        Known::Joining => {
            let again = server.enter("signup", &email).await.expect("it answers");
            // Nothing of it remains, or all of it.
            match again.status_text().as_str() {
                "OK" => {}
                "FIELD_ERROR" => assert!(again.body.contains("already exists"), "{again:?}"),
                _ => panic!("{again:?}"),
            }
            let entered = server.enter("signin", &email).await.expect("it answers");
            Known::Valid(entered.expect_pair("a user by half"))
        }
        Known::Valid(pair) => {
            let entered = server.enter("signin", &email).await.expect("it answers");
            entered.expect_pair("a user who was acknowledged");
            let pair = refresh(&pair).await.expect_pair("an acknowledged session");
            let me = server.protected("/me/checked", &pair.access).await;
            assert_eq!(me.expect("it answers").status, http::StatusCode::OK);
            Known::Valid(pair)
        }
        Known::Leaving(pair) => {
            let answer = refresh(&pair).await;
            if answer.ends_session("unauthorised") {
                Known::Left(pair)
            } else {
                Known::Valid(answer.expect_pair("a session that may be over"))
            }
        }
        Known::Left(pair) => {
            let answer = refresh(&pair).await;
            assert!(answer.ends_session("unauthorised"), "{answer:?}");
            let checked = server.protected("/me/checked", &pair.access).await;
            assert!(checked.expect("it answers").ends_session("unauthorised"));
            let entered = server.enter("signin", &email).await.expect("it answers");
            entered.expect_pair("a user who was acknowledged");
            Known::Left(pair)
        }
    };
    Account { email, known }
}

async fn check_all(server: &Server, accounts: Vec<Account>) -> Vec<Account> {
    let mut checked = Vec::with_capacity(accounts.len());
    for some in accounts.chunks(CLIENTS) {
        let checks = some
            .iter()
            .map(|account| check(Caller::clone(server), account.clone()));
        checked.extend(all(checks).await);
    }
    checked
}

/// What a storm of kills found.
#[derive(Default)]
struct Report {
    kills: usize,
    count: Count,
    accounts: Vec<Account>,
    slowest_start: Duration,
}

impl Report {
    fn add(&mut self, stormed: Vec<(Vec<Account>, Count)>) -> Vec<Account> {
        let mut accounts = Vec::new();
        for (more, count) in stormed {
            accounts.extend(more);
            self.count.users += count.users;
            self.count.refreshes += count.refreshes;
            self.count.sign_outs += count.sign_outs;
            self.count.cut += count.cut;
            self.count.later += count.later;
        }
        accounts
    }

    fn print(&self, storm: &str) {
        let Count {
            users,
            refreshes,
            sign_outs,
            cut,
            later,
        } = &self.count;
        assert!(*users > self.kills && *refreshes > self.kills && *sign_outs > 0);
        figures(
            storm,
            &format!(
                "{} kills; {users} sign-ups, {refreshes} refreshes, {sign_outs} sign-outs acknowledged, 0 \
                 lost; {cut} requests cut off and {later} answered 503, 0 half written; slowest start {} ms",
                self.kills,
                self.slowest_start.as_millis(),
            ),
        );
    }
}

/// Kills the server again and again. Each `crash`th time a PostgreSQL crashes with it.
async fn kills(storm: &str, database: &Database, crash: usize) {
    let mut report = Report::default();
    let launch = database.launch(PROGRAM);
    let mut server = launch.start();
    for round in 0..KILLS {
        let storming = storm_from(&server, round, Instant::now() + STORM);
        // At another moment each time.
        let moment = Duration::from_millis(30 + (round as u64 * 37) % 170);
        tokio::time::sleep(moment).await;
        server.kill();
        report.kills += 1;
        if let (Some(cluster), 0) = (&database.cluster, (round + 1) % crash) {
            cluster.stop(Stop::Immediate);
            cluster.resume();
        }
        let accounts = report.add(storming.await.expect("no client panics"));
        database.expect_whole().await;

        server = launch.start();
        report.slowest_start = report.slowest_start.max(server.started_in);
        report.accounts.extend(check_all(&server, accounts).await);
    }
    // None of the kills undid what was acknowledged before an earlier one.
    let accounts = std::mem::take(&mut report.accounts);
    check_all(&server, accounts).await;
    database.expect_whole().await;
    report.print(storm);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes half a minute"]
async fn what_was_acknowledged_on_sqlite_is_so_after_a_kill() {
    let database = Database::sqlite();
    within(STORM, kills("kill -9, SQLite", &database, usize::MAX)).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL"]
async fn what_was_acknowledged_on_postgres_is_so_after_a_kill_of_both() {
    let database = Database::postgres();
    let storm = "kill -9, PostgreSQL, which crashes every tenth time";
    within(STORM, kills(storm, &database, 10)).await;
}

/// The server lives on while its database crashes under it.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL"]
async fn what_was_acknowledged_is_so_after_the_database_crashed() {
    let database = Database::postgres();
    let cluster = database.cluster.as_ref().expect("it is a PostgreSQL");
    let server = database.launch(PROGRAM).start();
    let mut report = Report::default();
    for round in 0..5 {
        let until = Instant::now() + Duration::from_secs(3);
        let storming = storm_from(&server, round, until);
        tokio::time::sleep(Duration::from_millis(300)).await;
        cluster.stop(Stop::Immediate);
        cluster.resume();
        report.kills += 1;
        let accounts = report.add(storming.await.expect("no client panics"));
        report.accounts.extend(check_all(&server, accounts).await);
        database.expect_whole().await;
    }
    assert!(report.count.later > 0, "no client noticed");
    let accounts = std::mem::take(&mut report.accounts);
    check_all(&server, accounts).await;
    report.slowest_start = server.started_in;
    report.print("the database crashes, the server lives on, PostgreSQL");
}
