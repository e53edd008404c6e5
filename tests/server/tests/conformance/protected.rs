//! Scenarios 6 to 13, 24, 38, 40, 41 and 47: routes of the application that ask for a session.

use http::Method;

use crate::app::{
    TRY_REFRESH, UNAUTHORISED, by_cookie, by_header, handle, login, refresh_with, start, start_with,
};
use crate::common::shown;

/// A JWT of somebody else's.
const FOREIGN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ4In0.c2ln";

#[tokio::test]
async fn s06_without_a_token_a_route_is_refused() {
    let answer = start().await.get("/required").send().await;
    assert_eq!(answer.brief(), UNAUTHORISED);
    assert!(!answer.has_session_headers());
    shown("app_unauthorised", &answer);
}

#[tokio::test]
async fn s07_what_is_no_access_token_counts_as_none() {
    let server = start().await;
    for cookie in ["sAccessToken=abc", "sAccessToken="] {
        let answer = server
            .get("/required")
            .header("cookie", cookie)
            .send()
            .await;
        assert_eq!(answer.brief(), UNAUTHORISED, "{cookie}");
        assert!(!answer.has_session_headers());
    }
}

#[tokio::test]
async fn s08_where_no_session_is_required_what_is_no_token_does_not_matter() {
    let server = start().await;
    let ask = server.get("/optional").header("cookie", "sAccessToken=abc");
    let answer = ask.send().await;
    assert_eq!(answer.brief(), "200 nobody");
    assert!(!answer.has_session_headers());
}

#[tokio::test]
async fn s09_a_token_with_another_signature_is_to_be_refreshed() {
    let server = start().await;
    let token = login(&server, "cookie").await.cookie("sAccessToken");
    let token = token.expect("it is set");
    let (signed, _) = token.rsplit_once('.').expect("a JWT has three parts");
    let forged = format!("sAccessToken={signed}.{}", "A".repeat(86));
    for path in ["/required", "/optional"] {
        let answer = server.get(path).header("cookie", &forged).send().await;
        assert_eq!(answer.brief(), TRY_REFRESH, "{path}");
        assert!(!answer.has_session_headers());
    }
}

#[tokio::test]
async fn s10_an_expired_token_is_to_be_refreshed() {
    let server = start().await;
    let ana = login(&server, "cookie").await;
    server.clock.advance(3_600_001);
    for ask in [
        server.get("/required"),
        server.get("/optional"),
        server.post("/auth/signout"),
    ] {
        let answer = by_cookie(ask, &ana).send().await;
        assert_eq!(answer.brief(), TRY_REFRESH);
        assert!(!answer.has_session_headers(), "nothing is cleared");
    }
}

#[tokio::test]
async fn s11_a_valid_session_leaves_no_trace_on_the_answer() {
    let server = start().await;
    let ana = login(&server, "cookie").await;
    let answer = by_cookie(server.get("/required"), &ana).send().await;
    assert_eq!(answer.brief(), "200 ana");
    assert!(!answer.has_session_headers());
    assert_eq!(answer.header("access-control-expose-headers"), None);
    assert_eq!(answer.header("cache-control"), None);
}

#[tokio::test]
async fn s12_the_word_bearer_is_read_with_its_case() {
    let server = start().await;
    let ana = login(&server, "header").await;
    let ask = |scheme: &str| {
        let value = format!("{scheme} {}", ana.access());
        server.get("/required").header("authorization", &value)
    };
    assert_eq!(ask("Bearer").send().await.brief(), "200 ana");
    assert_eq!(ask("bearer").send().await.brief(), UNAUTHORISED);
}

#[tokio::test]
async fn s13_a_foreign_token_in_the_header_does_not_hide_the_cookie() {
    let server = start().await;
    let ana = login(&server, "cookie").await;
    for foreign in [FOREIGN, "x"] {
        let ask = by_header(by_cookie(server.get("/required"), &ana), foreign);
        let answer = ask.send().await;
        assert_eq!(answer.brief(), "200 ana", "{foreign}");
        assert!(!answer.has_session_headers());
    }
}

#[tokio::test]
async fn s24_a_revoked_session_ends_at_once_where_the_database_is_asked() {
    let server = start().await;
    let ana = login(&server, "cookie").await;
    let ask = |path| by_cookie(server.get(path), &ana);
    assert_eq!(ask("/strict").send().await.brief(), "200 ana");
    let revoked = server.auth.sessions().revoke_by_handle(&handle(&ana)).await;
    assert!(revoked.expect("the store works"));
    assert_eq!(ask("/required").send().await.brief(), "200 ana");
    let refused = ask("/strict").send().await;
    assert!(refused.is_end_of_session("unauthorised"), "{refused}");
}

