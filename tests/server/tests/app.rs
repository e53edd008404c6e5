//! The layer around an application, and the session as an argument of its handlers.

mod common;

use auth_server::{Auth, AuthContext, Endpoints, Session};
use axum::Router;
use axum::routing::{any, get, post};
use common::{Exchange, Server, form, shown};
use http::Method;

async fn required(session: Session) -> String {
    session.user_id.clone()
}

async fn optional(session: Option<Session>) -> String {
    session.map_or_else(|| "nobody".to_owned(), |session| session.user_id.clone())
}

async fn leave(session: Session, context: AuthContext) -> &'static str {
    context
        .revoke_session(&session)
        .await
        .map_or("failed", |()| "bye")
}

fn app(auth: Auth) -> Router {
    Router::new()
        .route("/required", get(required))
        .route("/optional", any(optional))
        .route("/leave", post(leave))
        .route(
            "/auth/own",
            get(|| async { "an application's route under the base path" }),
        )
        .layer(auth_server::layer(auth, Endpoints::new()))
}

async fn start() -> Server {
    Server::start_app(|_| {}, app).await
}

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
async fn what_the_application_does_to_the_session_is_put_on_its_answer() {
    let server = start().await;
    let ana = server.ana("cookie").await;
    let cookie = ana.as_cookies();
    shown(
        "app_revokes",
        &server.post("/leave").header("cookie", &cookie).send().await,
    );
}

#[tokio::test]
async fn a_route_without_the_layer_says_so() {
    let server = Server::start_app(|_| {}, |_| Router::new().route("/x", get(required))).await;
    let expected = "500 This route asks for a session, but the layer of the auth server does not stand around it";
    assert_eq!(server.get("/x").send().await.brief(), expected);
}

#[tokio::test]
async fn a_session_that_is_signed_in_over_another_replaces_it_on_the_client() {
    let server = start().await;
    let first = server.ana("cookie").await;
    let answer = server
        .post("/auth/signin")
        .header("cookie", &first.as_cookies())
        .header("st-auth-mode", "header")
        .json(&form("ana@ex.co", "passw0rd"))
        .await;
    assert!(answer.clears_cookies(), "{answer}");
    let handle = |answer: &Exchange| answer.front_token()["up"]["sessionHandle"].clone();
    assert_ne!(handle(&answer), handle(&first), "no session is adopted");
}

#[tokio::test]
async fn what_is_no_token_is_never_an_error_of_the_server() {
    let server = start().await;
    let long = format!("Bearer {}", "a.".repeat(10_000));
    for value in [
        "Bearer",
        "Bearer ",
        "Bearer ..",
        "Bearer \u{7f}",
        "Basic x",
        &long,
    ] {
        let Ok(header) = http::HeaderValue::from_str(value) else {
            continue;
        };
        let header = header.to_str().unwrap_or_default().to_owned();
        for (method, path) in [
            (Method::GET, "/required"),
            (Method::POST, "/auth/session/refresh"),
            (Method::POST, "/auth/signout"),
        ] {
            let ask = server.ask(method, path).header("authorization", &header);
            assert_eq!(ask.send().await.status, 401, "{value} at {path}");
        }
    }
}
