//! Tokens that this server did not make, or not for this purpose: none of them is a session.
//!
//! The attacks are those of RFC 8725 (JSON Web Token Best Current Practices) and of advisories against
//! other servers; the attacker has a token of its own, every public key, and the source code.

#[path = "../common/mod.rs"]
mod common;
mod contents;
mod signatures;

use auth_server::crypto::keys::Algorithm;
use auth_server::{Auth, Endpoints, Session};
use axum::Router;
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use common::{Exchange, Server};
use http::Method;
use serde_json::Value;

async fn required(session: Session) -> String {
    session.user_id.clone()
}

async fn optional(session: Option<Session>) -> String {
    session.map_or_else(|| "nobody".to_owned(), |session| session.user_id.clone())
}

fn app(auth: Auth) -> Router {
    Router::new()
        .route("/required", get(required))
        .route("/optional", post(optional))
        .layer(auth_server::layer(auth, Endpoints::new()))
}

async fn start(algorithm: Algorithm) -> Server {
    Server::start_app(|config| config.session.signing_algorithm = algorithm, app).await
}

/// Presents a text wherever tokens are taken, and makes sure that it is accepted nowhere.
async fn assert_refused(server: &Server, token: &str, what: &str) {
    let cookies = format!("sAccessToken={token}; sRefreshToken={token}");
    for (name, value) in [
        ("authorization", format!("Bearer {token}")),
        ("cookie", cookies),
    ] {
        if http::HeaderValue::from_str(&value).is_err() {
            continue;
        }
        for (method, path) in [
            (Method::GET, "/required"),
            (Method::POST, "/optional"),
            (Method::POST, "/auth/session/refresh"),
            (Method::POST, "/auth/signout"),
        ] {
            let answer = server.ask(method, path).header(name, &value).send().await;
            let refused = answer.status == 401;
            let ignored = path == "/optional" && answer.brief() == "200 nobody";
            assert!(refused || ignored, "{what} as {name} at {path}: {answer}");
            let carries = |name: &str| answer.header(name).is_some_and(|token| !token.is_empty());
            assert!(
                !carries("st-access-token") && !carries("st-refresh-token"),
                "{what}"
            );
            assert!(
                answer.cookie_lines().is_empty() || answer.clears_cookies(),
                "{what}"
            );
        }
    }
}

/// Header and payload of a token.
fn decoded(token: &str) -> (Value, Value) {
    let part = |place: usize| {
        let part = token.split('.').nth(place).expect("a JWT has three parts");
        let json = URL_SAFE_NO_PAD.decode(part).expect("it is base64url");
        serde_json::from_slice(&json).expect("it is JSON")
    };
    (part(0), part(1))
}

fn bearer(answer: &Exchange) -> String {
    format!("Bearer {}", answer.access())
}
