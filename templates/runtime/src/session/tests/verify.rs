//! Verifying and ending a session.

use super::*;

const OPTIONAL: VerifyOptions = VerifyOptions {
    required: false,
    anti_csrf: None,
    check_database: false,
    claims: ClaimValidators::Global,
};

#[tokio::test]
async fn no_token_is_no_session() {
    let server = server();
    for headers in [
        request(&[]),
        request(&[("cookie", "sAccessToken=abc")]),
        request(&[("cookie", "sAccessToken=; other=1")]),
        request(&[("authorization", "Basic abc")]),
        request(&[("authorization", "Bearer ")]),
    ] {
        assert_eq!(
            server.verify(&headers, VerifyOptions::default()).await,
            Err(MISSING)
        );
        assert_eq!(server.verify(&headers, OPTIONAL).await, Ok(None));
    }
}

#[tokio::test]
async fn the_table_of_transports() {
    use TransferMethod::{Cookie, Header};
    let any = server();
    let by_cookie = any.by_cookies().await.access().to_owned();
    let by_header = any.sign_in(&[]).await.access().to_owned();
    let cookie = format!("sAccessToken={by_cookie}");
    let (_, value) = bearer(&by_header);
    let both = request(&[("cookie", &cookie), ("authorization", &value)]);
    let (cookie, header) = (
        request(&[("cookie", &cookie)]),
        request(&[("authorization", &value)]),
    );
    for (policy, headers, expected) in [
        (TransferPolicy::Any, &header, Some(Header)),
        (TransferPolicy::Any, &cookie, Some(Cookie)),
        (TransferPolicy::Any, &both, Some(Header)),
        (TransferPolicy::Header, &header, Some(Header)),
        (TransferPolicy::Header, &cookie, None),
        (TransferPolicy::Header, &both, Some(Header)),
        (TransferPolicy::Cookie, &header, None),
        (TransferPolicy::Cookie, &cookie, Some(Cookie)),
        (TransferPolicy::Cookie, &both, Some(Cookie)),
    ] {
        let config = SessionConfig {
            transfer: policy,
            ..config()
        };
        let app = app_info("http://localhost:3001", "http://localhost:3000");
        let (store, clock) = (Arc::clone(&any.store), Arc::new(any.clock.clone()));
        let sessions = Sessions::new(&app, config, store, clock).expect("settings");
        let outcome = sessions
            .verify(&Method::GET, headers, &mut Effects::new(), OPTIONAL)
            .await;
        let transfer = outcome.expect("no error").map(|session| session.transfer);
        assert_eq!(transfer, expected, "{policy:?}");
    }
}

#[tokio::test]
async fn what_is_not_ours_in_authorization_is_left_aside() {
    let server = server();
    let answer = server.by_cookies().await;
    let foreign = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln";
    for value in [foreign, "x", "Basic eA=="] {
        let mut headers = answer.as_cookies();
        headers.insert(
            "authorization",
            format!("Bearer {value}").parse().expect("value"),
        );
        let session = server
            .verify(&headers, OPTIONAL)
            .await
            .expect("good")
            .expect("session");
        assert_eq!(session.transfer, TransferMethod::Cookie);
    }
    let lower = format!("bearer {}", server.sign_in(&[]).await.access());
    let headers = request(&[("authorization", &lower)]);
    assert_eq!(
        server.verify(&headers, VerifyOptions::default()).await,
        Err(MISSING)
    );
}

