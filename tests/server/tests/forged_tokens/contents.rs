//! Claims of a wrong form, tokens in the wrong place, parts of tokens, and tokens of another server.

use auth_server::session::JwtOptions;
use serde_json::{Value, json};

use super::*;

/// A time of a wrong type once counted as no time at all (CVE-2026-25537).
#[tokio::test]
async fn even_with_a_good_signature_claims_of_a_wrong_form_are_no_session() {
    let server = start(Algorithm::Es256).await;
    let ana = server.ana("header").await;
    let payload = decoded(ana.access()).1;
    let key = server
        .auth
        .sessions()
        .keys()
        .signing(true)
        .await
        .expect("there is a key");
    let sign = |claims: &Value, version: Option<&str>| {
        key.sign(version, claims.as_object().expect("it is an object"))
            .expect("it signs")
    };
    let good = sign(&payload, Some("5"));
    let ask = server
        .get("/required")
        .header("authorization", &format!("Bearer {good}"));
    assert_eq!(ask.send().await.status, 200, "what is signed here counts");
    let times = [
        json!(null),
        json!("1800003600"),
        json!("x"),
        json!(""),
        json!(-1),
        json!(0),
        json!(1_800_003_600.5),
        json!(1e300),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(true),
        json!([1_800_003_600]),
        json!({}),
    ];
    let texts = [
        json!(null),
        json!(1),
        json!(["x"]),
        json!({"x": 1}),
        json!(true),
    ];
    let of_times = times.iter().map(|value| ("exp", value));
    // A token may have been issued in 1970, if its expiry says so.
    let of_iat = times
        .iter()
        .filter(|time| **time != json!(0))
        .map(|value| ("iat", value));
    let names = ["sub", "rsub", "sessionHandle", "refreshTokenHash1"];
    let of_texts = names
        .into_iter()
        .flat_map(|name| texts.iter().map(move |value| (name, value)));
    for (name, value) in of_times.chain(of_iat).chain(of_texts) {
        let mut claims = payload.clone();
        claims[name] = value.clone();
        let what = format!("{name}: {value}");
        assert_refused(&server, &sign(&claims, Some("5")), &what).await;
        claims
            .as_object_mut()
            .expect("it is an object")
            .remove(name);
        assert_refused(&server, &sign(&claims, Some("5")), &format!("no {name}")).await;
    }
    for version in [
        None,
        Some(""),
        Some("2"),
        Some("-5"),
        Some("5.0"),
        Some("99999999999"),
    ] {
        assert_refused(&server, &sign(&payload, version), &format!("{version:?}")).await;
    }
}

/// A token of one kind in the place of another (CVE-2023-48309).
#[tokio::test]
async fn every_token_counts_in_its_own_place_only() {
    let change = |config: &mut auth_server::Config| {
        config.session.anti_csrf = Some(auth_server::session::AntiCsrf::ViaToken);
    };
    let server = Server::start_app(change, app).await;
    let ana = server.ana("cookie").await;
    let cookie = |name: &str| ana.cookie(name).expect("it is set");
    let (access, refresh) = (cookie("sAccessToken"), cookie("sRefreshToken"));
    let sessions = server.auth.sessions();
    let claims = decoded(&access)
        .1
        .as_object()
        .cloned()
        .expect("it is an object");
    let own = sessions
        .create_jwt(claims, JwtOptions::default())
        .await
        .expect("it signs");
    let reset = server.reset_token("ana@ex.co").await;
    let front = ana.header("front-token").expect("it is sent").to_owned();
    let csrf = ana.header("anti-csrf").expect("it is sent").to_owned();
    let handle = decoded(&access).1["sessionHandle"]
        .as_str()
        .expect("it is text")
        .to_owned();
    let hash = decoded(&access).1["refreshTokenHash1"]
        .as_str()
        .expect("it is text")
        .to_owned();
    let handle_and_hash = format!("{handle}.{hash}");
    for (what, token) in [
        ("a JWT of the application", &own),
        ("a reset token", &reset),
        ("a front token", &front),
        ("an anti-CSRF token", &csrf),
        ("a handle", &handle),
        ("a hash", &hash),
        ("a handle with a hash", &handle_and_hash),
    ] {
        assert_refused(&server, token, what).await;
    }
    let asks = [
        (Method::POST, "/auth/session/refresh", &access),
        (Method::GET, "/required", &refresh),
        (Method::POST, "/auth/signout", &refresh),
    ];
    for (method, path, token) in asks {
        let value = format!("Bearer {token}");
        let answer = server
            .ask(method, path)
            .header("authorization", &value)
            .send()
            .await;
        assert_eq!(answer.status, 401, "{path}");
    }
    let form_fields = json!([{"id": "password", "value": "passw0rd2"}]);
    for token in [&access, &refresh, &csrf, &hash] {
        let body = json!({"method": "token", "token": token, "formFields": form_fields});
        let answer = server.post("/auth/user/password/reset").json(&body).await;
        assert_eq!(
            answer.json()["status"],
            "RESET_PASSWORD_INVALID_TOKEN_ERROR"
        );
    }
}

/// A part of a token, or a token with one character changed (GHSA-6mq3-xmgp-pjm5), is refused, and costs
/// the session nothing: invented tokens end no session.
#[tokio::test]
async fn no_part_and_no_neighbour_of_a_token_counts() {
    let server = start(Algorithm::Es256).await;
    let ana = server.ana("header").await;
    for token in [ana.access(), ana.refresh()] {
        let texts = (0..token.len()).step_by(7).flat_map(|place| {
            let changed = if token.as_bytes()[place] == b'A' {
                "B"
            } else {
                "A"
            };
            let neighbour = format!("{}{changed}{}", &token[..place], &token[place + 1..]);
            [token[..place].to_owned(), neighbour]
        });
        for text in texts {
            assert_refused(&server, &text, "a changed token").await;
        }
        for text in [
            format!("{token}="),
            format!("{token}."),
            format!(".{token}"),
            format!("{token}{token}"),
            format!("{token},{token}"),
            token.to_uppercase(),
            token.replace('.', ".."),
        ] {
            assert_refused(&server, &text, "a changed token").await;
        }
    }
    let refresh = server.post("/auth/session/refresh");
    let value = format!("Bearer {}", ana.refresh());
    let answer = refresh.header("authorization", &value).send().await;
    assert_eq!(answer.brief(), "200 {}", "the session is as it was");
}

/// Two servers whose keys have the same name, as they may when they are made in the same millisecond.
#[tokio::test]
async fn tokens_of_another_server_are_refused() {
    let (here, there) = (start(Algorithm::Es256).await, start(Algorithm::Es256).await);
    here.ana("header").await;
    let foreign = there.ana("header").await;
    let kids = async |server: &Server| {
        server.get("/auth/jwt/jwks.json").send().await.json()["keys"][0]["kid"].clone()
    };
    assert_eq!(kids(&here).await, kids(&there).await);
    assert_refused(&here, foreign.access(), "a foreign access token").await;
    assert_refused(&here, foreign.refresh(), "a foreign refresh token").await;
    let value = format!("Bearer {}", foreign.refresh());
    let ask = there
        .post("/auth/session/refresh")
        .header("authorization", &value);
    assert_eq!(
        ask.send().await.brief(),
        "200 {}",
        "it was good all the time"
    );
}
