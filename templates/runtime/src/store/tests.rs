//! What every store promises: one suite, run against each of them.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::*;
use crate::crypto::token;
use crate::email::EmailAddress;
use crate::recipes::email_password::{CreateUser, EMAIL_PASSWORD, NewEmailPasswordUser};

mod apps;
mod deletion;
pub(crate) mod mails;
pub(crate) mod plans;
mod secrets;

/// Runs everything. The store must be empty.
pub(super) async fn holds(store: Arc<dyn Store>) {
    super::transaction::contract::holds(&store).await;
    apps::apps_race(&store).await;
    users(&*store).await;
    sign_ups_race(&store).await;
    secrets::holds(&store).await;
    crate::recipes::email_password::sql::tests::holds(&*store).await;
    crate::recipes::password_reset::sql::tests::holds(&store).await;
    crate::recipes::multitenancy::tests::holds(&store).await;
    crate::recipes::account_linking::tests::holds(&store).await;
    crate::recipes::totp::tests::holds(&store).await;
    crate::recipes::user_roles::tests::holds(&store).await;
    crate::recipes::user_metadata::tests::holds(&store).await;
    deletion::holds(&*store).await;
    mails::holds(&store).await;
    sessions(&*store).await;
    rotations_race(&store).await;
    claims_race(&store).await;
    signing_keys(&store).await;
    expiry(&*store).await;
}

pub(crate) fn address(text: &str) -> EmailAddress {
    text.parse().expect("an address")
}

fn new_user(tenant_id: &str, email: &str) -> NewEmailPasswordUser {
    NewEmailPasswordUser {
        tenant_id: tenant_id.to_owned(),
        email: address(email),
        password_hash: format!("hash of {email}"),
        language: None,
        time_joined: 1_700_000_000_123,
    }
}

pub(crate) async fn add_user(store: &dyn Store, email: &str) -> User {
    match store
        .create_email_password_user(new_user("public", email))
        .await
    {
        Ok(CreateUser::Created(user)) => user,
        other => panic!("{other:?}"),
    }
}

async fn users(store: &dyn Store) {
    let user = add_user(store, "ann@example.com").await;
    assert_eq!(user.emails, ["ann@example.com"]);
    assert_eq!(user.tenant_ids, ["public"]);
    assert_eq!(
        (user.time_joined, user.is_primary_user),
        (1_700_000_000_123, false)
    );
    let [method] = &user.login_methods[..] else {
        panic!("{user:?}");
    };
    assert_eq!(
        (&method.recipe_id[..], method.verified),
        (EMAIL_PASSWORD, false)
    );
    assert_eq!(method.recipe_user_id, user.id);

    let found = store
        .email_password_user("public", &address("ann@example.com"))
        .await
        .expect("read");
    assert_eq!(
        found,
        Some((user.clone(), "hash of ann@example.com".to_owned()))
    );
    assert_eq!(store.user(&user.id).await.expect("read"), Some(user));
    for (tenant, email) in [("public", "bob@example.com"), ("t1", "ann@example.com")] {
        assert_eq!(
            store
                .email_password_user(tenant, &address(email))
                .await
                .expect("read"),
            None
        );
    }
    assert_eq!(store.user("nobody").await.expect("read"), None);

    let again = store
        .create_email_password_user(new_user("public", "ann@example.com"))
        .await;
    assert_eq!(again.expect("write"), CreateUser::EmailTaken);
    let elsewhere = store
        .create_email_password_user(new_user("t1", "ann@example.com"))
        .await;
    assert!(
        matches!(elsewhere, Ok(CreateUser::Created(_))),
        "another tenant"
    );
}

async fn sign_ups_race(store: &Arc<dyn Store>) {
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let store = Arc::clone(store);
            let user = new_user("public", "race@example.com");
            tokio::spawn(async move { store.create_email_password_user(user).await })
        })
        .collect();
    let mut created = 0;
    for task in tasks {
        if let CreateUser::Created(_) = task.await.expect("join").expect("write") {
            created += 1;
        }
    }
    assert_eq!(created, 1);
}

