//! Scenarios 1 to 5 and 52: what a login puts on its answer.

use auth_server::crypto::keys::Algorithm;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::app::{decode, login, published, start, start_with};
use crate::common::START;

#[tokio::test]
async fn s01_a_login_in_cookie_mode_sets_two_cookies_and_no_token_headers() {
    let answer = login(&start().await, "cookie").await;
    let attributes = |name| {
        let mut lines = answer.cookie_lines().into_iter();
        let line = lines
            .find(|line| line.starts_with(name))
            .expect("it is set");
        line.split_once("; ").expect("it has attributes").1
    };
    assert_eq!(answer.cookie_lines().len(), 2);
    // 365 and 100 days after 15 January 2027, 8 o'clock.
    assert_eq!(
        attributes("sAccessToken=ey"),
        "Path=/; Expires=Sat, 15 Jan 2028 08:00:00 GMT; HttpOnly; SameSite=Lax"
    );
    assert_eq!(
        attributes("sRefreshToken="),
        "Path=/auth/session/refresh; Expires=Sun, 25 Apr 2027 08:00:00 GMT; HttpOnly; SameSite=Lax"
    );
    assert_eq!(answer.front_token()["uid"], "ana");
    assert_eq!(
        answer.header("access-control-expose-headers"),
        Some("front-token")
    );
    assert_eq!(answer.header("st-access-token"), None);
    assert_eq!(answer.header("st-refresh-token"), None);
}

#[tokio::test]
async fn s02_a_login_in_no_or_an_unknown_mode_answers_with_headers() {
    let server = start().await;
    let silent = server.post("/login").send().await;
    for answer in [silent, login(&server, "foo").await] {
        assert_eq!(answer.status, 200);
        assert!(answer.access().starts_with("ey") && !answer.refresh().is_empty());
        assert_eq!(answer.front_token()["uid"], "ana");
        assert!(answer.cookie_lines().is_empty(), "{answer}");
        assert_eq!(
            answer.header("access-control-expose-headers"),
            Some("front-token, st-access-token, st-refresh-token")
        );
    }
}

#[tokio::test]
async fn s03_the_front_token_is_the_payload_of_the_access_token() {
    let answer = login(&start().await, "cookie").await;
    let text = answer.header("front-token").expect("it is sent");
    let json = STANDARD.decode(text).expect("it is padded base64 of `+/`");
    let text = String::from_utf8(json).expect("it is UTF-8");
    assert!(text.starts_with(r#"{"uid":"ana","ate":"#), "{text}");
    let front: Value = serde_json::from_str(&text).expect("it is JSON");
    let keys: Vec<_> = front.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["uid", "ate", "up"]);
    let up = &front["up"];
    let (exp, ate) = (up["exp"].as_i64(), front["ate"].as_i64());
    assert_eq!(ate, exp.map(|seconds| seconds * 1000));
    assert_eq!(front["uid"], up["sub"]);
    let jwt = answer.cookie("sAccessToken").expect("it is set");
    assert_eq!(*up, decode(&jwt).1);
}

#[tokio::test]
async fn s04_the_access_token_is_a_jwt_of_version_five() {
    let server = start_with(|config| config.session.signing_algorithm = Algorithm::Rs256).await;
    let answer = login(&server, "cookie").await;
    let (header, payload) = decode(&answer.cookie("sAccessToken").expect("it is set"));
    let kid = header["kid"].as_str().expect("it is text");
    assert!(kid.starts_with("d-"), "{header}");
    assert_eq!(
        header,
        json!({ "kid": kid, "typ": "JWT", "version": "5", "alg": "RS256" })
    );
    if let Some(keys) = published(&server).await {
        assert_eq!(keys, [kid]);
    }

    let (iat, exp) = (
        START / 1000,
        payload["exp"].as_i64().expect("whole seconds"),
    );
    assert!((3420..=3600).contains(&(exp - iat)), "{payload}");
    let text = |name: &str| payload[name].as_str().expect("it is text").to_owned();
    let (handle, hash) = (text("sessionHandle"), text("refreshTokenHash1"));
    let version = uuid::Uuid::parse_str(&handle).map(|id| id.get_version_num());
    assert_eq!(version, Ok(4));
    assert!(hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!(
        payload,
        json!({
            "sub": "ana", "exp": exp, "iat": iat, "tId": "public", "rsub": "ana",
            "sessionHandle": handle, "refreshTokenHash1": hash,
            "parentRefreshTokenHash1": null, "antiCsrfToken": null,
            "iss": "http://localhost:3001/auth",
        })
    );
}

#[tokio::test]
async fn s05_the_application_cannot_set_the_claims_of_the_server() {
    let server = start().await;
    let evil = json!({"sub": "evil", "tId": "x", "iss": "x", "stt": 1, "role": "admin"});
    let answer = server.post("/login").json(&evil).await;
    let payload = decode(answer.access()).1;
    assert_eq!(payload["sub"], "ana");
    assert_eq!(payload["tId"], "public");
    assert_eq!(payload["iss"], "http://localhost:3001/auth");
    assert_eq!(payload.get("stt"), None);
    assert_eq!(payload["role"], "admin", "the rest is the application's");
}

#[tokio::test]
async fn s52_a_page_reads_the_text_of_a_claim_as_it_was_written() {
    let server = start().await;
    let answer = server.post("/login").json(&json!({"custom": "é✓"})).await;
    let text = answer.header("front-token").expect("it is sent");
    // `decodeURIComponent(escape(atob(text)))`: what is decoded is read as UTF-8.
    let read = String::from_utf8(STANDARD.decode(text).expect("base64")).expect("UTF-8");
    let front: Value = serde_json::from_str(&read).expect("it is JSON");
    assert_eq!(front["up"]["custom"], "é✓");
    assert_eq!(decode(answer.access()).1["custom"], "é✓");
}
