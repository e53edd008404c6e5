//! Beginning a session.

use super::*;

#[tokio::test]
async fn cookies_have_the_exact_lines() {
    let server = server();
    let answer = server.sign_in(&[("st-auth-mode", "Cookie")]).await;
    assert_eq!(answer.cookies().len(), 2);
    assert_eq!(
        answer.cookie("sAccessToken").expect("cookie").1,
        "Path=/; Expires=Tue, 23 Nov 2027 13:21:06 GMT; HttpOnly; SameSite=Lax"
    );
    let (token, attributes) = answer.cookie("sRefreshToken").expect("cookie");
    assert_eq!(
        attributes,
        "Path=/auth/session/refresh; Expires=Wed, 03 Mar 2027 13:21:06 GMT; HttpOnly; SameSite=Lax"
    );
    assert!(!token.contains('%'), "{token}");
    assert_eq!(answer.exposed(), Some("front-token"));
    assert_eq!(answer.header("st-access-token"), None);
    assert_eq!(answer.header("anti-csrf"), None);
}

#[tokio::test]
async fn headers_are_the_default() {
    for headers in [
        &[][..],
        &[("st-auth-mode", "foo")],
        &[("st-auth-mode", "header")],
    ] {
        let answer = server().sign_in(headers).await;
        assert!(answer.cookies().is_empty());
        assert_eq!(
            answer.exposed(),
            Some("front-token, st-access-token, st-refresh-token")
        );
        assert!(
            answer
                .header("st-refresh-token")
                .is_some_and(|token| token.len() > 43)
        );
    }
}

#[tokio::test]
async fn the_token_says_what_version_five_says() {
    let server = server_with(SessionConfig::default());
    let new = NewSessionFor {
        claims: json!({ "sub": "evil", "iss": "x", "custom": "é✓" })
            .as_object()
            .cloned()
            .expect("map"),
        ..user()
    };
    let mut fx = Effects::new();
    let session = server
        .sessions
        .create(&request(&[]), &mut fx, new)
        .await
        .expect("session");
    let answer = Answer::of(fx);
    let header = part(answer.access(), 0);
    assert_eq!(
        (&header["typ"], &header["version"], &header["alg"]),
        (&json!("JWT"), &json!("5"), &json!("RS256"))
    );
    assert_eq!(header["kid"], format!("d-{NOW}"));
    let payload = part(answer.access(), 1);
    let names: Vec<_> = payload
        .as_object()
        .expect("object")
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        names,
        [
            "sub",
            "exp",
            "iat",
            "tId",
            "rsub",
            "sessionHandle",
            "refreshTokenHash1",
            "parentRefreshTokenHash1",
            "antiCsrfToken",
            "custom",
            "iss"
        ]
    );
    assert_eq!(
        (&payload["sub"], &payload["rsub"], &payload["tId"]),
        (&json!("u1"), &json!("r1"), &json!("public"))
    );
    assert_eq!(
        (
            &payload["antiCsrfToken"],
            &payload["parentRefreshTokenHash1"]
        ),
        (&json!(null), &json!(null))
    );
    assert_eq!(payload["iss"], "http://localhost:3001/auth");
    let lifetime = payload["exp"].as_i64().expect("exp") - payload["iat"].as_i64().expect("iat");
    assert!((3420..=3600).contains(&lifetime), "{lifetime}");
    let front = answer.front_token();
    assert_eq!(front["up"], payload);
    assert_eq!(front["uid"], "u1");
    assert_eq!(front["ate"], payload["exp"].as_i64().expect("exp") * 1000);
    assert_eq!(session.claims["custom"], "é✓");
    assert_eq!(session.expires_at, front["ate"]);
}

#[tokio::test]
async fn the_other_way_of_travelling_is_cleared() {
    let (name, value) = bearer("anything");
    let answer = server()
        .sign_in(&[("st-auth-mode", "cookie"), (name, &value)])
        .await;
    assert_eq!(answer.header("st-access-token"), Some(""));
    assert_eq!(answer.header("st-refresh-token"), Some(""));
    assert_eq!(
        answer.exposed(),
        Some("st-access-token, st-refresh-token, front-token")
    );
    assert_ne!(answer.header("front-token"), Some("remove"));
    assert_eq!(answer.cookies().len(), 2);

    let answer = server()
        .sign_in(&[("cookie", "sAccessToken=anything")])
        .await;
    assert_eq!(answer.cookies(), [CLEARED_ACCESS, CLEARED_REFRESH]);
    assert!(
        answer
            .header("st-access-token")
            .is_some_and(|token| !token.is_empty())
    );
}