#[tokio::test]
async fn a_token_that_does_not_count_asks_for_a_refresh() {
    let server = server();
    let answer = server.by_cookies().await;
    let access = answer.access();
    let (head, signature) = access.rsplit_once('.').expect("parts");
    let flipped = if signature.starts_with('A') { 'B' } else { 'A' };
    let tampered = format!("{head}.{flipped}{}", &signature[1..]);
    let foreign = super::server();
    foreign.clock.advance(1);
    let unknown_key = foreign.by_cookies().await.access().to_owned();
    for token in [tampered, unknown_key] {
        let headers = request(&[("cookie", &format!("sAccessToken={token}"))]);
        for options in [VerifyOptions::default(), OPTIONAL] {
            let outcome = server.verify(&headers, options).await;
            assert_eq!(outcome, Err(SessionError::TryRefreshToken));
        }
    }
    let twice = request(&[(
        "cookie",
        &format!("sAccessToken={access}; sAccessToken={access}"),
    )]);
    assert_eq!(
        server.verify(&twice, OPTIONAL).await,
        Err(SessionError::TryRefreshToken)
    );
    let legacy = request(&[(
        "cookie",
        &format!("sAccessToken={access}; sIdRefreshToken=x"),
    )]);
    let session = server.verify(&legacy, OPTIONAL).await.expect("it is good");
    assert!(
        session.is_some(),
        "a sibling that can set cookies for the site could end it"
    );
    assert_eq!(
        server
            .verify_with(Method::OPTIONS, &legacy, VerifyOptions::default())
            .await
            .0,
        Ok(None)
    );
}

#[tokio::test]
async fn expiry_is_exact() {
    let server = server();
    let answer = server.by_cookies().await;
    let headers = answer.as_cookies();
    let ate = answer.front_token()["ate"].as_i64().expect("ate");
    server.clock.set(ate - 1);
    let (outcome, sent) = server
        .verify_with(Method::GET, &headers, VerifyOptions::default())
        .await;
    assert!(matches!(outcome, Ok(Some(_))));
    assert!(sent.0.is_empty(), "nothing changed, nothing is sent");
    server.clock.set(ate);
    let (outcome, sent) = server.verify_with(Method::GET, &headers, OPTIONAL).await;
    assert_eq!(outcome, Err(SessionError::TryRefreshToken));
    assert!(sent.0.is_empty());
}

#[tokio::test]
async fn forged_requests_are_refused() {
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
        let bare = answer.as_cookies();
        let mut good = bare.clone();
        let token = answer.header("anti-csrf").unwrap_or("anything");
        good.insert(
            HeaderName::try_from(header).expect("name"),
            token.parse().expect("value"),
        );
        let check = |method, headers: HeaderMap, options| {
            let server = &server;
            async move {
                server
                    .verify_with(method, &headers, options)
                    .await
                    .0
                    .map(|found| found.is_some())
            }
        };
        let forced = VerifyOptions {
            anti_csrf: Some(true),
            ..OPTIONAL
        };
        let waived = VerifyOptions {
            anti_csrf: Some(false),
            ..OPTIONAL
        };
        let refused = Err(SessionError::TryRefreshToken);
        assert_eq!(check(Method::POST, bare.clone(), OPTIONAL).await, refused);
        assert_eq!(check(Method::GET, bare.clone(), forced).await, refused);
        assert_eq!(check(Method::GET, bare.clone(), OPTIONAL).await, Ok(true));
        assert_eq!(check(Method::POST, bare.clone(), waived).await, Ok(true));
        assert_eq!(check(Method::POST, good, OPTIONAL).await, Ok(true));
        if header == "anti-csrf" {
            let mut wrong = bare;
            wrong.insert("anti-csrf", "wrong".parse().expect("value"));
            assert_eq!(check(Method::POST, wrong, OPTIONAL).await, refused);
        }
        let (name, value) = bearer(server.sign_in(&[]).await.access());
        assert_eq!(
            check(Method::POST, request(&[(name, &value)]), OPTIONAL).await,
            Ok(true)
        );
    }
}

#[tokio::test]
async fn only_the_database_knows_of_a_revocation() {
    let server = server();
    let headers = server.by_cookies().await.as_cookies();
    let session = server
        .verify(&headers, OPTIONAL)
        .await
        .expect("good")
        .expect("session");
    server
        .store
        .revoke_sessions(std::slice::from_ref(&session.handle))
        .await
        .expect("write");
    assert!(server.verify(&headers, OPTIONAL).await.is_ok());
    let options = VerifyOptions {
        check_database: true,
        ..OPTIONAL
    };
    let (outcome, sent) = server.verify_with(Method::GET, &headers, options).await;
    assert_eq!(outcome, Err(ENDED));
    assert_eq!(sent.cookies(), [CLEARED_ACCESS, CLEARED_REFRESH]);
    assert_eq!(sent.header("front-token"), Some("remove"));
    assert_eq!(
        sent.exposed(),
        Some("front-token, st-access-token, st-refresh-token")
    );
}

