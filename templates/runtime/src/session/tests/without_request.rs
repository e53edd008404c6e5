//! Sessions without a request, and the application's own JWTs.

use std::time::Duration;

use super::*;

fn map(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().expect("an object")
}

#[tokio::test]
async fn a_session_without_a_request() {
    let server = server();
    let sessions = &server.sessions;
    let begun = sessions.create_without_request(user(), TransferMethod::Header);
    let (session, first) = begun.await.expect("a session");
    assert_eq!(first.anti_csrf_token, None);
    let verify = |token: String, options| async move {
        let transfer = TransferMethod::Header;
        let outcome = sessions.verify_without_request(&token, None, transfer, options);
        outcome.await.map_err(verdict)
    };
    let found = verify(first.access_token.clone(), VerifyOptions::default()).await;
    assert_eq!(found, Ok(Some((session.clone(), None))));
    let optional = VerifyOptions {
        required: false,
        ..VerifyOptions::default()
    };
    assert_eq!(verify("x".to_owned(), optional).await, Ok(None));
    let missing = verify("x".to_owned(), VerifyOptions::default()).await;
    assert_eq!(missing, Err(MISSING));

    let update = map(&json!({ "k": 1 }));
    let merged = sessions
        .merge_claims_by_handle(&session.handle, &update)
        .await;
    assert!(merged.expect("write"));
    let in_database = VerifyOptions {
        check_database: true,
        ..VerifyOptions::default()
    };
    let found = verify(first.access_token.clone(), in_database.clone()).await;
    let (renewed, tokens) = found.expect("good").expect("a session");
    let tokens = tokens.expect("the claims changed");
    assert_eq!(
        (&renewed.claims["k"], tokens.refresh_token),
        (&json!(1), None)
    );

    let refresh = |token: Option<String>| async move {
        let token = token.expect("a refresh token");
        let outcome = sessions.refresh_without_request(&token, None, TransferMethod::Header);
        outcome.await.map_err(verdict)
    };
    let (_, second) = refresh(first.refresh_token.clone())
        .await
        .expect("new tokens");
    server.clock.advance(31_000);
    let theft = refresh(first.refresh_token).await;
    assert!(matches!(theft, Err(SessionError::TokenTheft { .. })));
    let over = refresh(second.refresh_token).await;
    assert_eq!(over.err(), Some(ENDED));
    let over = verify(second.access_token, in_database).await;
    assert_eq!(over, Err(ENDED));
}

#[tokio::test]
async fn without_a_request_the_anti_csrf_rule_holds_for_cookies() {
    let config = SessionConfig {
        anti_csrf: Some(AntiCsrf::ViaToken),
        ..config()
    };
    let server = server_with(config);
    let sessions = &server.sessions;
    let begun = sessions.create_without_request(user(), TransferMethod::Cookie);
    let (_, tokens) = begun.await.expect("a session");
    let anti_csrf = tokens.anti_csrf_token.expect("there is one");
    let access = tokens.access_token.as_str();
    let waived = VerifyOptions {
        anti_csrf: Some(false),
        ..VerifyOptions::default()
    };
    for (token, options, good) in [
        (Some(anti_csrf.as_str()), VerifyOptions::default(), true),
        (Some("wrong"), VerifyOptions::default(), false),
        (None, VerifyOptions::default(), false),
        (None, waived, true),
    ] {
        let verify =
            sessions.verify_without_request(access, token, TransferMethod::Cookie, options);
        assert_eq!(verify.await.is_ok(), good, "{token:?}");
    }
    let refresh_token = tokens.refresh_token.expect("there is one");
    for (token, good) in [(None, false), (Some(anti_csrf.as_str()), true)] {
        let refresh =
            sessions.refresh_without_request(&refresh_token, token, TransferMethod::Cookie);
        assert_eq!(refresh.await.is_ok(), good);
    }
}

#[tokio::test]
async fn a_jwt_of_the_application_is_no_session() {
    let server = server();
    let sessions = &server.sessions;
    let payload = map(
        &json!({ "sub": "u1", "sessionHandle": "h", "refreshTokenHash1": "r",
        "rsub": "u1", "scope": "reports" }),
    );
    let jwt = sessions
        .create_jwt(payload.clone(), JwtOptions::default())
        .await;
    let jwt = jwt.expect("signed");
    let header = part(&jwt, 0);
    assert!(
        header["kid"]
            .as_str()
            .is_some_and(|kid| kid.starts_with("s-"))
    );
    assert_eq!(
        (header.get("version"), &header["typ"]),
        (None, &json!("JWT"))
    );
    let claims = part(&jwt, 1);
    assert_eq!(claims["iss"], "http://localhost:3001/auth");
    assert_eq!(claims["exp"], NOW / 1000 + 3_153_600_000_i64);
    assert_eq!(
        (&claims["iat"], &claims["scope"]),
        (&json!(NOW / 1000), &json!("reports"))
    );
    let kids: Vec<_> = sessions.jwks().await.expect("keys").keys;
    assert!(kids.iter().any(|key| header["kid"] == key.kid), "published");

    let options = JwtOptions {
        validity: Duration::from_secs(60),
        use_static_signing_key: false,
    };
    let mut payload = payload;
    payload.insert("iss".to_owned(), json!("me"));
    let jwt = sessions.create_jwt(payload, options).await.expect("signed");
    assert_eq!(part(&jwt, 1)["iss"], "me");
    assert_eq!(part(&jwt, 1)["exp"], NOW / 1000 + 60);
    let (name, value) = bearer(&jwt);
    let headers = request(&[(name, &value)]);
    assert_eq!(
        server.verify(&headers, VerifyOptions::default()).await,
        Err(MISSING)
    );
}
