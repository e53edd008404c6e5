//! Which checks of a verified access token are not repeated, and which are.

use super::*;
use crate::session::verified_tokens::GENERATION_BYTES;
use crate::store::Purge;

const INTERVAL: i64 = 168 * 3_600_000;

impl Server {
    fn is_cached(&self, token: &str) -> bool {
        self.sessions
            .verified_tokens()
            .find(token.as_bytes())
            .is_some()
    }

    /// Whether the key of a token in the cache is still valid.
    fn accepts(&self, token: &str) -> bool {
        let known = self
            .sessions
            .verified_tokens()
            .find(token.as_bytes())
            .expect("known");
        self.sessions.keys().accepts(&known.key, self.clock.now())
    }

    /// A good token, after it was shown once.
    async fn shown_once(&self) -> String {
        let token = self.sign_in(&[]).await.access().to_owned();
        assert!(!self.is_cached(&token));
        let first = self.show(&token).await;
        assert!(matches!(first, Ok(Some(_))) && self.is_cached(&token));
        assert_eq!(self.show(&token).await, first, "says the same again");
        token
    }

    async fn show(&self, token: &str) -> Result<Option<Session>, SessionError> {
        let (name, value) = bearer(token);
        let options = VerifyOptions::default();
        self.verify(&request(&[(name, &value)]), options).await
    }
}

const REFUSED: Result<Option<Session>, SessionError> = Err(SessionError::TryRefreshToken);

#[tokio::test]
async fn a_token_that_was_found_good_still_expires() {
    let server = server();
    let token = server.shown_once().await;
    let expires_at = part(&token, 1)["exp"].as_i64().expect("exp") * 1000;
    server.clock.set(expires_at - 1);
    assert!(matches!(server.show(&token).await, Ok(Some(_))));
    server.clock.set(expires_at);
    assert!(server.is_cached(&token));
    assert_eq!(server.show(&token).await, REFUSED);
}

#[tokio::test]
async fn a_token_that_was_found_good_travels_either_way_and_is_still_asked_for_the_anti_csrf_token()
{
    let server = server_with(SessionConfig {
        anti_csrf: Some(AntiCsrf::ViaCustomHeader),
        ..config()
    });
    let token = server.shown_once().await;
    let cookie = format!("sAccessToken={token}");
    let options = VerifyOptions::default();
    let bare = request(&[("cookie", &cookie)]);
    let session = server.verify(&bare, options.clone()).await;
    let session = session.expect("good").expect("a session");
    assert_eq!(session.transfer, TransferMethod::Cookie);
    let (outcome, _) = server
        .verify_with(Method::POST, &bare, options.clone())
        .await;
    assert_eq!(outcome, REFUSED);
    let shown = request(&[("cookie", &cookie), ("rid", "anything")]);
    let (outcome, _) = server.verify_with(Method::POST, &shown, options).await;
    assert!(matches!(outcome, Ok(Some(_))));
}

#[tokio::test]
async fn a_verified_token_counts_only_where_the_policy_of_the_request_lets_it_travel() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let server = server();
    let cookies_only = Arc::new(AtomicBool::new(false));
    let decide = Arc::clone(&cookies_only);
    let decide = move |_: TransferRequest<'_>| match decide.load(Ordering::SeqCst) {
        true => TransferPolicy::Cookie,
        false => TransferPolicy::Header,
    };
    let sessions = server.sessions.clone();
    let server = Server {
        sessions: sessions.with_hooks(Some(Arc::new(decide)), Vec::new()),
        ..server
    };
    let token = server.shown_once().await;
    let cookie = format!("sAccessToken={token}");
    let by_cookie = request(&[("cookie", &cookie)]);
    let options = VerifyOptions::default();
    for is_cookie in [true, false, true] {
        cookies_only.store(is_cookie, Ordering::SeqCst);
        assert!(server.is_cached(&token));
        let by_header = server.show(&token).await;
        let by_cookie = server.verify(&by_cookie, options.clone()).await;
        let (allowed, other) = match is_cookie {
            true => (by_cookie, by_header),
            false => (by_header, by_cookie),
        };
        assert!(matches!(allowed, Ok(Some(_))));
        assert_eq!(other, Err(MISSING));
    }
}

