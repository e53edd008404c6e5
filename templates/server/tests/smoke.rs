//! Every mounted route answers: a request to each gets neither 404 nor a server error.

use auth_server::api::OPERATIONS;
use auth_server::app_info::AppInfoInput;
use auth_server::config::Secret;
use auth_server::web::{Handler, Scope};
use auth_server::{Auth, Config, Endpoints};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use tower::ServiceExt;

/// A server of its own, whatever the environment says.
async fn start(folder: &tempfile::TempDir) -> Auth {
    let app_info = AppInfoInput {
        app_name: Some("Smoke test".to_owned()),
        api_domain: Some("http://localhost:3001".to_owned()),
        website_domain: Some("http://localhost:3000".to_owned()),
        ..AppInfoInput::default()
    };
    let mut config = Config::for_app(&app_info).expect("the settings are right");
    config.database_url = Secret::new(format!(
        "sqlite://{}",
        folder.path().join("auth.db").display()
    ));
    Auth::open(config).await.expect("the server starts")
}

#[tokio::test]
async fn every_mounted_route_answers() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let auth = start(&folder).await;
    let base = auth.app_info().api_base_path.clone();
    let app = auth_server::router(auth.clone(), Endpoints::new());
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
        let request = Request::builder()
            .method(route.method.clone())
            .uri(&path)
            .header("content-type", "application/json")
            .body(Body::from("{}"))
            .expect("it is a request");
        let answer = app.clone().oneshot(request).await.expect("it answers");
        let status = answer.status();
        assert!(
            status != StatusCode::NOT_FOUND && !status.is_server_error(),
            "{} {path} ({}): {status}",
            route.method,
            route.id,
        );
    }
    auth.close().await;
}
