//! What becomes of sessions when the key that signs changes.

mod common;

use auth_server::{Auth, NoCustom, Session};
use axum::Router;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use common::{Exchange, Server};
use serde_json::Value;

const HOUR: i64 = 3_600_000;

fn app(auth: Auth) -> Router {
    Router::new()
        .route("/who", get(|session: Session| async { session.user_id }))
        .layer(auth_server::layer(auth, None::<NoCustom>))
}

async fn who(server: &Server, token: &str) -> String {
    let bearer = format!("Bearer {token}");
    let ask = server.get("/who").header("authorization", &bearer);
    ask.send().await.status.as_u16().to_string()
}

async fn refresh(server: &Server, token: &str) -> Exchange {
    let bearer = format!("Bearer {token}");
    let ask = server.post("/auth/session/refresh");
    ask.header("authorization", &bearer).send().await
}

fn kid(answer: &Exchange) -> String {
    let header = answer.access().split('.').next().expect("a JWT has parts");
    let header = URL_SAFE_NO_PAD.decode(header).expect("it is base64url");
    let header: Value = serde_json::from_slice(&header).expect("it is JSON");
    header["kid"].as_str().expect("it is text").to_owned()
}

/// Scenario 49.
#[tokio::test]
async fn tokens_of_the_other_kind_of_key_have_to_be_refreshed() {
    let server = Server::start_app(|_| {}, app).await;
    let first = server.ana("header").await;
    assert!(kid(&first).starts_with("d-"));
    let change = |config: &mut auth_server::Config| config.session.use_dynamic_signing_key = false;
    let server = server.restart(change, app).await;
    assert_eq!(who(&server, first.access()).await, "401");
    let second = refresh(&server, first.refresh()).await;
    assert_eq!(second.brief(), "200 {}");
    assert!(kid(&second).starts_with("s-"));
    assert_eq!(who(&server, second.access()).await, "200");
}

/// Scenario 53.
#[tokio::test]
async fn tokens_of_a_replaced_key_count_until_they_expire() {
    let server = Server::start_app(|_| {}, app).await;
    let first = server.ana("header").await;
    // Half an hour before the key is replaced, a token is signed with it for the last time.
    server.clock.advance(167 * HOUR + HOUR / 2);
    let last = refresh(&server, first.refresh()).await;
    assert_eq!(kid(&last), kid(&first));
    server.clock.advance(HOUR / 2 + 60_000);
    let next = refresh(&server, last.refresh()).await;
    assert_ne!(kid(&next), kid(&last));
    assert_eq!(who(&server, last.access()).await, "200");
    assert_eq!(who(&server, next.access()).await, "200");
    let keys = server.get("/auth/jwt/jwks.json").send().await.json();
    let keys = keys["keys"].as_array().expect("it is a list");
    let kids: Vec<_> = keys.iter().map(|key| &key["kid"]).collect();
    assert_eq!(kids, [kid(&next).as_str(), kid(&last).as_str()]);
    server.clock.advance(HOUR);
    assert_eq!(who(&server, last.access()).await, "401");
}
