//! The mails that wait.

use std::collections::BTreeSet;

use super::plans::Plain;
use super::*;
use crate::store::mail_outbox::ExplainClaim;

pub(super) const LIMIT: MailLimit = MailLimit {
    burst: 3,
    pause: 60,
    most: 5,
    window: 3_600,
};

/// A row of this kind.
pub(crate) fn row(kind: &'static str, created_at: i64) -> NewMailRow {
    NewMailRow {
        id: uuid::Uuid::new_v4().to_string(),
        kind,
        tenant_id: "public".to_owned(),
        website: "https://example.com/auth".to_owned(),
        language: Some("de".to_owned()),
        subject: Some("u1".to_owned()),
        payload: Some(vec![0, 255]),
        request_id: None,
        created_at,
        expires_at: created_at + 100_000,
    }
}

fn enqueue(recipient: &str, now: i64) -> EnqueueMail {
    EnqueueMail {
        row: row("password-reset", now),
        recipient: recipient.to_owned(),
        limit: LIMIT,
    }
}

async fn claim(store: &dyn Store, now: i64, most: i64) -> Vec<ClaimedMail> {
    let claim = ClaimMails {
        now,
        leased_until: now + 60,
        most,
    };
    store.run(claim).await.expect("write")
}

async fn finish(store: &dyn Store, mail: &ClaimedMail, now: i64, outcome: MailOutcome) -> bool {
    let finish = FinishMail {
        id: mail.id.clone(),
        attempt: mail.attempt,
        now,
        outcome,
    };
    store.run(finish).await.expect("write")
}

fn recipients(mails: &[ClaimedMail]) -> Vec<&str> {
    mails.iter().map(|mail| mail.recipient.as_str()).collect()
}

pub(super) async fn holds(store: &Arc<dyn Store>) {
    empty(&**store).await;
    one_address_gets_a_few_at_once_and_then_one_a_minute(&**store).await;
    many_requests_at_once_for_one_address_enqueue_a_few(store).await;
    recipients_take_turns(&**store).await;
    a_claim_reads_no_more_than_it_takes(&**store).await;
    workers_share_the_work(store).await;
    a_lease_runs_out_and_an_old_claim_does_not_count(&**store).await;
    an_operator_lists_retries_and_discards(&**store).await;
}

/// Deletes what other tests have left.
async fn empty(store: &dyn Store) {
    loop {
        let claimed = claim(store, i64::MAX / 2, 1_000).await;
        if claimed.is_empty() {
            break;
        }
        for mail in claimed {
            assert!(finish(store, &mail, 0, MailOutcome::Done).await);
        }
    }
    let forget = ForgetMails {
        done_until: i64::MAX,
        failed_until: i64::MAX,
    };
    store.run(forget).await.expect("write");
}

async fn one_address_gets_a_few_at_once_and_then_one_a_minute(store: &dyn Store) {
    let mut accepted = Vec::new();
    for now in [0, 0, 1, 2, 60, 61, 62, 120, 121, 200, 3_600, 3_601, 3_602] {
        let now = 10_000 + now;
        if store.run(enqueue("ana@ex.co", now)).await.expect("write") {
            accepted.push(now - 10_000);
        }
    }
    assert_eq!(accepted, [0, 0, 1, 61, 121, 3_600]);
    // Another address, and another kind, have limits of their own.
    assert!(
        store
            .run(enqueue("eva@ex.co", 10_002))
            .await
            .expect("write")
    );
    let other = EnqueueMail {
        row: row("password-changed", 10_002),
        ..enqueue("ana@ex.co", 10_002)
    };
    assert!(store.run(other).await.expect("write"));
    // What is done still counts, though its recipient is not known any more.
    empty_but_keep(store).await;
    assert!(
        !store
            .run(enqueue("ana@ex.co", 13_650))
            .await
            .expect("write")
    );
    empty(store).await;
}

async fn empty_but_keep(store: &dyn Store) {
    loop {
        let claimed = claim(store, 20_000, 10).await;
        if claimed.is_empty() {
            return;
        }
        for mail in claimed {
            assert!(finish(store, &mail, 20_000, MailOutcome::Done).await);
        }
    }
}

async fn many_requests_at_once_for_one_address_enqueue_a_few(store: &Arc<dyn Store>) {
    let tasks: Vec<_> = (0..32)
        .map(|_| {
            let store = Arc::clone(store);
            tokio::spawn(async move { store.run(enqueue("race@ex.co", 10_000)).await })
        })
        .collect();
    let mut accepted = 0;
    for task in tasks {
        accepted += i32::from(task.await.expect("join").expect("write"));
    }
    assert_eq!(accepted, 3);
    empty(&**store).await;
}

async fn recipients_take_turns(store: &dyn Store) {
    for (recipient, now) in [
        ("ana@ex.co", 1),
        ("ana@ex.co", 2),
        ("ana@ex.co", 3),
        ("eva@ex.co", 4),
    ] {
        assert!(store.run(enqueue(recipient, now)).await.expect("write"));
    }
    assert!(claim(store, 0, 8).await.is_empty(), "nothing is due");
    let first = claim(store, 10, 8).await;
    assert_eq!(recipients(&first), ["ana@ex.co", "eva@ex.co"]);
    assert_eq!(
        (first[0].subject.as_deref(), first[0].payload.as_deref()),
        (Some("u1"), Some(&[0, 255][..]))
    );
    assert!(claim(store, 10, 8).await.is_empty(), "both are busy");
    let later = MailOutcome::Later {
        due_at: 50,
        failure: "451".to_owned(),
    };
    assert!(finish(store, &first[0], 11, later).await);
    let second = claim(store, 12, 8).await;
    assert_eq!(recipients(&second), ["ana@ex.co"]);
    assert_ne!(second[0].id, first[0].id, "that one has to wait");
    empty(store).await;
}

