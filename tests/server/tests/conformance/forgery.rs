//! Scenarios 34 to 37: cookies, and the defence against forged requests.

use auth_server::Config;
use auth_server::session::AntiCsrf;
use http::Method;

use crate::app::{TRY_REFRESH, by_cookie, login, refresh, start_with};
use crate::common::{Server, app_info};

fn via_token(config: &mut Config) {
    config.session.anti_csrf = Some(AntiCsrf::ViaToken);
}

async fn cross_site() -> Server {
    start_with(|config| {
        config.app_info = app_info("https://api.example.com", "https://other.org");
    })
    .await
}

#[tokio::test]
async fn s34_with_anti_csrf_tokens_all_methods_but_get_need_one() {
    let server = start_with(via_token).await;
    let ana = login(&server, "cookie").await;
    let token = ana.header("anti-csrf").expect("it is sent");
    assert_eq!(
        ana.header("access-control-expose-headers"),
        Some("front-token, anti-csrf")
    );
    assert_eq!(ana.front_token()["up"]["antiCsrfToken"], token);
    let ask = |method| by_cookie(server.ask(method, "/required"), &ana);
    let without = ask(Method::POST).send().await;
    let wrong = ask(Method::POST).header("anti-csrf", "wrong").send().await;
    for refused in [without, wrong] {
        assert_eq!(refused.brief(), TRY_REFRESH);
        assert!(!refused.has_session_headers());
    }
    let right = ask(Method::POST).header("anti-csrf", token).send().await;
    assert_eq!(right.brief(), "200 ana");
    assert_eq!(ask(Method::GET).send().await.brief(), "200 ana");
}

#[tokio::test]
async fn s35_with_anti_csrf_tokens_a_refresh_needs_one_and_gets_a_new_one() {
    let server = start_with(via_token).await;
    let ana = login(&server, "cookie").await;
    let token = ana.header("anti-csrf").expect("it is sent");
    let without = refresh(&server, &ana).send().await;
    assert!(without.is_end_of_session("unauthorised"), "{without}");
    assert_eq!(without.header("anti-csrf"), None);
    let with = refresh(&server, &ana)
        .header("anti-csrf", token)
        .send()
        .await;
    assert_eq!(with.brief(), "200 {}");
    let new = with.header("anti-csrf").expect("it is sent");
    assert_ne!(new, token);
    assert_eq!(with.front_token()["up"]["antiCsrfToken"], new);
    assert_eq!(
        with.header("access-control-expose-headers"),
        Some("front-token, anti-csrf")
    );
    // In header mode there is nothing to forge, and no such token.
    let header = login(&server, "header").await;
    assert_eq!(header.header("anti-csrf"), None);
    assert!(header.front_token()["up"]["antiCsrfToken"].is_null());
}

#[tokio::test]
async fn s36_between_sites_cookies_are_secure_and_go_everywhere() {
    let ana = login(&cross_site().await, "cookie").await;
    let lines = ana.cookie_lines();
    assert_eq!(lines.len(), 2);
    for line in lines {
        assert!(
            line.ends_with("; HttpOnly; Secure; SameSite=None"),
            "{line}"
        );
    }
}

#[tokio::test]
async fn s37_between_sites_a_custom_header_is_the_defence() {
    let server = cross_site().await;
    let ana = login(&server, "cookie").await;
    let ask = |method| by_cookie(server.ask(method, "/required"), &ana);
    let without = ask(Method::POST).send().await;
    assert_eq!(without.brief(), TRY_REFRESH);
    assert!(!without.has_session_headers());
    for rid in ["x", "anti-csrf"] {
        let with = ask(Method::POST).header("rid", rid).send().await;
        assert_eq!(with.brief(), "200 ana", "{rid}");
    }
    assert_eq!(ask(Method::GET).send().await.brief(), "200 ana");
    let without = refresh(&server, &ana).send().await;
    assert!(without.is_end_of_session("unauthorised"), "{without}");
    let with = refresh(&server, &ana).header("rid", "session").send().await;
    assert_eq!(with.brief(), "200 {}");
}
