//! The application that is served: one route, without auth, with the layer around it, or protected.

use auth_server::{Auth, Config, Endpoints, Session};
use axum::{Router, routing::get};
use tokio::net::TcpListener;

/// As long as the id of a user, so that all answers are of one length.
pub(crate) const ANY_USER: &str = "00000000-0000-4000-8000-000000000000";

async fn any_user() -> String {
    ANY_USER.to_owned()
}

async fn who(session: Session) -> String {
    session.user_id.clone()
}

/// The routes of the application, protected or not.
pub(crate) fn routes(kind: &str) -> Router {
    match kind {
        "protected" => Router::new().route("/who", get(who)),
        _ => Router::new().route("/who", get(any_user)),
    }
}

/// Serves it until this process is killed.
#[tokio::main]
pub(crate) async fn serve(kind: &str) {
    let config = Config::from_env(&auth_server::APP_INFO).expect("settings");
    let app = if kind == "bare" {
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
