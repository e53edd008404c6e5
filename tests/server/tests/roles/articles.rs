use std::time::Duration;

use auth_server::auth::Requirement;
use auth_server::{Auth, Endpoints, Require, Validator, VerifySession};
use axum::Router;
use axum::routing::{get, post};

/// Users who are editors. One who is no editor any more counts as one for five minutes at most.
struct Editor;

impl Requirement for Editor {
    fn validators(auth: &Auth) -> Vec<Validator> {
        vec![auth.roles().has("editor").max_age(Duration::from_secs(300))]
    }
}

/// Users who may delete articles, whichever of their roles says so.
struct MayDelete;

impl Requirement for MayDelete {
    fn validators(auth: &Auth) -> Vec<Validator> {
        vec![auth.roles().permits("article:delete")]
    }
}

/// In a handler: the session of an editor. Other users are answered 403.
async fn publish(session: Require<Editor>) -> String {
    format!("published by {}", session.user_id)
}

/// The application, for `main` and for tests.
pub fn app(auth: Auth) -> Router {
    // Around routes: what all of them demand.
    let trash = Router::new()
        .route("/trash", get(|| async { "the trash" }))
        .route("/trash/empty", post(|| async { "it is empty" }))
        .route_layer(VerifySession::default().requiring::<MayDelete>());
    Router::new()
        .route("/publish", post(publish))
        .merge(trash)
        .layer(auth_server::layer(auth, Endpoints::new()))
}

#[tokio::test]
async fn editors_publish_and_delete_nothing() {
    let server = auth_server::testing::TestServer::start(app).await;
    let roles = server.auth().roles();
    let made = roles.set("editor", ["article:write"]).await;
    made.expect("the role is stored");
    let granted = roles.grant("public", "ana", "editor").await;
    granted.expect("it is granted");
    let (ana, bea) = (server.sign_in("ana").await, server.sign_in("bea").await);

    let body = serde_json::json!({});
    let published = server.post("/publish", Some(&ana), &body).await;
    assert_eq!(published.text(), "published by ana");
    assert_eq!(server.post("/publish", Some(&bea), &body).await.status, 403);
    assert_eq!(server.post("/publish", None, &body).await.status, 401);
    assert_eq!(server.get("/trash", Some(&ana)).await.status, 403);
}
