//! 10,000 random mutations of valid requests to every built-in operation and to an application's protected
//! route, over real sockets: never a panic, never a session, never a fault.
//!
//! `HOSTILE_CASES` sets another number of them; `PROPTEST_RNG_SEED` repeats a run.

mod mutation;
mod oracle;
mod request;
mod server;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use auth_hostile::figures;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use tokio::runtime::Runtime;

use crate::mutation::{Mutation, apply, mutations};
use crate::oracle::{Tally, answers, judge};
use crate::request::{Case, Operation};
use crate::server::{Target, count_panics, panics_so_far};

const CASES: u32 = 10_000;

/// One mutated request and the judgement of its answer.
async fn attack(
    target: &Target,
    operation: Operation,
    mutations: &[Mutation],
    tally: &Mutex<Tally>,
) -> Result<(), TestCaseError> {
    let case = Case::new(target, operation).await;
    let next = (operation as usize + 1) % Operation::ALL.len();
    let other = Case::new(target, Operation::ALL[next]).await;
    let sent = apply(mutations, &case.request, &other.request.bytes());
    let answers = answers(&target.send(&sent).await);
    let mut found = Tally::default();
    let judged = judge(target, &case, &sent, &answers, &mut found).await;
    // What is spliced in from the other request has the rights of that one.
    let judged = match judged {
        Err(_)
            if judge(target, &other, &sent, &answers, &mut Tally::default())
                .await
                .is_ok() =>
        {
            Ok(())
        }
        judged => judged,
    };
    tally.lock().expect("no thread panics with it").add(&found);
    judged.map_err(|error| {
        let text = String::from_utf8_lossy(&sent).into_owned();
        TestCaseError::fail(format!("{error}; sent: {text:?}"))
    })
}

#[test]
fn mutated_requests_find_no_way_in() {
    count_panics();
    let runtime = Runtime::new().expect("there are threads");
    let target = Arc::new(runtime.block_on(Target::start()));
    let cases =
        std::env::var("HOSTILE_CASES").map_or(CASES, |text| text.parse().expect("a number"));
    let each = cases.div_ceil(Operation::ALL.len() as u32);
    let tally = Mutex::new(Tally::default());
    let mut failed = Vec::new();
    std::thread::scope(|scope| {
        let run = |operation| {
            let (runtime, target, tally) = (&runtime, &target, &tally);
            scope.spawn(move || {
                let config = Config {
                    cases: each,
                    failure_persistence: None,
                    max_shrink_iters: 200,
                    ..Config::default()
                };
                let mut runner = TestRunner::new(config);
                runner.run(&mutations(), |mutations| {
                    runtime.block_on(attack(target, operation, &mutations, tally))
                })
            })
        };
        let threads: Vec<_> = Operation::ALL
            .into_iter()
            .map(|operation| (operation, run(operation)))
            .collect();
        for (operation, thread) in threads {
            match thread.join() {
                Ok(Ok(())) => {}
                Ok(Err(error)) => failed.push(format!("{operation:?}: {error}")),
                Err(_) => failed.push(format!("{operation:?}: the test itself panicked")),
            }
        }
    });
    let tally = tally.into_inner().expect("no thread panics with it");
    figures("hostile input", &tally.to_string());
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(tally.cases >= cases as usize);
    // Most are understood well enough to be answered, and some change nothing that matters.
    assert!(tally.unanswered < tally.cases / 4 && tally.rightful > tally.cases / 50);
    runtime.block_on(still_works(&target));
    assert_eq!(panics_so_far(), 0);
    runtime.block_on(a_panic_would_be_noticed(&target));
}

/// The valid requests are valid, and the server is as it was.
async fn still_works(target: &Target) {
    for operation in Operation::ALL {
        let case = Case::new(target, operation).await;
        let answers = answers(&target.send(&case.request.bytes()).await);
        let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses, [200], "{operation:?}");
    }
}

async fn a_panic_would_be_noticed(target: &Target) {
    target
        .send(b"GET /panics HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        .await;
    assert_eq!(panics_so_far(), 1);
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.cases += other.cases;
        self.unanswered += other.unanswered;
        self.rightful += other.rightful;
        for (status, count) in &other.statuses {
            *self.statuses.entry(*status).or_default() += count;
        }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            cases,
            unanswered,
            statuses,
            rightful,
        } = self;
        let statuses: BTreeMap<_, _> = statuses.iter().collect();
        write!(
            f,
            "{cases} mutated requests: {unanswered} unanswered, {rightful} answers with the right to a \
             session, answers by status {statuses:?}, 0 panics"
        )
    }
}
