//! `POST /session/refresh` and `POST /signout`.

mod common;

use auth_server::session::AntiCsrf;
use common::{Ask, Exchange, Server, app_info, shown};
use serde_json::Value;

fn bearer<'a>(ask: Ask<'a>, token: &str) -> Ask<'a> {
    ask.header("authorization", &format!("Bearer {token}"))
}

async fn refresh(server: &Server, token: &str) -> Exchange {
    bearer(server.post("/auth/session/refresh"), token)
        .send()
        .await
}

#[tokio::test]
async fn a_refresh_by_cookie_sets_both_cookies() {
    let server = Server::start().await;
    let ana = server.ana("cookie").await;
    server.clock.advance(60_000);
    let ask = server
        .post("/auth/session/refresh")
        .header("cookie", &ana.as_cookies());
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
    let cookies = ana.as_cookies();
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
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let server = Server::start().await;
    let ana = server.ana("header").await;
    let front = ana.front_token();
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

/// A refresh with these cookies.
fn by_cookies<'a>(server: &'a Server, cookies: &str) -> Ask<'a> {
    server
        .post("/auth/session/refresh")
        .header("cookie", cookies)
}

#[tokio::test]
async fn a_refresh_token_in_the_header_beats_the_cookie_which_is_cleared() {
    let server = Server::start().await;
    let by_header = server.ana("header").await;
    let sign_in = server
        .post("/auth/signin")
        .header("st-auth-mode", "cookie")
        .json(&common::form("ana@ex.co", "passw0rd"))
        .await;
    let ask = bearer(
        by_cookies(&server, &sign_in.as_cookies()),
        by_header.refresh(),
    );
    let answer = ask.send().await;
    assert_eq!(answer.brief(), "200 {}");
    assert!(answer.clears_cookies());
    assert_eq!(answer.cookie_lines().len(), 2);
    assert_eq!(
        answer.front_token()["up"]["sessionHandle"],
        by_header.front_token()["up"]["sessionHandle"]
    );
    assert!(!answer.refresh().is_empty() && !answer.access().is_empty());
}

#[tokio::test]
async fn a_foreign_bearer_does_not_hide_the_refresh_cookie() {
    let server = Server::start().await;
    let ana = server.ana("cookie").await;
    let answer = bearer(by_cookies(&server, &ana.as_cookies()), "x")
        .send()
        .await;
    assert_eq!(answer.brief(), "200 {}");
    assert!(
        answer
            .cookie("sRefreshToken")
            .is_some_and(|token| !token.is_empty())
    );
}

#[tokio::test]
async fn two_refreshes_at_the_same_moment_get_the_same_successor() {
    let server = Server::start().await;
    let ana = server.ana("header").await;
    let (one, two) = tokio::join!(
        refresh(&server, ana.refresh()),
        refresh(&server, ana.refresh())
    );
    assert_eq!(
        (one.brief(), two.brief()),
        ("200 {}".to_owned(), "200 {}".to_owned())
    );
    assert_eq!(one.refresh(), two.refresh());
    server.clock.advance(31_000);
    let next = refresh(&server, one.refresh()).await;
    assert_eq!(next.brief(), "200 {}");
    assert_eq!(refresh(&server, next.refresh()).await.brief(), "200 {}");
}

#[tokio::test]
async fn with_anti_csrf_tokens_a_refresh_needs_one_and_gets_a_new_one() {
    let server = Server::start_with(|config| {
        config.session.anti_csrf = Some(AntiCsrf::ViaToken);
    })
    .await;
    let ana = server.ana("cookie").await;
    let token = ana.header("anti-csrf").expect("it is sent");
    assert_eq!(ana.front_token()["up"]["antiCsrfToken"], token);
    let without = by_cookies(&server, &ana.as_cookies()).send().await;
    assert!(without.is_end_of_session("unauthorised"), "{without}");
    assert_eq!(without.header("anti-csrf"), None);
    let with = by_cookies(&server, &ana.as_cookies()).header("anti-csrf", token);
    let with = with.send().await;
    assert_eq!(with.brief(), "200 {}");
    assert_ne!(with.header("anti-csrf").expect("it is sent"), token);
    assert_eq!(
        with.header("access-control-expose-headers"),
        Some("front-token, anti-csrf")
    );
}

#[tokio::test]
async fn between_sites_cookies_are_secure_and_a_refresh_needs_a_custom_header() {
    let server = Server::start_with(|config| {
        config.app_info = app_info("https://api.example.com", "https://other.org");
    })
    .await;
    let ana = server.ana("cookie").await;
    for line in ana.cookie_lines() {
        assert!(
            line.ends_with("; HttpOnly; Secure; SameSite=None"),
            "{line}"
        );
    }
    let without = by_cookies(&server, &ana.as_cookies()).send().await;
    assert!(without.is_end_of_session("unauthorised"), "{without}");
    let with = by_cookies(&server, &ana.as_cookies()).header("rid", "session");
    assert_eq!(with.send().await.brief(), "200 {}");
}

#[tokio::test]
async fn a_cookie_that_comes_twice_is_cleared_for_the_older_domain_if_that_is_known() {
    let twice = "sAccessToken=a; sAccessToken=b; sRefreshToken=c";
    let server = Server::start().await;
    let unknown = by_cookies(&server, twice).send().await;
    assert_eq!(unknown.status, 500);
    assert!(
        unknown
            .body
            .starts_with("The request contains multiple session cookies. This may")
    );
    assert!(!unknown.has_session_headers());

    let server = Server::start_with(|config| {
        config.session.older_cookie_domain = Some(".example.com".to_owned());
    })
    .await;
    let known = by_cookies(&server, twice).send().await;
    let text = "The request contains multiple session cookies. We are clearing the cookie from \
                olderCookieDomain. Session will be refreshed in the next refresh call.";
    assert_eq!(known.brief(), format!(r#"200 {{"message":"{text}"}}"#));
    let line = "sAccessToken=; Domain=.example.com; Path=/; \
                Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax";
    assert_eq!(known.cookie_lines(), [line]);
    assert_eq!(known.header("front-token"), None);
}

#[tokio::test]
async fn the_cookie_of_old_servers_is_cleared_by_a_refresh() {
    let server = Server::start().await;
    let ana = server.ana("cookie").await;
    let cookies = format!("{}; sIdRefreshToken=x", ana.as_cookies());
    let answer = by_cookies(&server, &cookies).send().await;
    assert_eq!(answer.brief(), "200 {}");
    let line =
        "sIdRefreshToken=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax";
    assert!(answer.cookie_lines().contains(&line), "{answer}");
}

#[tokio::test]
async fn a_truncated_or_changed_refresh_token_is_worth_nothing_and_does_no_harm() {
    let server = Server::start().await;
    let ana = server.ana("header").await;
    let token = ana.refresh();
    let changed = if token.ends_with('A') { "B" } else { "A" };
    let changed = format!("{}{changed}", &token[..token.len() - 1]);
    for wrong in [&token[..token.len() - 1], &changed, &token[1..], "x"] {
        let answer = refresh(&server, wrong).await;
        assert!(
            answer.is_end_of_session("unauthorised"),
            "{wrong}: {answer}"
        );
    }
    assert_eq!(refresh(&server, token).await.brief(), "200 {}");
}