#[tokio::test]
async fn a_verified_token_in_one_of_two_cookies_is_refused_as_one_that_was_never_seen() {
    let server = server();
    let (token, unseen) = (server.shown_once().await, server.sign_in(&[]).await);
    let unseen = unseen.access();
    let options = VerifyOptions::default();
    for (first, second, expected) in [
        (token.as_str(), token.as_str(), REFUSED),
        (&token, "x", REFUSED),
        (&token, unseen, REFUSED),
        (unseen, &token, REFUSED),
        ("x", &token, Err(MISSING)),
    ] {
        let one_line = format!("sAccessToken={first}; a=b; sAccessToken={second}");
        let lines = [first, second].map(|value| format!("sAccessToken={value}"));
        for headers in [
            request(&[("cookie", &one_line)]),
            request(&[("cookie", &lines[0]), ("cookie", &lines[1])]),
        ] {
            let outcome = server.verify(&headers, options.clone()).await;
            assert_eq!(outcome, expected, "{one_line}");
            assert!(server.is_cached(&token) && !server.is_cached(unseen));
        }
    }
}

#[tokio::test]
async fn a_verified_token_of_one_app_is_unknown_to_another_on_the_same_keys() {
    let one = server();
    let token = one.shown_once().await;
    let mut app = app_info("http://localhost:3001", "http://localhost:3000");
    app.api_base_path = "/other".to_owned();
    let clock = Arc::new(one.clock.clone());
    let sessions = Sessions::new(&app, config(), Arc::clone(&one.store), clock);
    let other = Server {
        sessions: sessions.expect("settings"),
        store: Arc::clone(&one.store),
        clock: one.clock.clone(),
    };
    assert!(!other.is_cached(&token));
    for _ in 0..2 {
        assert_eq!(other.show(&token).await, REFUSED, "of another issuer");
        assert!(!other.is_cached(&token), "a refusal is not remembered");
    }
    assert!(matches!(one.show(&token).await, Ok(Some(_))));
}

#[tokio::test]
async fn a_verified_token_is_read_as_one_that_was_never_seen() {
    let server = server();
    let token = server.shown_once().await;
    let escaped = token.replacen('.', "%2E", 1);
    let options = VerifyOptions::default();
    // A cookie's value may be percent-encoded or in quotes: it is the same token then.
    for value in [escaped.clone(), format!("\"{token}\"")] {
        let cookie = format!("sAccessToken={value}");
        let headers = request(&[("cookie", &cookie)]);
        let outcome = server.verify(&headers, options.clone()).await;
        assert!(matches!(outcome, Ok(Some(_))), "{value}");
    }
    // In a header it is not.
    assert_eq!(server.show(&escaped).await, Err(MISSING));
    let cookie = format!("sAccessToken={token}; note=\u{e9}");
    let mut headers = HeaderMap::new();
    let value = http::HeaderValue::from_bytes(cookie.as_bytes()).expect("a value");
    headers.insert(COOKIE, value);
    let outcome = server.verify(&headers, options).await;
    assert_eq!(
        outcome,
        Err(MISSING),
        "a line that is not ASCII is not read"
    );
}

#[tokio::test]
async fn a_token_that_was_found_good_is_still_looked_up_where_the_database_counts() {
    let server = server();
    let token = server.shown_once().await;
    let session = server.show(&token).await.expect("good").expect("a session");
    let revoked = server.sessions.revoke_by_handle(&session.handle).await;
    assert!(revoked.expect("write"));
    let (name, value) = bearer(&token);
    let options = VerifyOptions {
        check_database: true,
        ..VerifyOptions::default()
    };
    let outcome = server.verify(&request(&[(name, &value)]), options).await;
    assert_eq!(outcome, Err(ENDED));
}

#[tokio::test]
async fn a_key_that_is_of_no_use_any_more_takes_its_tokens_along() {
    let server = server();
    let token = server.shown_once().await;
    server.clock.set(NOW + INTERVAL + 2 * 3_600_000 + 1);
    assert!(server.is_cached(&token) && !server.accepts(&token));
    assert_eq!(server.show(&token).await, REFUSED);
}

