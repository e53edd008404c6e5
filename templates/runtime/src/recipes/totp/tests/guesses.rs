//! Codes that are presented, one after the other and at once.

use std::sync::Arc;

use super::{
    LIMIT, NOW, STEP, Store, add, added, code, names_of, of_device, present, presented, sign_up,
};
use crate::recipes::totp::presenting::{PresentCode, Presented};
use crate::recipes::totp::settings::AttemptLimit;
use crate::recipes::totp::sql::Added;
use crate::store::{Retry, Transaction, Tx, TxError, users};

pub(super) async fn hold(store: &Arc<dyn Store>) {
    a_code_counts_once_however_many_present_it(store).await;
    of_parallel_guesses_no_more_are_looked_at_than_the_limit_says(store).await;
    a_cooldown_ends_and_a_right_code_starts_the_count_again(&**store).await;
    a_device_follows_its_login_method_and_goes_with_its_user(&**store).await;
}

/// A user with a verified device, which has accepted no code of [`NOW`] or later.
pub(super) async fn protected(store: &dyn Store, email: &'static str) -> String {
    let user = sign_up(store, email).await;
    added(store, add(&user, Some("phone")))
        .await
        .expect("it is made");
    let before = NOW - 2 * STEP;
    let verify = of_device("phone", present(&user, &code(before), before));
    let verified = presented(store, verify).await;
    assert!(matches!(verified, Presented::Right { .. }), "{verified:?}");
    user
}

/// Outcomes of transactions that run at once.
async fn at_once(store: &Arc<dyn Store>, presents: Vec<PresentCode>) -> Vec<Presented> {
    let tasks = presents.into_iter().map(|present| {
        let store = Arc::clone(store);
        tokio::spawn(async move { store.run(present).await.expect("write") })
    });
    let tasks: Vec<_> = tasks.collect();
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.expect("it ends"));
    }
    outcomes
}

async fn a_code_counts_once_however_many_present_it(store: &Arc<dyn Store>) {
    let ben = protected(&**store, "ben@totp.example").await;
    for round in 0..4 {
        let now = NOW + round * STEP;
        let code = code(now);
        let presents = (0..8).map(|_| PresentCode {
            limit: AttemptLimit { most: 100, ..LIMIT },
            ..present(&ben, &code, now)
        });
        let outcomes = at_once(store, presents.collect()).await;
        let right = |it: &&Presented| matches!(it, Presented::Right { .. });
        assert_eq!(outcomes.iter().filter(right).count(), 1, "{outcomes:?}");
    }
    // A code of an earlier period, which nobody has presented, counts no more.
    let earlier = PresentCode {
        limit: AttemptLimit { most: 100, ..LIMIT },
        ..present(&ben, &code(NOW - STEP), NOW)
    };
    let earlier = presented(&**store, earlier).await;
    assert!(matches!(earlier, Presented::Wrong { .. }), "{earlier:?}");
}

async fn of_parallel_guesses_no_more_are_looked_at_than_the_limit_says(store: &Arc<dyn Store>) {
    let eva = protected(&**store, "eva@totp.example").await;
    let guesses = (0..12).map(|_| present(&eva, "00000x", NOW));
    let outcomes = at_once(store, guesses.collect()).await;
    let mut failures: Vec<i64> = Vec::new();
    for outcome in &outcomes {
        match outcome {
            Presented::Wrong { failures: count } => failures.push(*count),
            Presented::Limited {
                failures,
                retry_after,
            } => assert_eq!((*failures, *retry_after), (3, 60_000)),
            other => panic!("{other:?}"),
        }
    }
    failures.sort_unstable();
    assert_eq!(failures, [1, 2, 3]);
    // The right one is not looked at either.
    let right = presented(&**store, present(&eva, &code(NOW), NOW)).await;
    assert!(matches!(right, Presented::Limited { .. }), "{right:?}");
}

async fn a_cooldown_ends_and_a_right_code_starts_the_count_again(store: &dyn Store) {
    let eli = protected(store, "eli@totp.example").await;
    let wrong = |now| present(&eli, "00000x", now);
    let failures = |failures| Presented::Wrong { failures };
    for count in 1..=3 {
        assert_eq!(presented(store, wrong(NOW)).await, failures(count));
    }
    let limited = |retry_after| Presented::Limited {
        retry_after,
        failures: 3,
    };
    assert_eq!(presented(store, wrong(NOW)).await, limited(60_000));
    assert_eq!(presented(store, wrong(NOW + 59_999)).await, limited(1));
    assert_eq!(presented(store, wrong(NOW + 60_000)).await, failures(1));
    // A text that can be no code is no guess.
    let long = present(&eli, "123456789", NOW + 60_000);
    assert_eq!(presented(store, long).await, failures(2));
    assert_eq!(presented(store, wrong(NOW + 60_000)).await, failures(2));
    let now = NOW + 2 * STEP;
    let right = presented(store, present(&eli, &code(now), now)).await;
    assert_eq!(
        right,
        Presented::Right {
            newly_verified: None
        }
    );
    assert_eq!(presented(store, wrong(now)).await, failures(1));
    // Wrong codes of long ago do not count beside new ones.
    assert_eq!(presented(store, wrong(now + 40_000)).await, failures(2));
    assert_eq!(presented(store, wrong(now + 80_000)).await, failures(3));
    assert_eq!(presented(store, wrong(now + 90_000)).await, failures(3));
}

async fn a_device_follows_its_login_method_and_goes_with_its_user(store: &dyn Store) {
    let one = protected(store, "one@totp.example").await;
    let two = sign_up(store, "two@totp.example").await;
    presented(store, present(&one, "00000x", NOW)).await;
    store
        .run(users::primary::MakePrimary {
            recipe_user_id: two.clone(),
        })
        .await
        .expect("write");
    let link = users::primary::Link {
        recipe_user_id: one.clone(),
        primary_user_id: two.clone(),
        is_proven_only: false,
    };
    store.run(link).await.expect("write");
    let phone = [("phone".to_owned(), true)];
    assert_eq!(names_of(store, &two).await, phone);
    // The user is protected, too.
    assert_eq!(
        added(store, add(&two, None)).await,
        Err(Added::FactorMissing)
    );
    let right = presented(store, present(&two, &code(NOW), NOW)).await;
    assert!(matches!(right, Presented::Right { .. }), "{right:?}");
    presented(store, present(&two, "00000x", NOW)).await;
    assert!(store.delete_user(&two).await.expect("write"));
    assert_eq!(names_of(store, &two).await, []);
    let left = store.run(Left).await.expect("read");
    assert_eq!(left, 0, "nothing is left of the two");
}

/// How many devices of users of [`a_device_follows_its_login_method_and_goes_with_its_user`] there are, and rows of wrong
/// codes of users who are gone.
struct Left;

impl Transaction for Left {
    type Output = i64;
    const NAME: &'static str = "totp_left";
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<i64, TxError> {
        let row = tx
            .query_optional(
                "SELECT (SELECT COUNT(*) FROM totp_devices WHERE recipe_user_id NOT IN (
                             SELECT recipe_user_id FROM login_methods))
                      + (SELECT COUNT(*) FROM one_time_secrets WHERE kind = 'totp/failures' AND subject NOT IN (
                             SELECT recipe_user_id FROM login_methods))",
                &[],
            )
            .await?;
        row.expect("a count is one row").get(0)
    }
}