#[tokio::test]
async fn s38_an_access_cookie_that_comes_twice_is_to_be_refreshed() {
    let server = start().await;
    let token = login(&server, "cookie").await.cookie("sAccessToken");
    let token = token.expect("it is set");
    let twice = format!("sAccessToken={token}; sAccessToken={token}");
    for path in ["/required", "/optional"] {
        let answer = server.get(path).header("cookie", &twice).send().await;
        assert_eq!(answer.brief(), TRY_REFRESH, "{path}");
        assert!(!answer.has_session_headers());
    }
}

#[tokio::test]
async fn where_no_session_is_required_an_unreadable_first_cookie_counts_as_none() {
    let server = start().await;
    let token = login(&server, "cookie").await.cookie("sAccessToken");
    let cookies = format!(
        "sAccessToken=abc; sAccessToken={}",
        token.expect("it is set")
    );
    let ask = |path| server.get(path).header("cookie", &cookies).send();
    assert_eq!(ask("/optional").await.brief(), "200 nobody");
    assert_eq!(ask("/required").await.brief(), UNAUTHORISED);
}

#[tokio::test]
async fn a_cookie_may_stand_in_quotes_and_its_name_is_compared_as_it_is() {
    let server = start().await;
    let token = login(&server, "cookie").await.cookie("sAccessToken");
    let token = token.expect("it is set");
    for (cookies, expected) in [
        (format!("sAccessToken=\"{token}\""), "200 ana"),
        (format!("%73AccessToken={token}"), UNAUTHORISED),
        (format!("sAccessToke%6E={token}"), UNAUTHORISED),
    ] {
        let answer = server.get("/required").header("cookie", &cookies).send();
        assert_eq!(answer.await.brief(), expected, "{cookies}");
    }
}

#[tokio::test]
async fn s40_the_cookie_of_old_servers_does_not_matter_and_a_refresh_clears_it() {
    let server = start().await;
    let ana = login(&server, "cookie").await;
    let cookies = format!("{}; sIdRefreshToken=x", ana.as_cookies());
    for (path, cookies, expected) in [
        ("/required", cookies.as_str(), "200 ana"),
        ("/optional", &cookies, "200 ana"),
        ("/required", "sIdRefreshToken=x", UNAUTHORISED),
        ("/optional", "sIdRefreshToken=x", "200 nobody"),
    ] {
        let answer = server.get(path).header("cookie", cookies).send().await;
        assert_eq!(answer.brief(), expected, "{path} {cookies}");
        assert!(!answer.has_session_headers());
    }
    let line =
        "sIdRefreshToken=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax";
    let answer = refresh_with(&server, &cookies).send().await;
    assert_eq!(answer.brief(), "200 {}");
    assert!(answer.cookie_lines().contains(&line), "{answer}");
    let refused = refresh_with(&server, "sIdRefreshToken=x").send().await;
    assert!(refused.is_end_of_session("unauthorised"), "{refused}");
    assert!(refused.cookie_lines().contains(&line), "{refused}");
}

#[tokio::test]
async fn s41_the_statuses_of_sessions_are_settings() {
    let server = start_with(|config| {
        config.session.session_expired_status_code = 440;
        config.session.invalid_claim_status_code = 418;
    })
    .await;
    let missing = server.get("/required").send().await;
    assert_eq!(missing.brief(), r#"440 {"message":"unauthorised"}"#);
    let ana = login(&server, "cookie").await;
    let refused = by_cookie(server.get("/is-false"), &ana).send().await;
    assert_eq!(refused.brief(), format!("418 {}", crate::claims::INVALID));
    let refused = server.post("/auth/session/refresh").send().await;
    assert_eq!(refused.brief(), r#"440 {"message":"unauthorised"}"#);
    // So is the status of what a handler answers itself.
    let revoked = server.auth.sessions().revoke_by_handle(&handle(&ana)).await;
    assert!(revoked.expect("the store works"));
    let refused = by_cookie(server.post("/merge"), &ana).text("{}").await;
    assert_eq!(refused.brief(), r#"440 {"message":"unauthorised"}"#);
}

#[tokio::test]
async fn s47_options_is_not_checked() {
    let server = start().await;
    let options = |path| server.ask(Method::OPTIONS, path).send();
    assert_eq!(options("/optional").await.brief(), "200 nobody");
    // No handler can run with the session that is not there.
    let required = options("/required").await;
    assert_eq!(required.brief(), "204 ");
    assert!(!required.has_session_headers());
    let trace = server.ask(Method::TRACE, "/optional").send().await;
    assert_eq!(trace.status, 200);
}