pub(crate) fn session(handle: &str, user_id: &str, tenant_id: &str) -> SessionRow {
    let claims: Map<String, Value> = [("é".to_owned(), json!({ "v": "✓" }))]
        .into_iter()
        .collect();
    SessionRow {
        handle: handle.to_owned(),
        user_id: user_id.to_owned(),
        recipe_user_id: "method".to_owned(),
        tenant_id: tenant_id.to_owned(),
        refresh_hash: "h1".to_owned(),
        previous_refresh_hash: None,
        rotated_at: 5,
        rotation_key: vec![0, 255, 1],
        anti_csrf: true,
        claims,
        data: json!(null),
        created_at: 5,
        expires_at: 1_000,
    }
}

fn rotation(handle: &str, from: &str, to: &str) -> RotateSession {
    RotateSession {
        handle: handle.to_owned(),
        presented_hash: from.to_owned(),
        next_hash: to.to_owned(),
        rotated_at: 10,
        expires_at: 2_000,
    }
}

async fn sessions(store: &dyn Store) {
    let row = session("s1", "u1", "public");
    store.create_session(row.clone()).await.expect("write");
    assert_eq!(store.session("s1").await.expect("read"), Some(row.clone()));
    assert_eq!(store.session("s0").await.expect("read"), None);

    let rotate = |from, to| store.rotate_session(rotation("s1", from, to));
    assert!(
        !rotate("h0", "hx").await.expect("write"),
        "not the current one"
    );
    assert!(rotate("h1", "h2").await.expect("write"));
    assert!(
        !rotate("h1", "hx").await.expect("write"),
        "replaced already"
    );
    let update: Map<String, Value> = [("é".to_owned(), json!(null)), ("a".to_owned(), json!(1))]
        .into_iter()
        .collect();
    let claims = store
        .change_session_claims("s1", ClaimsChange::Merge(update))
        .await
        .expect("write")
        .expect("there");
    assert_eq!(Value::Object(claims.clone()), json!({ "a": 1 }));
    assert!(
        store
            .replace_session_data("s1", json!({ "d": 1 }))
            .await
            .expect("write")
    );
    let expected = SessionRow {
        refresh_hash: "h2".to_owned(),
        previous_refresh_hash: Some("h1".to_owned()),
        rotated_at: 10,
        expires_at: 2_000,
        claims,
        data: json!({ "d": 1 }),
        ..row
    };
    assert_eq!(store.session("s1").await.expect("read"), Some(expected));
    assert_eq!(
        store
            .change_session_claims("s0", ClaimsChange::Merge(Map::new()))
            .await
            .expect("write"),
        None
    );
    assert!(
        !store
            .replace_session_data("s0", json!({}))
            .await
            .expect("write")
    );

    store
        .create_session(session("s2", "u1", "t1"))
        .await
        .expect("write");
    store
        .create_session(session("s3", "u2", "public"))
        .await
        .expect("write");
    let handles = |tenant, now| store.session_handles("u1", tenant, now);
    assert_eq!(handles(None, 0).await.expect("read"), ["s1", "s2"]);
    assert_eq!(handles(Some("t1"), 0).await.expect("read"), ["s2"]);
    assert_eq!(
        handles(None, 1_000).await.expect("read"),
        ["s1"],
        "s2 is expired"
    );
    let asked = ["s2".to_owned(), "s0".to_owned(), "s1".to_owned()];
    let ended = |handle: &str, tenant: &str| EndedSession {
        handle: handle.to_owned(),
        user_id: "u1".to_owned(),
        recipe_user_id: "method".to_owned(),
        tenant_id: tenant.to_owned(),
    };
    assert_eq!(
        store.revoke_sessions(&asked).await.expect("write"),
        [ended("s2", "t1"), ended("s1", "public")]
    );
    assert_eq!(store.session("s1").await.expect("read"), None);
    assert!(store.session("s3").await.expect("read").is_some());
}

async fn rotations_race(store: &Arc<dyn Store>) {
    store
        .create_session(session("race", "u9", "public"))
        .await
        .expect("write");
    let tasks: Vec<_> = (0..64)
        .map(|number| {
            let store = Arc::clone(store);
            let rotation = rotation("race", "h1", &format!("n{number}"));
            tokio::spawn(async move { store.rotate_session(rotation).await })
        })
        .collect();
    let mut won = Vec::new();
    for (number, task) in tasks.into_iter().enumerate() {
        if task.await.expect("join").expect("write") {
            won.push(format!("n{number}"));
        }
    }
    let row = store.session("race").await.expect("read").expect("there");
    assert_eq!(won, [row.refresh_hash]);
}