#[tokio::test]
async fn signing_out_clears_what_was_used() {
    let server = server();
    let by_cookie = server.by_cookies().await.as_cookies();
    let by_header = server.sign_in(&[]).await.access().to_owned();
    let by_header = request(&[("authorization", &bearer(&by_header).1)]);
    for (headers, exposed, cookies) in [
        (by_cookie, "front-token", 2),
        (
            by_header,
            "st-access-token, st-refresh-token, front-token",
            0,
        ),
    ] {
        let session = server
            .verify(&headers, OPTIONAL)
            .await
            .expect("good")
            .expect("session");
        for _ in 0..2 {
            let mut fx = Effects::new();
            server
                .sessions
                .revoke(&session, &mut fx)
                .await
                .expect("also when it does not exist any more");
            let sent = Answer::of(fx);
            assert_eq!(sent.exposed(), Some(exposed));
            assert_eq!(sent.header("front-token"), Some("remove"));
            assert_eq!(sent.cookies().len(), cookies);
            let empty = (cookies == 0).then_some("");
            assert_eq!(sent.header("st-refresh-token"), empty);
        }
        assert_eq!(
            server.store.session(&session.handle).await.expect("read"),
            None
        );
    }
}

#[tokio::test]
async fn claims_change_without_a_longer_life() {
    let server = server();
    let headers = server.by_cookies().await.as_cookies();
    let before = server
        .verify(&headers, OPTIONAL)
        .await
        .expect("good")
        .expect("session");
    server.clock.advance(5_000);
    let mut session = before.clone();
    let update = json!({ "k": 1, "iss": null })
        .as_object()
        .cloned()
        .expect("map");
    let mut fx = Effects::new();
    server
        .sessions
        .merge_claims(&mut session, &update, &mut fx)
        .await
        .expect("merged");
    let sent = Answer::of(fx);
    assert_eq!(sent.cookies().len(), 1, "no refresh token");
    let payload = part(sent.access(), 1);
    assert_eq!((&payload["k"], payload.get("iss")), (&json!(1), None));
    assert_eq!(payload["exp"], before.claims["exp"]);
    assert_eq!(payload["iat"], (NOW + 5_000) / 1000);
    assert_eq!(sent.front_token()["up"], payload);

    // The old access token is refused where the database is asked.
    let options = VerifyOptions {
        check_database: true,
        ..OPTIONAL
    };
    let (outcome, sent) = server.verify_with(Method::GET, &headers, options).await;
    assert_eq!(outcome.expect("good").expect("session").claims["k"], 1);
    assert_eq!(sent.cookies().len(), 1);

    let update = json!({ "sub": "x" }).as_object().cloned().expect("map");
    let mut fx = Effects::new();
    let outcome = server
        .sessions
        .merge_claims(&mut session, &update, &mut fx)
        .await;
    assert!(matches!(outcome, Err(Error::Internal(_))) && fx.is_empty());
}

#[tokio::test]
async fn claims_that_no_cookie_holds_do_not_get_into_the_store() {
    let server = server();
    let answer = server.by_cookies().await;
    let verified = server.verify(&answer.as_cookies(), OPTIONAL).await;
    let mut session = verified.expect("valid").expect("a session");
    let before = session.clone();
    let large = json!({ "large": "x".repeat(4000) });
    let mut fx = Effects::new();
    let merge =
        server
            .sessions
            .merge_claims(&mut session, large.as_object().expect("an object"), &mut fx);
    assert!(matches!(merge.await, Err(Error::Internal(_))));
    assert!(fx.is_empty() && session == before);
    let (refreshed, _) = server.refresh(&answer.as_cookies()).await;
    assert!(refreshed.is_ok(), "the session goes on");
}
