//! The kit for the tests of an application.

use auth_server::session::SessionEventKind;
use auth_server::testing::TestServer;
use auth_server::{Endpoints, NewSessionFor, Session};
use axum::Router;
use axum::routing::get;
use http::{Method, StatusCode};
use serde_json::json;

async fn who(session: Session) -> String {
    session.user_id.clone()
}

async fn start() -> TestServer {
    TestServer::start(|auth| {
        Router::new()
            .route("/who", get(who))
            .layer(auth_server::layer(auth, Endpoints::new()))
    })
    .await
}

#[tokio::test]
async fn a_user_is_signed_in_by_one_call() {
    let server = start().await;
    let ana = server.sign_in("ana").await;
    let answer = server.get("/who", Some(&ana)).await;
    assert_eq!((answer.status, answer.text()), (StatusCode::OK, "ana"));
    let anonymous = server.get("/who", None).await;
    assert_eq!(anonymous.status, StatusCode::UNAUTHORIZED);
    let eve = server.sign_in_as(NewSessionFor::user("eve")).await;
    assert_ne!(eve.session_handle, ana.session_handle);
}

#[tokio::test]
async fn a_test_moves_the_clock_to_the_end_of_a_session() {
    let server = start().await;
    let ana = server.sign_in("ana").await;
    server.clock().advance(2 * 60 * 60 * 1000);
    let answer = server.get("/who", Some(&ana)).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.json()["message"], "try refresh token");
}

#[tokio::test]
async fn what_happens_to_sessions_is_there_to_read() {
    let server = start().await;
    let ana = server.sign_in("ana").await;
    let answer = server.post("/auth/signout", Some(&ana), &json!({})).await;
    assert_eq!(answer.status, StatusCode::OK);
    let events = server.session_events().await;
    let kinds: Vec<_> = events.iter().map(|event| event.kind).collect();
    assert_eq!(
        kinds,
        [SessionEventKind::Created, SessionEventKind::SignedOut]
    );
    assert!(events.iter().all(|event| event.user_id == "ana"));
}

#[tokio::test]
async fn mails_are_there_to_read() {
    let server = start().await;
    let form = |fields: &[(&str, &str)]| {
        let fields = fields.iter();
        let fields: Vec<_> = fields
            .map(|(id, value)| json!({ "id": id, "value": value }))
            .collect();
        json!({ "formFields": fields })
    };
    let user = form(&[
        ("email", "ana@example.com"),
        ("password", "correct horse 1"),
    ]);
    let answer = server.post("/auth/signup", None, &user).await;
    assert_eq!(answer.json()["status"], "OK");
    assert_eq!(server.mails().await, []);
    let email = form(&[("email", "ana@example.com")]);
    let path = "/auth/user/password/reset/token";
    let asked = server.send(Method::POST, path, None, Some(&email)).await;
    assert_eq!(asked.text(), r#"{"status":"OK"}"#);
    let mails = server.mails().await;
    let [mail] = mails.as_slice() else {
        panic!("{mails:?}")
    };
    assert_eq!(mail.to.as_str(), "ana@example.com");
    assert!(mail.text.contains("/auth/reset-password?token="));
}
