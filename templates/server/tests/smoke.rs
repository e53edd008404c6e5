//! Every mounted route answers: a request to each gets neither 404 nor a server error.

use auth_server::Endpoints;
use auth_server::api::OPERATIONS;
use auth_server::testing::TestServer;
use auth_server::web::{Handler, Scope};
use axum::http::StatusCode;
use serde_json::json;

#[tokio::test]
async fn every_mounted_route_answers() {
    let server = TestServer::start(|auth| auth_server::router(auth, Endpoints::new())).await;
    let base = &server.auth().app_info().api_base_path;
    for operation in OPERATIONS {
        // An operation of the application's own is mounted with its group.
        if matches!(operation.handler, Handler::Custom { .. }) {
            continue;
        }
        let route = &operation.route;
        let path = match route.scope {
            Scope::Base => format!("{base}{}", route.path),
            Scope::Root => route.path.to_owned(),
        };
        let body = json!({});
        let answer = server
            .send(route.method.clone(), &path, None, Some(&body))
            .await;
        assert!(
            answer.status != StatusCode::NOT_FOUND && !answer.status.is_server_error(),
            "{} {path} ({}): {}",
            route.method,
            route.id,
            answer.status,
        );
    }
}
