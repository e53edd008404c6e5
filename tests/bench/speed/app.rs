//! The application that is served: one route, without auth, with the layer around it, or protected; and a provider.

use auth_server::{Auth, Config, Endpoints, Session};
use axum::Router;
use axum::routing::{get, post};
use http::HeaderMap;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// As long as the id of a user, so that all answers are of one length.
pub(crate) const ANY_USER: &str = "00000000-0000-4000-8000-000000000000";

async fn any_user() -> String {
    ANY_USER.to_owned()
}

async fn who(session: Session) -> String {
    session.user_id.clone()
}

type Answer = ([(HeaderName, &'static str); 1], String);

fn as_json(value: &Value) -> Answer {
    ([(CONTENT_TYPE, "application/json")], value.to_string())
}

async fn token(body: String) -> Answer {
    let mut pairs = url::form_urlencoded::parse(body.as_bytes());
    let code = pairs.find(|(name, _)| name == "code").expect("a code").1;
    as_json(&json!({ "access_token": code, "token_type": "Bearer" }))
}

async fn user_info(headers: HeaderMap) -> Answer {
    let bearer = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let id = bearer
        .and_then(|value| value.strip_prefix("Bearer "))
        .expect("a token");
    as_json(&json!({ "sub": id, "email": format!("{id}@example.com"), "email_verified": true }))
}

/// The routes of the application, protected or not; or those of a provider.
pub(crate) fn routes(kind: &str) -> Router {
    match kind {
        "protected" => Router::new().route("/who", get(who)),
        // A provider of OAuth 2.0 for which code, access token and id of a user are one text.
        "provider" => Router::new()
            .route("/token", post(token))
            .route("/userinfo", get(user_info)),
        _ => Router::new().route("/who", get(any_user)),
    }
}

/// Serves it until this process is killed.
#[tokio::main]
pub(crate) async fn serve(kind: &str) {
    let config = Config::from_env(&auth_server::APP_INFO).expect("settings");
    let app = if matches!(kind, "bare" | "provider") {
        routes(kind)
    } else {
        let auth = Auth::open(config).await.expect("it starts");
        routes(kind).layer(auth_server::layer(auth, Endpoints::new()))
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    println!("listening on http://{address}/");
    auth_server::serve(listener, app, auth_server::shutdown_signal()).await;
}