/// Both databases follow the index and stop after the mails that they return, although thousands wait.
async fn a_claim_reads_no_more_than_it_takes(store: &dyn Store) {
    const FILL: &str = "INSERT INTO mail_outbox (id, kind, tenant_id, recipient, recipient_hash, state, attempts,
                            created_at, due_at, leased_until, expires_at)
         WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 5000)
         SELECT 'mail ' || n, 'k', 'public', 'n' || n || '@ex.co', 'hash ' || n, 'waiting', 0, n, n, 0, 100000
         FROM number";
    store.run(Plain(FILL)).await.expect("write");
    store
        .run(Plain("ANALYZE mail_outbox"))
        .await
        .expect("write");
    let plan = store.run(ExplainClaim).await.expect("read");
    let by_state = [
        "SEARCH candidate USING INDEX mail_outbox_by_state (state=? AND due_at<?)",
        "Index Scan using mail_outbox_by_state on mail_outbox candidate",
    ];
    assert!(by_state.iter().any(|part| plan.contains(part)), "{plan}");
    let by_recipient = [
        "SEARCH other USING INDEX mail_outbox_by_recipient (recipient_hash=?)",
        "Index Scan using mail_outbox_by_recipient on mail_outbox other",
    ];
    assert!(
        by_recipient.iter().any(|part| plan.contains(part)),
        "{plan}"
    );
    let whole = ["SCAN ", "Seq Scan", "TEMP B-TREE", "Sort"];
    assert!(!whole.iter().any(|part| plan.contains(part)), "{plan}");
    let claimed = claim(store, 10_000, 3).await;
    assert_eq!(recipients(&claimed), ["n1@ex.co", "n2@ex.co", "n3@ex.co"]);
    store
        .run(Plain("DELETE FROM mail_outbox"))
        .await
        .expect("write");
}

async fn workers_share_the_work(store: &Arc<dyn Store>) {
    let names: BTreeSet<_> = (0..20).map(|number| format!("u{number}@ex.co")).collect();
    for name in &names {
        assert!(store.run(enqueue(name, 1)).await.expect("write"));
    }
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let store = Arc::clone(store);
            tokio::spawn(async move { claim(&*store, 5, 20).await })
        })
        .collect();
    let mut claimed = Vec::new();
    for task in tasks {
        claimed.extend(task.await.expect("join"));
    }
    claimed.extend(claim(&**store, 5, 20).await);
    assert_eq!(claimed.len(), names.len(), "none is claimed twice");
    let claimed: BTreeSet<_> = claimed.into_iter().map(|mail| mail.recipient).collect();
    assert_eq!(claimed, names);
    empty(&**store).await;
}

async fn a_lease_runs_out_and_an_old_claim_does_not_count(store: &dyn Store) {
    assert!(store.run(enqueue("ana@ex.co", 1)).await.expect("write"));
    let dead = claim(store, 1, 1).await;
    assert!(claim(store, 60, 1).await.is_empty(), "it is leased");
    let next = claim(store, 61, 1).await;
    assert_eq!((&next[0].id, next[0].attempt), (&dead[0].id, 2));
    assert!(!finish(store, &dead[0], 62, MailOutcome::Done).await);
    assert!(finish(store, &next[0], 62, MailOutcome::Done).await);
    assert!(claim(store, 1_000, 1).await.is_empty(), "it is done");
    empty(store).await;
}

async fn an_operator_lists_retries_and_discards(store: &dyn Store) {
    for recipient in ["ana@ex.co", "eva@ex.co"] {
        assert!(store.run(enqueue(recipient, 1)).await.expect("write"));
    }
    for mail in claim(store, 1, 2).await {
        let failure = "550".to_owned();
        assert!(finish(store, &mail, 2, MailOutcome::Failed { failure }).await);
    }
    assert!(claim(store, 1_000, 2).await.is_empty());
    let counts = async || {
        let counts = store.run(CountMails).await.expect("read");
        (counts.waiting, counts.failed)
    };
    assert_eq!(counts().await, (0, 2));
    let listed = store.run(ListMails).await.expect("read");
    let ana = listed.iter().find(|mail| mail.recipient == "ana@ex.co");
    let ana = ana.expect("it is listed");
    assert!(ana.is_failed && ana.failure.as_deref() == Some("550"));
    let retry = |picked| RetryMails {
        picked,
        now: 100,
        expires_at: 1_000,
    };
    let one = |id: &str| Picked::One(id.to_owned());
    assert_eq!(store.run(retry(one("no"))).await.expect("write"), 0);
    assert_eq!(store.run(retry(one(&ana.id))).await.expect("write"), 1);
    assert_eq!(counts().await, (1, 1));
    assert_eq!(recipients(&claim(store, 100, 2).await), ["ana@ex.co"]);
    let discard = DiscardMails {
        picked: Picked::AllFailed,
        now: 101,
    };
    assert_eq!(store.run(discard).await.expect("write"), 1);
    assert_eq!(counts().await, (1, 0));
    let forget = |until| ForgetMails {
        done_until: until,
        failed_until: until,
    };
    assert_eq!(store.run(forget(0)).await.expect("write"), 0);
    assert_eq!(store.run(forget(1)).await.expect("write"), 1);
    empty(store).await;
}
