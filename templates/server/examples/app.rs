//! An application with an API of its own beside the auth APIs.
//!
//! `cargo run --example app`, sign in at the website, and its scripts can call the routes below. It shows the
//! layer around an application, and the session as an argument of handlers, required or not.

use std::sync::LazyLock;

use auth_server::{
    Auth, AuthContext, Claim, ClaimValidators, Config, Endpoints, ErrorResponse, NewSessionFor,
    Session, Verdict, VerifyOptions, VerifySession, shutdown_signal,
};
use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{Response, header};
use axum::routing::{get, post};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

/// The name that a user has chosen, if they have.
static NICKNAME: LazyLock<Claim<String>> = LazyLock::new(|| Claim::set_only("nickname"));

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().init();
    let auth = Auth::open(Config::from_env(&auth_server::APP_INFO)?).await?;
    let listener = TcpListener::bind(auth.config().listen).await?;
    tracing::info!("listening on http://{}", listener.local_addr()?);
    auth_server::serve(listener, app(&auth), shutdown_signal()).await;
    auth.close().await;
    Ok(())
}

/// The application's routes, and the auth APIs in front of them.
pub(crate) fn app(auth: &Auth) -> Router {
    let nicknamed = NICKNAME.check(|nickname| match nickname {
        Some(_) => Verdict::Met,
        None => Verdict::Unmet(Some("there is no nickname".into())),
    });
    let nicknamed = VerifySession::new(VerifyOptions {
        claims: ClaimValidators::GlobalAnd(vec![nicknamed]),
        ..VerifyOptions::default()
    });
    Router::new()
        .route("/hello", get(hello))
        .route("/sessioninfo", get(session_info))
        .route("/visits", post(count_visit))
        .route("/nickname", post(choose_nickname))
        .route("/letters", get(letters).route_layer(nicknamed))
        .route("/invitations/{code}", post(accept_invitation))
        .route("/leave", post(leave))
        // The website calls these routes from another origin.
        .layer(auth_server::cors(auth.config()))
        // The last layer: it is around all routes.
        .layer(auth_server::layer(auth.clone(), Endpoints::new()))
}

/// Needs no session; a user with a session is greeted by their id.
async fn hello(session: Option<Session>) -> String {
    session.map_or_else(
        || "Hello!".to_owned(),
        |session| format!("Hello, {}!", session.user_id),
    )
}

/// Without a session this answers 401, and the browser library refreshes and asks again.
async fn session_info(session: Session) -> Response<Body> {
    let info = json!({
        "sessionHandle": session.handle,
        "userId": session.user_id,
        "accessTokenPayload": session.claims,
    });
    let mut response = Response::new(Body::from(info.to_string()));
    let json = header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

/// Keeps a number in the access token. The client gets a new one with the answer.
async fn count_visit(mut session: Session, context: AuthContext) -> Result<String, ErrorResponse> {
    let visits = session.claims.get("visits").and_then(Value::as_u64);
    let visits = visits.unwrap_or(0) + 1;
    let mut update = Map::new();
    update.insert("visits".to_owned(), visits.into());
    let merged = context.merge_claims(&mut session, &update).await;
    merged.map_err(|error| context.refusal(&error))?;
    Ok(visits.to_string())
}

/// Sets a claim to the body of the request.
async fn choose_nickname(
    mut session: Session,
    context: AuthContext,
    nickname: String,
) -> Result<String, ErrorResponse> {
    let set = context.set_claim(&mut session, &NICKNAME, &nickname).await;
    set.map_err(|error| context.refusal(&error))?;
    Ok(nickname)
}

/// Demands that claim: without it the answer is 403 and names what is missing.
async fn letters(session: Session) -> String {
    let nickname = session.claim(&NICKNAME).unwrap_or_default();
    format!("Dear {nickname}, you have no messages yet.")
}

/// Signs in a user whom the application recognises by its own means: here, by an invitation.
async fn accept_invitation(
    Path(code): Path<String>,
    context: AuthContext,
) -> Result<&'static str, ErrorResponse> {
    if code != "for-ana" {
        return Ok("There is no such invitation.");
    }
    let started = context.create_session(NewSessionFor::user("ana")).await;
    started.map_err(|error| context.refusal(&error))?;
    Ok("Welcome!")
}

/// Ends the session from within the application.
async fn leave(session: Session, context: AuthContext) -> Result<&'static str, ErrorResponse> {
    let left = context.revoke_session(&session).await;
    left.map_err(|error| context.refusal(&error))?;
    Ok("Bye!")
}
