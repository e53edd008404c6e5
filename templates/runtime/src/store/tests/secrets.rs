//! Secrets that work once.

use super::super::secrets::{self, NewSecret, Secret};
use super::*;

const CODE: &str = "test/code";

/// What a recipe does with a secret, each in a transaction of its own.
enum Step {
    Issue(&'static str, &'static str, &'static str, i64),
    Find(&'static str, &'static str),
    Consume(&'static str, &'static str),
    ConsumeAll(&'static str, &'static str),
    Count(&'static str, &'static str, i64),
    Attempt(&'static str, &'static str),
    Extend(&'static str, &'static str, i64, i64),
}

/// What became of it: a number, and the secret if there was one.
type Became = (u64, Option<Secret>);

impl Transaction for Step {
    type Output = Became;
    const NAME: &'static str = "test_secret";
    const RETRY: Retry = Retry::Never;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Became, TxError> {
        let secret = match *self {
            Self::Issue(kind, hash, subject, expires_at) => {
                let new = NewSecret {
                    kind,
                    hash,
                    subject,
                    data: "data",
                    expires_at,
                };
                return Ok((u64::from(secrets::issue(tx, &new).await?), None));
            }
            Self::ConsumeAll(kind, subject) => {
                return Ok((secrets::consume_all(tx, kind, subject).await?, None));
            }
            Self::Count(kind, subject, now) => {
                return Ok((secrets::count(tx, kind, subject, now).await?, None));
            }
            Self::Find(kind, hash) => secrets::find(tx, kind, hash).await?,
            Self::Consume(kind, hash) => secrets::consume(tx, kind, hash).await?,
            Self::Attempt(kind, hash) => secrets::count_attempt(tx, kind, hash).await?,
            Self::Extend(kind, hash, now, expires_at) => {
                secrets::extend(tx, kind, hash, now, expires_at).await?
            }
        };
        Ok((u64::from(secret.is_some()), secret))
    }
}

async fn run(store: &dyn Store, step: Step) -> u64 {
    store.run(step).await.expect("write").0
}

pub(super) async fn holds(store: &Arc<dyn Store>) {
    a_kind_and_a_subject_have_secrets_of_their_own(&**store).await;
    wrong_guesses_are_counted(&**store).await;
    one_that_is_not_expired_can_live_longer(&**store).await;
    a_secret_is_spent_once(store).await;
    expired_ones_are_deleted_whatever_their_kind(&**store).await;
}

async fn a_kind_and_a_subject_have_secrets_of_their_own(store: &dyn Store) {
    let issued = [
        (CODE, "h1", "ana", 100),
        (CODE, "h2", "ana", 200),
        (CODE, "h3", "eva", 200),
        ("test/link", "h1", "ana", 200),
    ];
    for (kind, hash, subject, expires_at) in issued {
        let issue = || Step::Issue(kind, hash, subject, expires_at);
        assert_eq!(run(store, issue()).await, 1);
        assert_eq!(run(store, issue()).await, 0, "its kind has this hash");
    }
    for (now, expected) in [(99, 2), (100, 1), (200, 0)] {
        let count = Step::Count(CODE, "ana", now);
        assert_eq!(run(store, count).await, expected, "at {now}");
    }
    let found = store.run(Step::Find(CODE, "h1")).await.expect("read").1;
    let expected = Secret {
        subject: "ana".to_owned(),
        data: "data".to_owned(),
        attempts: 0,
        expires_at: 100,
    };
    assert_eq!(found, Some(expected));
    assert_eq!(run(store, Step::ConsumeAll(CODE, "ana")).await, 2);
    for (kind, hash, left) in [
        (CODE, "h1", 0),
        (CODE, "h2", 0),
        (CODE, "h3", 1),
        ("test/link", "h1", 1),
    ] {
        let find = Step::Find(kind, hash);
        assert_eq!(run(store, find).await, left, "{kind} {hash}");
    }
}

async fn wrong_guesses_are_counted(store: &dyn Store) {
    for expected in 1..=3 {
        let attempt = store.run(Step::Attempt(CODE, "h3")).await.expect("write");
        assert_eq!(attempt.1.map(|secret| secret.attempts), Some(expected));
    }
    assert_eq!(run(store, Step::Attempt(CODE, "unknown")).await, 0);
    let spent = store.run(Step::Consume(CODE, "h3")).await.expect("write");
    assert_eq!(spent.1.map(|secret| secret.attempts), Some(3));
    assert_eq!(run(store, Step::Attempt(CODE, "h3")).await, 0, "spent");
}

async fn one_that_is_not_expired_can_live_longer(store: &dyn Store) {
    run(store, Step::Issue(CODE, "long", "ana", 100)).await;
    for (kind, hash, now, expected) in [
        ("test/link", "long", 99, 0),
        (CODE, "unknown", 99, 0),
        (CODE, "long", 100, 0),
        (CODE, "long", 99, 1),
        // It is, from now on.
        (CODE, "long", 199, 1),
    ] {
        let extend = Step::Extend(kind, hash, now, 200);
        assert_eq!(run(store, extend).await, expected, "{kind} {hash} at {now}");
    }
    let found = store.run(Step::Consume(CODE, "long")).await.expect("write");
    assert_eq!(found.1.map(|secret| secret.expires_at), Some(200));
}

async fn a_secret_is_spent_once(store: &Arc<dyn Store>) {
    run(&**store, Step::Issue(CODE, "raced", "ana", 100)).await;
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let store = Arc::clone(store);
            tokio::spawn(async move { store.run(Step::Consume(CODE, "raced")).await })
        })
        .collect();
    let mut spent = 0;
    for task in tasks {
        spent += task.await.expect("join").expect("write").0;
    }
    assert_eq!(spent, 1);
}

async fn expired_ones_are_deleted_whatever_their_kind(store: &dyn Store) {
    for (kind, hash, expires_at) in [
        (CODE, "old", 500),
        ("unknown/kind", "old", 500),
        ("unknown/kind", "new", 501),
    ] {
        run(store, Step::Issue(kind, hash, "ana", expires_at)).await;
    }
    run(store, Step::Consume("test/link", "h1")).await;
    let purge = PurgeSecrets { expired_until: 500 };
    assert_eq!(store.run(purge).await.expect("write"), 2);
    assert_eq!(run(store, Step::Find(CODE, "old")).await, 0);
    assert_eq!(run(store, Step::Consume("unknown/kind", "new")).await, 1);
}
