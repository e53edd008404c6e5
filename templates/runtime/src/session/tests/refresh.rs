//! Replacing tokens.

use super::*;

const GRACE: i64 = 30_000;

/// Everything is cleared.
fn assert_cleared(answer: &Answer) {
    assert_eq!(answer.cookies()[..2], [CLEARED_ACCESS, CLEARED_REFRESH]);
    assert_eq!(answer.header("st-access-token"), Some(""));
    assert_eq!(answer.header("st-refresh-token"), Some(""));
    assert_eq!(answer.header("front-token"), Some("remove"));
    assert_eq!(
        answer.exposed(),
        Some("front-token, st-access-token, st-refresh-token")
    );
}

#[tokio::test]
async fn a_refresh_replaces_both_tokens() {
    let server = server();
    let first = server.by_cookies().await;
    server.clock.advance(3_600_000);
    let (outcome, second) = server.refresh(&first.as_cookies()).await;
    let session = outcome.expect("refreshed");
    assert_eq!(second.cookies().len(), 2);
    assert_eq!(second.exposed(), Some("front-token"));
    assert_ne!(second.refresh(), first.refresh());
    assert_eq!(session.issued_at, NOW + 3_600_000);
    let expiry = second.cookie("sRefreshToken").expect("cookie").1;
    assert!(
        expiry.contains("Expires=Wed, 03 Mar 2027 14:21:06 GMT"),
        "slides: {expiry}"
    );
    let row = server
        .store
        .session(&session.handle)
        .await
        .expect("read")
        .expect("row");
    assert_eq!(row.expires_at, NOW + 3_600_000 + 100 * 24 * 3_600_000);
    assert!(
        server
            .verify(&second.as_cookies(), VerifyOptions::default())
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn the_table_of_transports() {
    use TransferPolicy::{Any, Cookie, Header};
    for (policy, by_cookie, by_header, cookies, headers) in [
        (Any, true, false, "set", "-"),
        (Any, false, true, "-", "set"),
        (Any, true, true, "cleared", "set"),
        (Header, true, false, "ended", "ended"),
        (Header, false, true, "-", "set"),
        (Header, true, true, "cleared", "set"),
        (Cookie, true, false, "set", "-"),
        (Cookie, false, true, "ended", "ended"),
        (Cookie, true, true, "set", "cleared"),
        (Any, false, false, "ended", "ended"),
    ] {
        let server = server();
        let (cookie, header) = (server.by_cookies().await, server.sign_in(&[]).await);
        let mut sent = HeaderMap::new();
        if by_cookie {
            sent.extend(with_refresh(cookie.refresh()));
        }
        if by_header {
            sent.insert(
                "authorization",
                bearer(header.refresh()).1.parse().expect("value"),
            );
        }
        let config = SessionConfig {
            transfer: policy,
            ..config()
        };
        let app = app_info("http://localhost:3001", "http://localhost:3000");
        let clock = Arc::new(server.clock.clone());
        let sessions = Sessions::new(&app, config, Arc::clone(&server.store), clock);
        let server = Server {
            sessions: sessions.expect("settings"),
            ..server
        };
        let (outcome, answer) = server.refresh(&sent).await;
        let case = format!("{policy:?} cookie {by_cookie} header {by_header}");
        if cookies == "ended" {
            assert_eq!(outcome, Err(ENDED), "{case}");
            assert_cleared(&answer);
            continue;
        }
        outcome.expect(&case);
        assert_ne!(answer.header("front-token"), Some("remove"), "{case}");
        let kind = |value: Option<&str>| match value {
            None => "-",
            Some("") => "cleared",
            Some(_) => "set",
        };
        assert_eq!(
            kind(answer.cookie("sRefreshToken").map(|cookie| cookie.0)),
            cookies,
            "{case}"
        );
        assert_eq!(kind(answer.header("st-refresh-token")), headers, "{case}");
    }
}

#[tokio::test]
async fn what_is_no_refresh_token_ends_the_session() {
    let server = server();
    let answer = server.by_cookies().await;
    let token = answer.refresh();
    let handle = token.split_once('.').expect("parts").0;
    let access = format!("sAccessToken={}", answer.access());
    let unknown = format!("{handle}x.{}", token.split_once('.').expect("parts").1);
    for headers in [
        request(&[]),
        request(&[("cookie", &access)]),
        with_refresh("garbage"),
        with_refresh(""),
        with_refresh(&unknown),
        with_refresh(&token[..token.len() - 1]),
    ] {
        let (outcome, sent) = server.refresh(&headers).await;
        assert_eq!(outcome, Err(ENDED));
        assert_cleared(&sent);
    }
    assert!(
        server.refresh(&with_refresh(token)).await.0.is_ok(),
        "none of it did harm"
    );
}

#[tokio::test]
async fn a_foreign_bearer_does_not_hide_the_cookie() {
    let server = server();
    let mut headers = with_refresh(server.by_cookies().await.refresh());
    headers.insert("authorization", "Bearer x".parse().expect("value"));
    let (outcome, answer) = server.refresh(&headers).await;
    assert_eq!(outcome.expect("refreshed").transfer, TransferMethod::Cookie);
    assert_eq!(
        answer.header("st-access-token"),
        None,
        "what is not ours is not cleared"
    );
}

#[tokio::test]
async fn a_retry_within_the_grace_period_gets_the_same_successor() {
    let server = server();
    let first = server.by_cookies().await;
    let (outcome, second) = server.refresh(&first.as_cookies()).await;
    outcome.expect("refreshed");
    server.clock.advance(GRACE);
    let (outcome, again) = server.refresh(&first.as_cookies()).await;
    outcome.expect("a lost answer is no theft");
    assert_eq!(again.refresh(), second.refresh());
    assert!(server.refresh(&again.as_cookies()).await.0.is_ok());
}

#[tokio::test]
async fn a_copied_token_ends_the_session_for_both() {
    let server = server();
    let first = server.by_cookies().await;
    let (_, second) = server.refresh(&first.as_cookies()).await;
    server.clock.advance(GRACE + 1);
    let (outcome, sent) = server.refresh(&first.as_cookies()).await;
    let Err(SessionError::TokenTheft {
        handle, user_id, ..
    }) = outcome
    else {
        panic!("{outcome:?}");
    };
    assert_cleared(&sent);
    assert_eq!(user_id, "u1");
    assert_eq!(server.store.session(&handle).await.expect("read"), None);
    assert_eq!(server.refresh(&second.as_cookies()).await.0, Err(ENDED));
}

#[tokio::test]
async fn an_older_token_is_theft_even_within_the_grace_period() {
    let server = server();
    let first = server.by_cookies().await;
    let (_, second) = server.refresh(&first.as_cookies()).await;
    let (_, _third) = server.refresh(&second.as_cookies()).await;
    let (outcome, _) = server.refresh(&first.as_cookies()).await;
    assert!(matches!(outcome, Err(SessionError::TokenTheft { .. })));
}

#[tokio::test]
async fn an_invented_token_ends_no_session() {
    let server = server();
    let first = server.by_cookies().await;
    let handle = first.refresh().split_once('.').expect("parts").0;
    let invented = format!("{handle}.{}", "A".repeat(64));
    assert_eq!(server.refresh(&with_refresh(&invented)).await.0, Err(ENDED));
    assert!(
        server.refresh(&first.as_cookies()).await.0.is_ok(),
        "the session lives on"
    );
}

#[tokio::test]
async fn an_old_session_is_over() {
    let server = server();
    let first = server.by_cookies().await;
    server.clock.advance(100 * 24 * 3_600_000);
    let (outcome, _) = server.refresh(&first.as_cookies()).await;
    assert_eq!(outcome, Err(ENDED), "expired to the millisecond");
    let config = SessionConfig {
        max_session_age_ms: Some(7_200_000),
        ..config()
    };
    let server = server_with(config);
    let first = server.by_cookies().await;
    server.clock.advance(7_000_000);
    let (outcome, second) = server.refresh(&first.as_cookies()).await;
    outcome.expect("still young");
    server.clock.advance(200_000);
    assert_eq!(
        server.refresh(&second.as_cookies()).await.0,
        Err(ENDED),
        "does not slide on"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_refreshes_at_once_make_one_lineage() {
    let server = Arc::new(server());
    let headers = server.by_cookies().await.as_cookies();
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let (server, headers) = (Arc::clone(&server), headers.clone());
            tokio::spawn(async move { server.refresh(&headers).await })
        })
        .collect();
    let mut successors = Vec::new();
    for task in tasks {
        let (outcome, answer) = task.await.expect("join");
        outcome.expect("no theft, no error");
        successors.push(answer.refresh().to_owned());
    }
    successors.dedup();
    assert_eq!(successors.len(), 1);
    assert!(
        server
            .refresh(&with_refresh(&successors[0]))
            .await
            .0
            .is_ok()
    );
}

#[tokio::test]
async fn a_forged_refresh_ends_the_session() {
    let by_header = SessionConfig {
        anti_csrf: Some(AntiCsrf::ViaCustomHeader),
        ..config()
    };
    let by_token = SessionConfig {
        anti_csrf: Some(AntiCsrf::ViaToken),
        ..config()
    };
    for (config, header) in [(by_header, "rid"), (by_token, "anti-csrf")] {
        let server = server_with(config);
        let answer = server.by_cookies().await;
        let mut headers = answer.as_cookies();
        let (outcome, sent) = server.refresh(&headers).await;
        assert_eq!(outcome, Err(ENDED));
        assert_cleared(&sent);
        let token = answer.header("anti-csrf").unwrap_or("any").to_owned();
        headers.insert(
            HeaderName::try_from(header).expect("name"),
            token.parse().expect("value"),
        );
        let (outcome, sent) = server.refresh(&headers).await;
        outcome.expect("refreshed");
        if header == "anti-csrf" {
            assert_ne!(sent.header("anti-csrf"), Some(token.as_str()));
            assert_eq!(sent.exposed(), Some("front-token, anti-csrf"));
            let claim = &sent.front_token()["up"]["antiCsrfToken"];
            assert_eq!(sent.header("anti-csrf"), claim.as_str());
        }
        let (name, value) = bearer(server.sign_in(&[]).await.refresh());
        let (outcome, _) = server.refresh(&request(&[(name, &value)])).await;
        assert!(outcome.is_ok(), "headers cannot be forged");
    }
}

#[tokio::test]
async fn a_tenant_is_in_the_handle() {
    let server = server();
    let mut fx = Effects::new();
    let new = NewSessionFor {
        tenant_id: "t1".to_owned(),
        ..user()
    };
    let session = server
        .sessions
        .create(&request(&[]), &mut fx, new)
        .await
        .expect("session");
    assert!(session.handle.ends_with("_t1") && session.tenant_id == "t1");
    let (name, value) = bearer(Answer::of(fx).refresh());
    let (outcome, _) = server.refresh(&request(&[(name, &value)])).await;
    assert_eq!(outcome.expect("refreshed").tenant_id, "t1");
}

#[tokio::test]
async fn a_failing_store_is_no_verdict() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("auth.db");
    let url = format!("sqlite://{}", path.display());
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&url).expect("store"));
    let clock = ManualClock::new(NOW);
    let app = app_info("http://localhost:3001", "http://localhost:3000");
    let shared = Arc::new(clock.clone());
    let sessions = Sessions::new(&app, config(), Arc::clone(&store), shared).expect("settings");
    let server = Server {
        sessions,
        store,
        clock,
    };
    let first = server.by_cookies().await;

    let disk = rusqlite::Connection::open(path).expect("open");
    disk.execute_batch("ALTER TABLE sessions RENAME TO lost")
        .expect("break it");
    let mut fx = Effects::new();
    let outcome = server.sessions.refresh(&first.as_cookies(), &mut fx).await;
    assert!(matches!(outcome, Err(Error::Internal(_))), "{outcome:?}");
    assert!(fx.is_empty(), "no user is signed out because a disk fails");
    disk.execute_batch("ALTER TABLE lost RENAME TO sessions")
        .expect("repair it");
    assert!(server.refresh(&first.as_cookies()).await.0.is_ok());
}
