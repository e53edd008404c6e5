//! Scenarios 42, 44, 45 and 48: which requests belong to the auth APIs.

use http::Method;

use crate::app::{app, is_served, login, refresh, start};
use crate::common::Server;

#[tokio::test]
async fn s42_the_path_of_a_gateway_stands_in_cookies_and_in_the_issuer() {
    let change = |config: &mut auth_server::Config| {
        config.app_info.api_gateway_path = "/gw".to_owned();
    };
    let server = Server::start_app(change, app).await;
    let ana = login(&server, "cookie").await;
    let mut lines = ana.cookie_lines().into_iter();
    let line = lines
        .find(|line| line.starts_with("sRefreshToken="))
        .expect("it is set");
    assert!(line.contains("; Path=/gw/auth/session/refresh;"), "{line}");
    let issuer = "http://localhost:3001/gw/auth";
    if is_served("openid.discovery") {
        let ask = server.get("/auth/.well-known/openid-configuration");
        let discovery = ask.send().await.json();
        assert_eq!(discovery["issuer"], issuer);
        assert_eq!(discovery["jwks_uri"], format!("{issuer}/jwt/jwks.json"));
    }
    assert_eq!(ana.front_token()["up"]["iss"], issuer);
    // The gateway takes its path away before requests come.
    assert_eq!(refresh(&server, &ana).send().await.brief(), "200 {}");
    let with_path = server.post("/gw/auth/session/refresh").send().await;
    assert_eq!(with_path.status, 404);
}

#[tokio::test]
async fn s44_other_paths_methods_cases_and_tenants_are_not_found() {
    let server = Server::start().await;
    for (method, path) in [
        (Method::POST, "/auth/nope"),
        (Method::GET, "/auth/session/refresh"),
        (Method::POST, "/AUTH/session/refresh"),
        (Method::POST, "/auth/t_1/session/refresh"),
    ] {
        let answer = server.ask(method, path).send().await;
        assert_eq!(answer.brief(), "404 Not found", "{path}");
        assert!(!answer.has_session_headers());
    }
}

#[tokio::test]
async fn s45_tenant_and_trailing_slash_do_not_matter_to_a_refresh() {
    let server = start().await;
    let ana = login(&server, "cookie").await;
    let ask = server.post("/auth/t1/session/refresh/");
    let answer = ask.header("cookie", &ana.as_cookies()).send().await;
    assert_eq!(answer.brief(), "200 {}");
    assert_eq!(answer.front_token()["up"]["tId"], "public");
}

#[tokio::test]
async fn s48_the_website_may_ask_with_credentials() {
    let server = start().await;
    let answer = server
        .ask(Method::OPTIONS, "/auth/session/refresh")
        .header("origin", "http://localhost:3000")
        .header("access-control-request-method", "POST")
        .header(
            "access-control-request-headers",
            "rid,fdi-version,st-auth-mode",
        )
        .send()
        .await;
    assert_eq!(
        answer.header("access-control-allow-headers"),
        Some("content-type,rid,fdi-version,anti-csrf,authorization,st-auth-mode")
    );
    assert_eq!(
        answer.header("access-control-allow-methods"),
        Some("GET,HEAD,PUT,PATCH,POST,DELETE")
    );
    assert_eq!(
        answer.header("access-control-allow-credentials"),
        Some("true")
    );
    assert_eq!(
        answer.header("access-control-allow-origin"),
        Some("http://localhost:3000")
    );
}
