//! The layer around an application, and the session as an argument of its handlers.

mod common;

use auth_server::{Auth, AuthContext, NoCustom, Session};
use axum::Router;
use axum::routing::{any, get, post};
use common::{Exchange, Server, shown};
use http::Method;

async fn required(session: Session) -> String {
    session.user_id
}

async fn optional(session: Option<Session>) -> String {
    session.map_or_else(|| "nobody".to_owned(), |session| session.user_id)
}

async fn leave(session: Session, context: AuthContext) -> &'static str {
    context
        .revoke_session(&session)
        .await
        .map_or("failed", |()| "bye")
}

fn app(auth: Auth) -> Router {
    Router::new()
        .route("/required", get(required).post(required))
        .route("/optional", any(optional))
        .route("/any", any(required))
        .route("/leave", post(leave))
        .route(
            "/auth/own",
            get(|| async { "an application's route under the base path" }),
        )
        .layer(auth_server::layer(auth, None::<NoCustom>))
}

async fn start() -> Server {
    Server::start_app(|_| {}, app).await
}

fn bearer(ana: &Exchange) -> String {
    format!("Bearer {}", ana.access())
}

const UNAUTHORISED: &str = r#"401 {"message":"unauthorised"}"#;
const TRY_REFRESH: &str = r#"401 {"message":"try refresh token"}"#;

#[tokio::test]
async fn the_layer_answers_auth_paths_and_lets_all_others_through() {
    let server = start().await;
    assert_eq!(server.ana("header").await.json()["status"], "OK");
    assert_eq!(server.get("/optional").send().await.brief(), "200 nobody");
    assert!(
        server
            .get("/auth/own")
            .send()
            .await
            .body
            .starts_with("an application's")
    );
    assert_eq!(server.get("/nowhere").send().await.status, 404);
    assert_eq!(server.get("/auth/nope").send().await.status, 404);
}

#[tokio::test]
async fn without_a_session_the_required_one_is_refused_and_the_optional_one_is_none() {
    let server = start().await;
    shown("app_unauthorised", &server.get("/required").send().await);
    let foreign = [
        ("cookie", "sAccessToken=abc"),
        ("authorization", "Bearer x.y.z"),
    ];
    for (name, value) in foreign {
        let refused = server.get("/required").header(name, value).send().await;
        assert_eq!(refused.brief(), UNAUTHORISED, "{value}");
        assert!(!refused.has_session_headers());
        let none = server.get("/optional").header(name, value).send().await;
        assert_eq!(none.brief(), "200 nobody", "{value}");
    }
}

#[tokio::test]
async fn a_valid_session_leaves_no_trace_on_the_answer() {
    let server = start().await;
    let ana = server.ana("header").await;
    let answer = server
        .get("/required")
        .header("authorization", &bearer(&ana))
        .send()
        .await;
    assert_eq!(
        answer.body,
        ana.json()["user"]["id"].as_str().expect("a text")
    );
    assert!(!answer.has_session_headers());
    assert_eq!(answer.header("cache-control"), None);
    let lower = format!("bearer {}", ana.access());
    let refused = server
        .get("/required")
        .header("authorization", &lower)
        .send()
        .await;
    assert_eq!(refused.brief(), UNAUTHORISED);
}

#[tokio::test]
async fn an_expired_or_forged_token_is_to_be_refreshed_even_where_none_is_needed() {
    let server = start().await;
    let ana = server.ana("header").await;
    let (payload, _) = ana
        .access()
        .rsplit_once('.')
        .expect("a JWT has three parts");
    let forged = format!("Bearer {payload}.{}", "A".repeat(86));
    for path in ["/required", "/optional"] {
        let answer = server
            .get(path)
            .header("authorization", &forged)
            .send()
            .await;
        assert_eq!(answer.brief(), TRY_REFRESH);
        assert!(!answer.has_session_headers());
    }
    server.clock.advance(3_600_001);
    for path in ["/required", "/optional"] {
        let answer = server
            .get(path)
            .header("authorization", &bearer(&ana))
            .send()
            .await;
        assert_eq!(answer.brief(), TRY_REFRESH);
    }
}

#[tokio::test]
async fn a_foreign_bearer_does_not_hide_the_cookie() {
    let server = start().await;
    let ana = server.ana("cookie").await;
    let cookie = format!(
        "sAccessToken={}",
        ana.cookie("sAccessToken").expect("it is set")
    );
    let ask = server.get("/required").header("cookie", &cookie);
    assert_eq!(
        ask.header("authorization", "Bearer x.y.z")
            .send()
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn what_the_application_does_to_the_session_is_put_on_its_answer() {
    let server = start().await;
    let ana = server.ana("cookie").await;
    let cookie = format!(
        "sAccessToken={}",
        ana.cookie("sAccessToken").expect("it is set")
    );
    shown(
        "app_revokes",
        &server.post("/leave").header("cookie", &cookie).send().await,
    );
}

#[tokio::test]
async fn anti_csrf_is_checked_for_all_methods_but_get() {
    use auth_server::session::AntiCsrf;
    let change = |config: &mut auth_server::Config| {
        config.session.anti_csrf = Some(AntiCsrf::ViaCustomHeader);
    };
    let server = Server::start_app(change, app).await;
    let ana = server.ana("cookie").await;
    let cookie = format!(
        "sAccessToken={}",
        ana.cookie("sAccessToken").expect("it is set")
    );
    let ask = |method| server.ask(method, "/required").header("cookie", &cookie);
    assert_eq!(ask(Method::POST).send().await.brief(), TRY_REFRESH);
    assert_eq!(
        ask(Method::POST).header("rid", "x").send().await.status,
        200
    );
    assert_eq!(ask(Method::GET).send().await.status, 200);
}

#[tokio::test]
async fn options_is_not_checked() {
    let server = start().await;
    let answer = server.ask(Method::OPTIONS, "/optional").send().await;
    assert_eq!(answer.brief(), "200 nobody");
    assert_eq!(server.ask(Method::OPTIONS, "/any").send().await.status, 204);
}

#[tokio::test]
async fn a_route_without_the_layer_says_so() {
    let server = Server::start_app(|_| {}, |_| Router::new().route("/x", get(required))).await;
    let expected =
        "500 This route asks for a session, but auth_server::layer(..) does not stand around it";
    assert_eq!(server.get("/x").send().await.brief(), expected);
}

#[tokio::test]
async fn the_status_codes_of_sessions_are_settings() {
    let change = |config: &mut auth_server::Config| {
        config.session.session_expired_status_code = 440;
    };
    let server = Server::start_app(change, app).await;
    let answer = server.get("/required").send().await;
    assert_eq!(answer.brief(), r#"440 {"message":"unauthorised"}"#);
}