async fn claims_race(store: &Arc<dyn Store>) {
    store
        .create_session(session("claims", "u9", "public"))
        .await
        .expect("write");
    let tasks: Vec<_> = (0..16)
        .map(|number| {
            let store = Arc::clone(store);
            let update = [(format!("k{number}"), json!(number))];
            let change = ClaimsChange::Merge(update.into_iter().collect());
            tokio::spawn(async move { store.change_session_claims("claims", change).await })
        })
        .collect();
    for task in tasks {
        assert!(task.await.expect("join").expect("write").is_some());
    }
    let row = store.session("claims").await.expect("read").expect("there");
    assert_eq!(row.claims.len(), 17, "no change undoes another one");
}

fn key(kid: &str, rotates: bool, generation: i64, created_at: i64) -> SigningKeyRow {
    SigningKeyRow {
        kid: kid.to_owned(),
        algorithm: "RS256".to_owned(),
        rotates,
        generation,
        private_key: kid.as_bytes().to_vec(),
        created_at,
    }
}

async fn signing_keys(store: &Arc<dyn Store>) {
    let tasks: Vec<_> = (0..8)
        .map(|number| {
            let store = Arc::clone(store);
            let key = key(&format!("d-{number}"), true, 1, number);
            tokio::spawn(async move { store.add_signing_key(key).await })
        })
        .collect();
    let mut kids = Vec::new();
    for task in tasks {
        kids.push(task.await.expect("join").expect("write").kid);
    }
    kids.dedup();
    let all = store.signing_keys().await.expect("read");
    assert_eq!(kids, [all[0].kid.clone()], "all servers go on with one key");
    assert_eq!(all.len(), 1);
    let more = [key("d-later", true, 2, 100), key("s-1", false, 1, 50)];
    for key in more {
        assert_eq!(
            store.add_signing_key(key.clone()).await.expect("write"),
            key
        );
    }
    let kids: Vec<_> = store
        .signing_keys()
        .await
        .expect("read")
        .into_iter()
        .map(|key| key.kid)
        .collect();
    assert_eq!(kids[..2], ["d-later", "s-1"], "newest first");
    let replace = async |from: &[u8]| {
        let from = token::sha256(from);
        let replaced = store.replace_private_key("s-1", &from, b"sealed").await;
        replaced.expect("write")
    };
    assert!(!replace(b"other").await, "another request was faster");
    assert!(replace(b"s-1").await);
    let stored = store.signing_keys().await.expect("read");
    let bytes = |kid| {
        stored
            .iter()
            .find(|key| key.kid == kid)
            .map(|key| key.private_key.as_slice())
    };
    assert_eq!(
        (bytes("s-1"), bytes("d-later")),
        (Some(&b"sealed"[..]), Some(&b"d-later"[..]))
    );
}

async fn expiry(store: &dyn Store) {
    let row = SessionRow {
        expires_at: 500,
        ..session("old", "u8", "public")
    };
    store.create_session(row).await.expect("write");
    store
        .create_session(session("new", "u8", "public"))
        .await
        .expect("write");
    let purge = Purge {
        expired_until: 500,
        keys_created_before: 100,
    };
    assert_eq!(
        store.purge(purge).await.expect("write"),
        2,
        "a session, a key"
    );
    assert_eq!(store.session("old").await.expect("read"), None);
    assert!(store.session("new").await.expect("read").is_some());
    let kids: Vec<_> = store
        .signing_keys()
        .await
        .expect("read")
        .into_iter()
        .map(|key| key.kid)
        .collect();
    assert_eq!(kids, ["d-later", "s-1"], "fixed keys stay");
    store.ping().await.expect("it answers");
    let leaked = ["d-later", "no-such-key"].map(str::to_owned);
    let removed = store.remove_signing_keys(&leaked).await.expect("write");
    let left = store.signing_keys().await.expect("read");
    assert_eq!((removed, left[0].kid.as_str(), left.len()), (1, "s-1", 1));
}
