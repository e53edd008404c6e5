//! `keys`: replaces signing keys, with and without notice.

use std::time::{Duration, Instant};

use super::*;
use crate::common::program::{LIMIT, get};

fn kid(token: &str) -> String {
    use base64::Engine as _;
    let header = token.split('.').next().expect("a JWT has parts");
    let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(header);
    let header: Value =
        serde_json::from_slice(&header.expect("it is base64url")).expect("it is JSON");
    header["kid"].as_str().expect("it is text").to_owned()
}

/// The names of the published keys that are replaced, newest first.
async fn published(server: &Running) -> Vec<String> {
    let answer = get(&format!("{}/jwt/jwks.json", server.base))
        .await
        .expect("it answers");
    let keys: Value = serde_json::from_str(&answer.body).expect("it is JSON");
    let keys = keys["keys"].as_array().expect("it is a list");
    keys.iter()
        .map(|key| key["kid"].as_str().expect("it is text").to_owned())
        .filter(|kid| kid.starts_with("d-"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_replaced_by_hand_is_published_before_it_signs() {
    let place = Place::new();
    let server = place.start();
    let session = sign_up(&server, "ana@ex.co").await;
    let old = kid(session.header("st-access-token"));
    let rotated = json(&place, &["keys", "rotate", "--json"]);
    let new = rotated["kid"].as_str().expect("it is text").to_owned();
    assert_eq!(rotated["state"], "next");
    assert_ne!(new, old);
    assert_eq!(
        published(&server).await,
        [new.clone(), old.clone()],
        "at once"
    );
    let refreshed = refresh(&server, session.header("st-refresh-token")).await;
    assert_eq!(
        kid(refreshed.header("st-access-token")),
        old,
        "verifiers may not know the new one"
    );

    let listed = json(&place, &["keys", "list", "--json"]);
    let states: Vec<_> = listed["keys"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|key| key["kind"] == "rotating")
        .map(|key| &key["state"])
        .collect();
    assert_eq!(states, ["next", "signing"]);
    let (_, table, _) = run(&place, &["keys", "list"]);
    assert!(
        table.starts_with("KEY ") && table.contains(&new) && table.contains("ES256"),
        "{table}"
    );
    assert!(access_counts(&server, session.header("st-access-token")).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leaked_key_is_refused_and_no_user_is_signed_out() {
    let place = Place::new();
    let server = place.start();
    let session = sign_up(&server, "ana@ex.co").await;
    let (access, old) = (
        session.header("st-access-token"),
        kid(session.header("st-access-token")),
    );
    let rotated = json(&place, &["keys", "rotate", "--leaked", "--json"]);
    assert_eq!(
        (&rotated["state"], &rotated["removed"]),
        (&"signing".into(), &serde_json::json!([old]))
    );

    // The server was told nothing: it finds out by itself. Nothing here asks for the published keys,
    // which would make it look.
    let started = Instant::now();
    let other = sign_up(&server, "eva@ex.co").await;
    let mut probe = other.header("st-access-token").to_owned();
    while kid(&probe) == old {
        assert!(started.elapsed() < LIMIT, "it never noticed");
        tokio::time::sleep(Duration::from_millis(200)).await;
        let body = form("eva@ex.co", "passw0rd").to_string();
        probe = post(&server, "/signin", None, body)
            .await
            .header("st-access-token")
            .to_owned();
    }
    assert!(
        started.elapsed() < Duration::from_secs(12),
        "{:?}",
        started.elapsed()
    );
    assert!(
        !access_counts(&server, access).await,
        "what it signed is refused"
    );
    let refreshed = refresh(&server, session.header("st-refresh-token")).await;
    assert_eq!(refreshed.status, 200, "the session goes on");
    let fresh = refreshed.header("st-access-token");
    assert_eq!(rotated["kid"], kid(fresh));
    assert!(access_counts(&server, fresh).await);
    assert_eq!(published(&server).await, [kid(fresh)]);
}
