//! An application with its own API beside the auth APIs.
//!
//! `cargo run --example app`, then open the website; or try `GET /hello` and `GET /sessioninfo`.

use auth_server::{Auth, AuthContext, Config, NoCustom, Session};
use axum::routing::{get, post};
use axum::{Router, body::Body, response::Response};
use http::header::CONTENT_TYPE;
use serde_json::json;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().init();
    let config = Config::from_env(&auth_server::APP_INFO)?;
    let listener = TcpListener::bind(config.listen).await?;
    let auth = Auth::open(config).await?;
    axum::serve(listener, app(auth)).await?;
    Ok(())
}

/// The application's routes with the auth APIs in front of them.
fn app(auth: Auth) -> Router {
    Router::new()
        .route("/hello", get(hello))
        .route("/sessioninfo", get(session_info))
        .route("/leave", post(leave))
        // The website calls these routes too, from another origin.
        .layer(auth_server::cors(auth.app_info()))
        .layer(auth_server::layer(auth, None::<NoCustom>))
}

/// Anybody may come; whoever is signed in is called by their id.
async fn hello(session: Option<Session>) -> String {
    session.map_or_else(
        || "Hello!".to_owned(),
        |session| format!("Hello, {}!", session.user_id),
    )
}

/// Without a session this answers 401, and the browser library refreshes and asks again.
async fn session_info(session: Session) -> Response {
    let info = json!({
        "sessionHandle": session.handle,
        "userId": session.user_id,
        "accessTokenPayload": session.claims,
    });
    let mut response = Response::new(Body::from(info.to_string()));
    response.headers_mut().insert(
        CONTENT_TYPE,
        http::HeaderValue::from_static("application/json"),
    );
    response
}

/// Ends the session from within the application.
async fn leave(session: Session, context: AuthContext) -> &'static str {
    match context.revoke_session(&session).await {
        Ok(()) => "Bye!",
        Err(_) => "Something went wrong; you are still signed in.",
    }
}
