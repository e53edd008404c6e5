//! `POST /session/refresh` and `POST /signout`.

mod common;

use common::{Ask, Exchange, Server, shown};
use serde_json::Value;

fn bearer<'a>(ask: Ask<'a>, token: &str) -> Ask<'a> {
    ask.header("authorization", &format!("Bearer {token}"))
}

async fn refresh(server: &Server, token: &str) -> Exchange {
    bearer(server.post("/auth/session/refresh"), token)
        .send()
        .await
}

fn cookies(answer: &Exchange) -> String {
    let value = |name| answer.cookie(name).expect("the cookie is set");
    format!(
        "sAccessToken={}; sRefreshToken={}",
        value("sAccessToken"),
        value("sRefreshToken")
    )
}

#[tokio::test]
async fn a_refresh_by_cookie_sets_both_cookies() {
    let server = Server::start().await;
    let ana = server.ana("cookie").await;
    server.clock.advance(60_000);
    let ask = server
        .post("/auth/session/refresh")
        .header("cookie", &cookies(&ana));
    let answer = ask.text("{not json").await;
    shown("refresh_cookie", &answer);
    assert_ne!(answer.cookie("sRefreshToken"), ana.cookie("sRefreshToken"));
}

#[tokio::test]
async fn a_refresh_by_header_sets_headers_whatever_the_mode_says() {
    let server = Server::start().await;
    let ana = server.ana("header").await;
    let ask = bearer(server.post("/auth/session/refresh"), ana.refresh());
    shown(
        "refresh_header",
        &ask.header("st-auth-mode", "cookie").send().await,
    );
}

#[tokio::test]
async fn a_refresh_without_a_token_clears_both_kinds() {
    let server = Server::start().await;
    let answer = server.post("/auth/session/refresh").send().await;
    shown("refresh_without_token", &answer);
    for cookie in [
        "sAccessToken=abc",
        "sRefreshToken=garbage",
        "sRefreshToken=",
    ] {
        let other = server
            .post("/auth/session/refresh")
            .header("cookie", cookie)
            .send()
            .await;
        assert_eq!(other.to_string(), answer.to_string(), "{cookie}");
    }
}

#[tokio::test]
async fn a_refresh_token_that_was_replaced_ends_the_session() {
    let server = Server::start().await;
    let first = server.ana("header").await;
    let second = refresh(&server, first.refresh()).await;
    server.clock.advance(31_000);
    let third = refresh(&server, second.refresh()).await;
    assert_eq!(third.status, 200);
    shown("refresh_theft", &refresh(&server, first.refresh()).await);
    let after = refresh(&server, third.refresh()).await;
    assert_eq!(after.brief(), r#"401 {"message":"unauthorised"}"#);
}

#[tokio::test]
async fn a_refresh_whose_answer_was_lost_can_be_repeated() {
    let server = Server::start().await;
    let first = server.ana("header").await;
    let once = refresh(&server, first.refresh()).await;
    let again = refresh(&server, first.refresh()).await;
    assert_eq!(
        (once.status, again.status),
        (http::StatusCode::OK, http::StatusCode::OK)
    );
    assert_eq!(once.refresh(), again.refresh());
    assert_eq!(refresh(&server, again.refresh()).await.status, 200);
}

#[tokio::test]
async fn signing_out_clears_the_kind_in_use_and_ends_the_session() {
    let server = Server::start().await;
    let ana = server.ana("cookie").await;
    let cookies = cookies(&ana);
    let answer = server
        .post("/auth/signout")
        .header("cookie", &cookies)
        .send()
        .await;
    shown("sign_out_cookie", &answer);
    let refreshed = server
        .post("/auth/session/refresh")
        .header("cookie", &cookies)
        .send()
        .await;
    assert_eq!(refreshed.status, 401);
    let again = server
        .post("/auth/signout")
        .header("cookie", &cookies)
        .send()
        .await;
    assert_eq!(
        again.to_string(),
        answer.to_string(),
        "the session may be gone already"
    );
}

#[tokio::test]
async fn signing_out_by_header_sets_no_cookies() {
    let server = Server::start().await;
    let ana = server.ana("header").await;
    shown(
        "sign_out_header",
        &bearer(server.post("/auth/signout"), ana.access())
            .send()
            .await,
    );
}

#[tokio::test]
async fn signing_out_needs_a_session_and_clears_nothing_without() {
    let server = Server::start().await;
    shown(
        "sign_out_without_session",
        &server.post("/auth/signout").send().await,
    );
    let ana = server.ana("header").await;
    server.clock.advance(3_600_001);
    let expired = bearer(server.post("/auth/signout"), ana.access())
        .send()
        .await;
    assert_eq!(expired.brief(), r#"401 {"message":"try refresh token"}"#);
    assert!(!expired.has_session_headers());
}

#[tokio::test]
async fn rid_and_version_never_change_what_a_refresh_answers() {
    let server = Server::start().await;
    for (rid, version) in [
        ("emailpassword", "9.9"),
        ("foo", "banana"),
        ("session", "1.16"),
    ] {
        let ask = server.post("/auth/session/refresh").header("rid", rid);
        assert_eq!(ask.header("fdi-version", version).send().await.status, 401);
    }
}

#[tokio::test]
async fn the_front_token_is_the_payload_of_the_access_token() {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    let server = Server::start().await;
    let ana = server.ana("header").await;
    let front = STANDARD.decode(ana.header("front-token").expect("it is there"));
    let front: Value = serde_json::from_slice(&front.expect("it is base64")).expect("it is JSON");
    let payload = ana
        .access()
        .split('.')
        .nth(1)
        .expect("a JWT has three parts");
    let payload = URL_SAFE_NO_PAD.decode(payload).expect("it is base64url");
    let payload: Value = serde_json::from_slice(&payload).expect("it is JSON");
    assert_eq!(front["up"], payload);
    assert_eq!(front["uid"], payload["sub"]);
    assert_eq!(
        front["ate"],
        payload["exp"].as_i64().expect("a number") * 1000
    );
    assert_eq!(payload["iss"], "http://localhost:3001/auth");
    assert_eq!(payload["tId"], "public");
}
