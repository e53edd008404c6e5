//! Resetting a password.

use std::sync::Arc;

use super::*;
use crate::shapes::User;
use crate::store::tests::{add_user, address, mails, session};
use crate::store::{ListMails, PurgeSecrets, Store};

fn token(hash: &str, user: &User, expires_at: i64) -> CreateResetToken {
    CreateResetToken {
        token_hash: hash.to_owned(),
        recipe_user_id: user.id.clone(),
        sent_to: SentTo {
            tenant_id: "public".to_owned(),
            email: user.emails[0].clone(),
        },
        expires_at,
    }
}

fn spend(hash: &str, user: &User, password_hash: &str, now: i64) -> SpendResetToken {
    SpendResetToken {
        token_hash: hash.to_owned(),
        recipe_user_id: user.id.clone(),
        password_hash: password_hash.to_owned(),
        now,
        notice: mails::row("password-changed", now),
    }
}

async fn owner(store: &dyn Store, hash: &str) -> Option<String> {
    let token_hash = hash.to_owned();
    let owner = store.run(ResetTokenOwner { token_hash }).await;
    owner.expect("read").map(|owner| owner.recipe_user_id)
}

pub(crate) async fn holds(store: &Arc<dyn Store>) {
    a_token_is_spent_once_with_all_others(&**store).await;
    a_reset_ends_the_sessions_of_its_user_and_notifies_the_owner(&**store).await;
    resets_race(store).await;
    expired_tokens_are_deleted(&**store).await;
}

async fn a_token_is_spent_once_with_all_others(store: &dyn Store) {
    let user = add_user(store, "reset@example.com").await;
    for (hash, expires_at) in [("r1", 100), ("r2", 200)] {
        let added = store.run(token(hash, &user, expires_at)).await;
        assert!(added.expect("write"));
    }
    let unknown = User {
        id: "unknown".to_owned(),
        ..user.clone()
    };
    assert!(!store.run(token("r3", &unknown, 100)).await.expect("write"));
    assert_eq!(owner(store, "r1").await.as_ref(), Some(&user.id));
    assert_eq!(owner(store, "r3").await, None);

    let spend = async |hash: &str, user: &User, now| {
        let spent = store.run(spend(hash, user, "new hash", now)).await;
        spent.expect("write")
    };
    assert_eq!(spend("no", &user, 0).await, ResetOutcome::InvalidToken);
    assert_eq!(
        spend("r1", &unknown, 0).await,
        ResetOutcome::InvalidToken,
        "the token of another user"
    );
    // A token that is too old changes nothing, except that it deletes the other tokens of the user.
    assert_eq!(spend("r1", &user, 100).await, ResetOutcome::InvalidToken);
    assert_eq!(spend("r2", &user, 100).await, ResetOutcome::InvalidToken);
    let stored = async || {
        let email = address("reset@example.com");
        let found = store.email_password_user("public", &email).await;
        found.expect("read").expect("there")
    };
    assert_eq!(stored().await.1, "hash of reset@example.com");

    let added = store.run(token("r4", &user, 300)).await;
    assert!(added.expect("write"));
    let done = ResetOutcome::Done {
        ended_sessions: Vec::new(),
    };
    assert_eq!(spend("r4", &user, 299).await, done);
    let (changed, hash) = stored().await;
    assert_eq!(hash, "new hash");
    assert!(
        !changed.login_methods[0].verified,
        "that is up to e-mail verification"
    );
}

async fn a_reset_ends_the_sessions_of_its_user_and_notifies_the_owner(store: &dyn Store) {
    let user = add_user(store, "ends@example.com").await;
    for (handle, user_id) in [("e1", user.id.as_str()), ("e2", &user.id), ("e3", "other")] {
        let row = session(handle, user_id, "public");
        store.create_session(row).await.expect("write");
    }
    store.run(token("e", &user, 100)).await.expect("write");
    let spend = spend("e", &user, "new hash", 1);
    let notice = spend.notice.id.clone();
    let outcome = store.run(spend).await.expect("write");
    let ResetOutcome::Done { mut ended_sessions } = outcome else {
        panic!("the token is good")
    };
    ended_sessions.sort_by(|one, other| one.handle.cmp(&other.handle));
    let ended = |handle: &str| EndedSession {
        handle: handle.to_owned(),
        user_id: user.id.clone(),
        recipe_user_id: "method".to_owned(),
        tenant_id: "public".to_owned(),
    };
    assert_eq!(ended_sessions, [ended("e1"), ended("e2")]);
    for (handle, is_there) in [("e1", false), ("e2", false), ("e3", true)] {
        let row = store.session(handle).await.expect("read");
        assert_eq!(row.is_some(), is_there, "{handle}");
    }
    let mails = store.run(ListMails).await.expect("read");
    let mail = mails.iter().find(|mail| mail.id == notice);
    let mail = mail.expect("the owner gets a mail");
    assert_eq!(mail.recipient, "ends@example.com");
    store
        .revoke_sessions(&["e3".to_owned()])
        .await
        .expect("write");
}

/// One token sixteen times at once, then sixteen tokens of one user.
async fn resets_race(store: &Arc<dyn Store>) {
    let user = add_user(&**store, "resets@example.com").await;
    for tokens in [1, 16] {
        for number in 0..tokens {
            let added = store.run(token(&format!("t{number}"), &user, 100)).await;
            assert!(added.expect("write"));
        }
        let tasks: Vec<_> = (0..16)
            .map(|number| {
                let store = Arc::clone(store);
                let hash = format!("t{}", number % tokens);
                let spend = spend(&hash, &user, "raced", 1);
                tokio::spawn(async move { store.run(spend).await })
            })
            .collect();
        let mut done = 0;
        for task in tasks {
            if let ResetOutcome::Done { .. } = task.await.expect("join").expect("write") {
                done += 1;
            }
        }
        assert_eq!(done, 1, "{tokens} tokens");
    }
}

async fn expired_tokens_are_deleted(store: &dyn Store) {
    let user = add_user(store, "expiry@example.com").await;
    for (hash, expires_at) in [("old", 500), ("new", 501)] {
        let added = store.run(token(hash, &user, expires_at)).await;
        assert!(added.expect("write"));
    }
    let purge = PurgeSecrets { expired_until: 500 };
    assert_eq!(store.run(purge).await.expect("write"), 1);
    assert_eq!(owner(store, "old").await, None);
    assert_eq!(owner(store, "new").await, Some(user.id));
}
