//! What is answered and what is not; CORS; Cache-Control.

mod common;

use auth_server::Config;
use common::{Ask, Server, form, shown};
use http::{HeaderName, Method};

const NEVER_STORE: Option<&str> = Some("no-cache, no-store, max-age=0, must-revalidate");

/// A preflight for a JSON request.
fn preflight<'a>(server: &'a Server, path: &str, origin: &str) -> Ask<'a> {
    server
        .ask(Method::OPTIONS, path)
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header(
            "access-control-request-headers",
            "content-type,rid,fdi-version,st-auth-mode",
        )
}

#[tokio::test]
async fn other_paths_methods_cases_and_tenants_are_not_found() {
    let server = Server::start().await;
    shown("not_found", &server.get("/auth/nope").send().await);
    let body = form("a@ex.co", "passw0rd");
    for path in [
        "/AUTH/signin",
        "/auth/Signin",
        "/auth/t_1/signin",
        "/auth/t1/signin",
        "/authx/signin",
        "//auth/signin",
        "/auth%2fsignin",
        "/auth/%73ignin",
        "/auth/signin;x",
        "/auth/public%2Fsignin",
        "/auth/%2e/signin",
        "/auth/x/%2e%2e/signin",
        "/auth/public/public/signin",
        "/auth//signin",
        "/auth/signin///",
        "/nowhere",
    ] {
        let answer = server.post(path).json(&body).await;
        assert_eq!(answer.brief(), "404 Not found", "{path}");
        assert_eq!(
            answer.header("content-type"),
            Some("text/plain;charset=UTF-8")
        );
    }
    for method in [
        Method::GET,
        Method::HEAD,
        Method::PUT,
        Method::OPTIONS,
        Method::DELETE,
    ] {
        let answer = server
            .ask(method.clone(), "/auth/session/refresh")
            .send()
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("allow")),
            (404, None),
            "{method}"
        );
    }
    assert_eq!(
        server
            .ask(Method::HEAD, "/auth/jwt/jwks.json")
            .send()
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn trailing_slashes_dots_the_tenant_public_and_a_foreign_rid_do_not_matter() {
    let server = Server::start().await;
    let body = form("a@ex.co", "passw0rd");
    for path in [
        "/auth/signin/",
        "/auth/signin//",
        "/auth/./signin",
        "/auth/x/../signin",
        "/../auth/signin",
        "/auth/public/signin",
        "/auth/public/signin/?x=1",
        "/auth/signin?rid=x",
    ] {
        let answer = server.post(path).header("rid", "session").json(&body).await;
        assert_eq!(answer.json()["status"], "WRONG_CREDENTIALS_ERROR", "{path}");
    }
    assert_eq!(
        server
            .post("/auth/public/session/refresh/")
            .send()
            .await
            .status,
        401
    );
    assert_eq!(
        server.get("/auth/public/jwt/jwks.json").send().await.status,
        200
    );
}

#[tokio::test]
async fn everything_under_the_base_path_forbids_to_store_it() {
    let server = Server::start().await;
    let found = [
        server.ana("header").await,
        server.post("/auth/session/refresh").send().await,
        server.post("/auth/signup").text("not json").await,
        server.post("/auth/signin").json(&form("x", "")).await,
        server.post("/auth/signup").text(&"x".repeat(200_000)).await,
        server.post("/auth/signout").send().await,
        server.get("/auth").send().await,
        server.get("/auth/").send().await,
        server.get("/auth/nope").send().await,
        server.get("/auth/signin").send().await,
        server.get("/auth/t_1/jwt/jwks.json").send().await,
        server.ask(Method::HEAD, "/auth/jwt/jwks.json").send().await,
        server.ask(Method::OPTIONS, "/auth/signin").send().await,
        preflight(&server, "/auth/nope", "http://evil.test")
            .send()
            .await,
        preflight(&server, "/auth/jwt/jwks.json", "http://localhost:3000")
            .send()
            .await,
        preflight(&server, "/auth/signin", "http://localhost:3000")
            .send()
            .await,
        server
            .get("/auth/.well-known/openid-configuration")
            .send()
            .await,
    ];
    for answer in found {
        assert_eq!(answer.header("cache-control"), NEVER_STORE, "{answer}");
    }
    assert_eq!(
        server.get("/nowhere").send().await.header("cache-control"),
        None
    );
}

#[tokio::test]
async fn the_website_may_ask_with_credentials() {
    let server = Server::start().await;
    shown(
        "preflight",
        &preflight(&server, "/auth/signin", "http://localhost:3000")
            .send()
            .await,
    );
    let ask = server
        .post("/auth/signin")
        .header("origin", "http://localhost:3000");
    let answer = ask.json(&form("a@ex.co", "passw0rd")).await;
    shown("cross_origin", &answer);
}

#[tokio::test]
async fn headers_of_the_settings_may_be_sent_beside_those_of_the_protocol() {
    let server = Server::start_with(|config| {
        config.allowed_headers = ["traceparent", "x-captcha", "rid"]
            .map(HeaderName::from_static)
            .into();
    })
    .await;
    let answer = preflight(&server, "/auth/signin", "http://localhost:3000");
    let answer = answer.send().await;
    assert_eq!(
        answer.header("access-control-allow-headers"),
        Some(
            "content-type,rid,fdi-version,anti-csrf,authorization,st-auth-mode,traceparent,x-captcha"
        )
    );
}

#[test]
fn a_setting_that_is_no_header_is_named() {
    let read = |value: &'static str| {
        Config::read(&auth_server::APP_INFO, move |name| {
            (name == "AUTH_ALLOWED_HEADERS").then(|| value.to_owned())
        })
    };
    let config = read(" Traceparent,x-captcha").expect("it is right");
    let last = auth_server::allowed_headers(&config).split_off(6);
    assert_eq!(last, ["traceparent", "x-captcha"]);
    for wrong in ["*", "a b", "a,,b", "x:"] {
        let errors = read(wrong).expect_err(wrong).to_string();
        assert!(errors.contains("AUTH_ALLOWED_HEADERS"), "{errors}");
    }
}

#[tokio::test]
async fn the_website_can_read_refusals_too_and_caches_tell_origins_apart() {
    let server = Server::start().await;
    let website = "http://localhost:3000";
    for (ask, status) in [
        (server.post("/auth/session/refresh"), 401),
        (server.post("/auth/signup"), 400),
        (server.get("/auth/nope"), 404),
        (server.get("/auth/signin"), 404),
    ] {
        let answer = ask.header("origin", website).send().await;
        assert_eq!(answer.status, status);
        let allowed = answer.header("access-control-allow-origin");
        assert_eq!(allowed, Some(website), "{answer}");
        assert_eq!(
            answer.header("access-control-allow-credentials"),
            Some("true")
        );
        assert_eq!(answer.header("vary"), Some("origin"));
    }
}

#[tokio::test]
async fn other_origins_may_not() {
    let server = Server::start().await;
    for origin in [
        "http://localhost:3001",
        "https://localhost:3000",
        "http://evil.test",
        "null",
    ] {
        let answer = preflight(&server, "/auth/signin", origin).send().await;
        assert_eq!(
            answer.header("access-control-allow-origin"),
            None,
            "{origin}"
        );
    }
}

#[tokio::test]
async fn only_a_preflight_is_answered_to_options() {
    let server = Server::start().await;
    let ask = server
        .ask(Method::OPTIONS, "/auth/signin")
        .header("origin", "http://localhost:3000");
    assert_eq!(ask.send().await.brief(), "404 Not found");
}