#[tokio::test]
async fn sites_that_differ_need_https_and_a_custom_header() {
    let server = server_at(
        &app_info("https://api.example.com", "https://other.org"),
        config(),
    );
    let answer = server.by_cookies().await;
    let attributes = answer.cookie("sAccessToken").expect("cookie").1;
    assert!(
        attributes.ends_with("GMT; HttpOnly; Secure; SameSite=None"),
        "{attributes}"
    );

    let insecure = SessionConfig {
        cookie_secure: Some(false),
        ..config()
    };
    let server = server_at(
        &app_info("https://api.example.com", "https://other.org"),
        insecure,
    );
    let headers = request(&[("st-auth-mode", "cookie")]);
    let outcome = server
        .sessions
        .create(&headers, &mut Effects::new(), user())
        .await;
    let error = outcome
        .expect_err("browsers would drop the cookies")
        .to_string();
    assert!(
        error.contains("please use https on your apiDomain"),
        "{error}"
    );
}

#[tokio::test]
async fn domain_and_exposure_can_be_set() {
    let config = SessionConfig {
        cookie_domain: Some("API.example.com".to_owned()),
        expose_access_token: true,
        anti_csrf: Some(AntiCsrf::ViaToken),
        ..config()
    };
    let server = server_at(
        &app_info("https://api.example.com", "https://www.example.com"),
        config,
    );
    let answer = server.by_cookies().await;
    let attributes = answer.cookie("sRefreshToken").expect("cookie").1;
    assert!(
        attributes.starts_with("Domain=api.example.com; Path=/auth/session/refresh; Expires="),
        "{attributes}"
    );
    assert!(
        attributes.ends_with("; HttpOnly; Secure; SameSite=Lax"),
        "{attributes}"
    );
    assert_eq!(
        answer.exposed(),
        Some("front-token, st-access-token, anti-csrf")
    );
    assert_eq!(
        answer.header("anti-csrf"),
        answer.front_token()["up"]["antiCsrfToken"].as_str()
    );

    let answer = server.sign_in(&[]).await;
    assert_eq!(answer.header("anti-csrf"), None);
    assert_eq!(answer.front_token()["up"]["antiCsrfToken"], json!(null));
}

#[tokio::test]
async fn claims_that_no_client_carries_are_refused_and_named() {
    for (mode, fits, too_large) in [("cookie", 2_000, 4_000), ("header", 5_000, 8_000)] {
        let server = server();
        let headers = request(&[("st-auth-mode", mode)]);
        let create = async |bytes: usize| {
            let claims = json!({ "large": "x".repeat(bytes), "small": 1 });
            let claims = claims.as_object().cloned().expect("map");
            let new = NewSessionFor { claims, ..user() };
            let mut fx = Effects::new();
            let outcome = server.sessions.create(&headers, &mut fx, new).await;
            outcome.map(|_| ()).map_err(|error| (error.to_string(), fx))
        };
        let (error, fx) = create(too_large).await.expect_err(mode);
        let named = format!("the largest claims: large ({} bytes), ", too_large + 2);
        assert!(error.contains(mode) && error.contains(&named), "{error}");
        assert!(error.ends_with("small (1 bytes)") && !error.contains("xxx"));
        assert!(fx.is_empty());
        let stored = server.store.session_handles("u1", None, NOW).await;
        assert_eq!(stored.expect("read"), Vec::<String>::new());
        assert!(create(fits).await.is_ok(), "{mode}");
    }
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let refused = |config: SessionConfig| {
        let app = app_info("http://localhost:3001", "http://localhost:3000");
        settings::Settings::resolve(&app, config).expect_err("refused")
    };
    let errors = refused(SessionConfig {
        invalid_claim_status_code: 401,
        refresh_token_validity_ms: 1,
        cookie_domain: Some("not a domain".to_owned()),
        ..config()
    });
    let settings: Vec<_> = errors.iter().map(|error| error.setting).collect();
    let expected = [
        "cookie_domain",
        "invalid_claim_status_code",
        "refresh_token_validity_ms",
    ];
    assert_eq!(settings, expected);
    assert!("LAX ".parse() == Ok(SameSite::Lax) && "x".parse::<SameSite>().is_err());
    assert!("VIA_TOKEN".parse() == Ok(AntiCsrf::ViaToken) && "via".parse::<AntiCsrf>().is_err());
}

#[test]
fn effects_keep_what_others_set() {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("set-cookie", "theme=dark"),
        ("set-cookie", "sAccessToken=old; Path=/"),
        ("access-control-expose-headers", "x-total, Front-Token"),
    ] {
        headers.append(HeaderName::from_static(name), value.parse().expect("value"));
    }
    let mut fx = Effects::new();
    for line in ["sAccessToken=first", "sAccessToken=second"] {
        fx.set_cookie("sAccessToken", line).expect("line");
    }
    for name in ["front-token", "anti-csrf", "st-access-token"] {
        fx.set_exposed(HeaderName::from_static(name), "value")
            .expect("value");
    }
    fx.remove(&HeaderName::from_static("anti-csrf"));
    fx.apply(&mut headers);
    let answer = Answer(headers);
    assert_eq!(answer.cookies(), ["theme=dark", "sAccessToken=second"]);
    assert_eq!(
        answer.exposed(),
        Some("x-total, Front-Token, st-access-token")
    );
    assert_eq!(answer.header("anti-csrf"), None);
    assert!(
        Effects::new()
            .set_exposed(HeaderName::from_static("x"), "a\nb")
            .is_err()
    );
}