#[tokio::test]
async fn a_key_that_was_taken_out_of_the_database_takes_its_tokens_along_when_that_is_noticed() {
    let server = server();
    let token = server.shown_once().await;
    let purge = Purge {
        expired_until: 0,
        keys_created_before: i64::MAX,
    };
    assert_eq!(server.store.purge(purge).await.expect("write"), 1);
    assert!(server.accepts(&token), "the keys were not read again yet");
    server.sessions.jwks().await.expect("looks");
    assert!(server.is_cached(&token) && !server.accepts(&token));
    assert_eq!(server.show(&token).await, REFUSED);
}

#[tokio::test]
async fn rotation_leaves_the_tokens_of_the_older_key_good_for_as_long_as_it_counts() {
    let server = server();
    server.shown_once().await;
    server.clock.set(NOW + INTERVAL - 1);
    let older = server.shown_once().await;
    server.clock.set(NOW + INTERVAL);
    let newer = server.shown_once().await;
    assert_ne!(part(&older, 0)["kid"], part(&newer, 0)["kid"]);
    for token in [older, newer] {
        assert!(matches!(server.show(&token).await, Ok(Some(_))));
    }
}

#[tokio::test]
async fn a_server_with_another_kind_of_key_does_not_know_the_tokens_of_the_first() {
    let one = server();
    let token = one.shown_once().await;
    let app = app_info("http://localhost:3001", "http://localhost:3000");
    let config = SessionConfig {
        use_dynamic_signing_key: false,
        ..config()
    };
    let clock = Arc::new(one.clock.clone());
    let sessions = Sessions::new(&app, config, Arc::clone(&one.store), clock);
    let other = Server {
        sessions: sessions.expect("settings"),
        ..one
    };
    assert!(!other.is_cached(&token));
    assert_eq!(other.show(&token).await, REFUSED);
}

#[tokio::test]
async fn a_forgery_that_shares_a_part_with_a_good_token_is_refused() {
    let server = server();
    let token = server.shown_once().await;
    let other = server.sign_in(&[]).await.access().to_owned();
    let parts: Vec<_> = token.split('.').collect();
    let others: Vec<_> = other.split('.').collect();
    let flip = |text: &str, place: usize| {
        let mut bytes = text.as_bytes().to_vec();
        bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).expect("text")
    };
    let signature = parts[2];
    for forged in [
        format!("{}.{}.{signature}", parts[0], others[1]),
        format!("{}.{}.{}", parts[0], parts[1], others[2]),
        format!("{}.{}.{}", parts[0], parts[1], flip(signature, 0)),
        format!(
            "{}.{}.{}",
            parts[0],
            parts[1],
            flip(signature, signature.len() - 2)
        ),
        format!("{}.{}.{}", parts[0], flip(parts[1], 20), signature),
    ] {
        assert!(!server.is_cached(&forged), "{forged}");
        assert!(
            !matches!(server.show(&forged).await, Ok(Some(_))),
            "{forged}"
        );
        assert!(!server.is_cached(&forged), "a refusal is not remembered");
    }
    assert!(matches!(server.show(&token).await, Ok(Some(_))));
}

#[tokio::test]
async fn only_so_many_tokens_are_remembered_and_those_in_use_stay() {
    let server = server();
    let used = server.shown_once().await;
    let unused = server.shown_once().await;
    let key = server.sessions.keys().signing(true).await.expect("a key");
    let session = server.show(&used).await.expect("good").expect("a session");
    let cache = server.sessions.verified_tokens();
    let mut most = 0;
    for number in 0..4 * GENERATION_BYTES / 1000 {
        // Not a token, but as long as tokens are.
        let content = TokenContent {
            access_token: format!("{number:01000}").into(),
            ..TokenContent::clone(&session)
        };
        let another = Session::new(Arc::new(content), TransferMethod::Header);
        cache.add(&key, &another);
        assert!(server.is_cached(&used));
        most = most.max(cache.bytes());
    }
    assert!(
        most > GENERATION_BYTES && most <= 2 * GENERATION_BYTES,
        "{most}"
    );
    assert!(!server.is_cached(&unused), "forgotten");
    assert!(
        matches!(server.show(&unused).await, Ok(Some(_))),
        "and good"
    );
}
