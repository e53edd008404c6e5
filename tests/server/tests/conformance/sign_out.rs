//! Scenarios 25 to 28 and 31: signing out.

use crate::app::{
    TRY_REFRESH, UNAUTHORISED, app, by_cookie, by_header, handle, login, my_bool, refresh, start,
};
use crate::common::{Server, shown};

#[tokio::test]
async fn s25_signing_out_by_cookie_clears_the_cookies_and_ends_the_session() {
    let server = start().await;
    let ana = login(&server, "cookie").await;
    let answer = by_cookie(server.post("/auth/signout"), &ana).send().await;
    shown("sign_out_cookie", &answer);
    assert_eq!(answer.brief(), r#"200 {"status":"OK"}"#);
    assert!(answer.clears_cookies() && answer.cookie_lines().len() == 2);
    assert_eq!(answer.header("front-token"), Some("remove"));
    assert_eq!(
        answer.header("access-control-expose-headers"),
        Some("front-token")
    );
    assert_eq!(answer.header("st-access-token"), None);
    assert_eq!(answer.header("st-refresh-token"), None);
    let refreshed = refresh(&server, &ana).send().await;
    assert!(refreshed.is_end_of_session("unauthorised"), "{refreshed}");
}

#[tokio::test]
async fn s26_signing_out_by_header_clears_the_headers() {
    let server = start().await;
    let ana = login(&server, "header").await;
    let ask = by_header(server.post("/auth/signout"), ana.access());
    let answer = ask.send().await;
    shown("sign_out_header", &answer);
    assert_eq!(answer.brief(), r#"200 {"status":"OK"}"#);
    assert_eq!(answer.header("st-access-token"), Some(""));
    assert_eq!(answer.header("st-refresh-token"), Some(""));
    assert_eq!(answer.header("front-token"), Some("remove"));
    assert!(answer.cookie_lines().is_empty());
}

#[tokio::test]
async fn s27_signing_out_of_a_session_that_is_gone_clears_the_tokens_too() {
    let server = start().await;
    let ana = login(&server, "cookie").await;
    let revoked = server.auth.sessions().revoke_by_handle(&handle(&ana)).await;
    assert!(revoked.expect("the store works"));
    let answer = by_cookie(server.post("/auth/signout"), &ana).send().await;
    assert_eq!(answer.brief(), r#"200 {"status":"OK"}"#);
    assert!(answer.clears_cookies());
    assert_eq!(answer.header("front-token"), Some("remove"));
}

#[tokio::test]
async fn s28_signing_out_without_a_token_clears_nothing() {
    let server = start().await;
    let answer = server.post("/auth/signout").send().await;
    shown("sign_out_without_session", &answer);
    assert_eq!(answer.brief(), UNAUTHORISED);
    assert!(!answer.has_session_headers());
    // A refresh token is no access token.
    let token = login(&server, "cookie").await.cookie("sRefreshToken");
    let cookie = format!("sRefreshToken={}", token.expect("it is set"));
    let ask = server.post("/auth/signout").header("cookie", &cookie);
    let answer = ask.send().await;
    assert_eq!(answer.brief(), UNAUTHORISED);
    assert!(!answer.has_session_headers());
}

#[tokio::test]
async fn s31_whose_claims_are_refused_may_sign_out() {
    let build =
        |builder: auth_server::auth::AuthBuilder| builder.claim_validator(my_bool(false).is_true());
    let server = Server::start_built(|_| {}, build, app).await;
    let ana = login(&server, "cookie").await;
    let refused = by_cookie(server.get("/required"), &ana).send().await;
    assert_eq!(refused.brief(), format!("403 {}", crate::claims::INVALID));
    let answer = by_cookie(server.post("/auth/signout"), &ana).send().await;
    assert_eq!(answer.brief(), r#"200 {"status":"OK"}"#);
}

/// docs/protocol.md#sign-out: cross-site, a form cannot sign a user out.
#[tokio::test]
async fn signing_out_is_checked_against_forged_requests() {
    let change = |config: &mut auth_server::Config| {
        let mode = auth_server::session::AntiCsrf::ViaCustomHeader;
        config.session.anti_csrf = Some(mode);
    };
    let server = Server::start_app(change, app).await;
    let ana = login(&server, "cookie").await;
    let without = by_cookie(server.post("/auth/signout"), &ana).send().await;
    assert_eq!(without.brief(), TRY_REFRESH);
    assert!(!without.has_session_headers());
    let with = by_cookie(server.post("/auth/signout"), &ana).header("rid", "session");
    assert_eq!(with.send().await.brief(), r#"200 {"status":"OK"}"#);
}
