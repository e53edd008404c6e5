//! Signing keys over time.

use super::*;
use crate::crypto::schedule::OVERLAP_MS;

const INTERVAL: i64 = 168 * 3_600_000;

fn kid(answer: &Answer) -> String {
    part(answer.access(), 0)["kid"]
        .as_str()
        .expect("kid")
        .to_owned()
}

#[tokio::test]
async fn keys_overlap() {
    let server = server();
    let first = server.by_cookies().await;
    let jwks = server.sessions.jwks().await.expect("keys");
    assert_eq!(jwks.max_age_seconds, 60, "as long as a new key waits");
    assert_eq!(jwks.keys.len(), 1);

    server.clock.set(NOW + INTERVAL - OVERLAP_MS);
    assert_eq!(
        kid(&server.by_cookies().await),
        kid(&first),
        "the older key signs for a minute"
    );
    let kids: Vec<_> = server
        .sessions
        .jwks()
        .await
        .expect("keys")
        .keys
        .into_iter()
        .map(|key| key.kid)
        .collect();
    assert_eq!(
        kids,
        [format!("d-{}", NOW + INTERVAL - OVERLAP_MS), kid(&first)]
    );

    server.clock.set(NOW + INTERVAL - 1);
    let last = server.by_cookies().await;
    assert_eq!(kid(&last), kid(&first));
    server.clock.set(NOW + INTERVAL);
    assert_eq!(kid(&server.by_cookies().await), kids[0]);
    assert!(
        server
            .verify(&last.as_cookies(), VerifyOptions::default())
            .await
            .is_ok()
    );

    server.clock.set(NOW + INTERVAL + 2 * 3_600_000 + 1);
    server.by_cookies().await;
    let jwks = server.sessions.jwks().await.expect("keys");
    assert_eq!(jwks.keys.len(), 1, "the first key is of no use any more");
    assert_eq!(server.sessions.purge_expired().await.expect("write"), 1);
}

#[tokio::test]
async fn a_session_outlives_a_change_of_the_kind_of_key() {
    let server = server();
    let first = server.by_cookies().await;
    let app = app_info("http://localhost:3001", "http://localhost:3000");
    let config = SessionConfig {
        use_dynamic_signing_key: false,
        ..config()
    };
    let clock = Arc::new(server.clock.clone());
    let sessions = Sessions::new(&app, config, Arc::clone(&server.store), clock);
    let server = Server {
        sessions: sessions.expect("settings"),
        ..server
    };
    let outcome = server
        .verify(&first.as_cookies(), VerifyOptions::default())
        .await;
    assert_eq!(outcome, Err(SessionError::TryRefreshToken));
    let (outcome, second) = server.refresh(&first.as_cookies()).await;
    outcome.expect("refreshed");
    assert!(kid(&second).starts_with("s-"));
    assert!(
        server
            .verify(&second.as_cookies(), VerifyOptions::default())
            .await
            .is_ok()
    );
    server.clock.advance(10 * INTERVAL);
    let third = server.by_cookies().await;
    assert_eq!(kid(&third), kid(&second), "fixed keys stay");
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_on_one_store_share_keys() {
    let one = server();
    let app = app_info("http://localhost:3001", "http://localhost:3000");
    let other = || {
        let (store, clock) = (Arc::clone(&one.store), Arc::new(one.clock.clone()));
        Sessions::new(&app, config(), store, clock).expect("settings")
    };
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let sessions = other();
            tokio::spawn(async move { sessions.keys().signing(true).await })
        })
        .collect();
    for task in tasks {
        task.await.expect("join").expect("a key");
    }
    assert_eq!(one.store.signing_keys().await.expect("read").len(), 1);
    let answer = one.by_cookies().await;
    let late = other();
    let (headers, options) = (answer.as_cookies(), VerifyOptions::default());
    let found = late
        .verify(&Method::GET, &headers, &mut Effects::new(), options)
        .await;
    assert!(
        found.is_ok_and(|session| session.is_some()),
        "an unknown key is looked for"
    );
}
