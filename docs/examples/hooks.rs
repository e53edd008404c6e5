//! Where an application steps in: how sessions begin, how they are refreshed, what refusals look like.
//!
//! As `examples/hooks.rs` in the crate of the server: `cargo run --example hooks`. Nothing of the server is edited for any of it.

use auth_server::app_info::AppInfoInput;
use auth_server::auth::{AuthBuilder, Refusal};
use auth_server::error::SessionError;
use auth_server::events::{AuthEvent, SessionEventKind};
use auth_server::session::{TransferPolicy, TransferRequest};
use auth_server::{
    Auth, AuthContext, Claim, ClaimValidators, Config, Endpoints, Error, NewSessionFor, Session,
    VerifyOptions, VerifySession, shutdown_signal,
};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, header};
use axum::routing::{get, post};
use serde_json::json;
use tokio::net::TcpListener;

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    tracing_subscriber::fmt().init();
    let auth = with_hooks(Auth::builder(config()?)).build().await?;
    let listener = TcpListener::bind(auth.config().listen).await?;
    tracing::info!("listening on http://{}", listener.local_addr()?);
    auth_server::serve(listener, app(&auth), shutdown_signal()).await;
    auth.close().await;
    Ok(())
}

/// Settings in code. The page may read the access token, in cookie mode too: for calls to services that
/// trust this server's keys and get no cookies.
pub(crate) fn config() -> Result<Config, Failure> {
    let mut config = Config::for_app(&AppInfoInput {
        app_name: Some("Example".to_owned()),
        api_domain: Some("http://localhost:3001".to_owned()),
        website_domain: Some("http://localhost:3000".to_owned()),
        ..AppInfoInput::default()
    })?;
    config.session.expose_access_token = true;
    Ok(config)
}

/// What this application does otherwise.
pub(crate) fn with_hooks(builder: AuthBuilder) -> AuthBuilder {
    builder
        .get_token_transfer_method(transfer_method)
        .on_create_session(know_the_device)
        .on_event(after_a_theft)
        .on_unauthorised(|refusal: Refusal| async move {
            let text = "Please sign in.";
            (refusal.response.status(), text)
        })
        .on_try_refresh_token(|refusal: Refusal| async move {
            // The answer of the server, with a header more.
            let mut response = refusal.response;
            let hint = HeaderValue::from_static("refresh");
            response.headers_mut().insert("x-next-step", hint);
            response
        })
        .on_token_theft_detected(|refusal: Refusal| async move {
            if let SessionError::TokenTheft { user_id, .. } = &refusal.error {
                tracing::warn!(user = %user_id, "a refresh token of this user was copied");
            }
            (refusal.response.status(), "You were signed out everywhere.")
        })
        .on_invalid_claim(|refusal: Refusal| async move {
            let path = refusal.uri.path().to_owned();
            (refusal.response.status(), format!("{path} is not for you."))
        })
        .on_clear_duplicate_session_cookies(|refusal: Refusal| async move {
            (refusal.response.status(), "Please try again.")
        })
}

/// Native apps keep their tokens themselves; every browser gets cookies, whichever method it asks for.
fn transfer_method(request: TransferRequest<'_>) -> TransferPolicy {
    if request.headers.contains_key("x-native-app") {
        TransferPolicy::Header
    } else {
        TransferPolicy::Cookie
    }
}

/// Every session begins with a claim that depends on the request, and remembers where it began.
async fn know_the_device(
    mut new: NewSessionFor,
    headers: HeaderMap,
) -> Result<NewSessionFor, Error> {
    if new.user_id == "mallory" {
        return Err(Error::General("Please call us.".to_owned()));
    }
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let language = text(header::ACCEPT_LANGUAGE).unwrap_or("en");
    new.claims.insert("language".to_owned(), language.into());
    new.data = json!({ "device": text(header::USER_AGENT) });
    Ok(new)
}

/// A thief of one refresh token may have others: all sessions of the user end. This runs after the
/// answer to the request is decided.
async fn after_a_theft(event: AuthEvent, auth: Auth) -> Result<(), Error> {
    if let AuthEvent::Session(event) = event
        && event.kind == SessionEventKind::TheftDetected
    {
        auth.sessions().revoke_all(&event.user_id, None).await?;
    }
    Ok(())
}

/// The routes; the refresh is one of them.
pub(crate) fn app(auth: &Auth) -> Router {
    let admin: Claim<bool> = Claim::set_only("admin");
    let admins = VerifySession::new(VerifyOptions {
        claims: ClaimValidators::GlobalAnd(vec![admin.is_true()]),
        ..VerifyOptions::default()
    });
    let base = &auth.app_info().api_base_path;
    let refresh_path = format!("{base}/session/refresh");
    Router::new()
        .route("/invitations/{name}", post(accept_invitation))
        .route("/device", get(device))
        .route("/admin", get(device).route_layer(admins))
        .route(&refresh_path, post(refresh))
        // The website calls these routes from another origin.
        .layer(auth_server::cors(auth.config()))
        .layer(auth_server::layer(auth.clone(), Endpoints::new()).without("session.refresh"))
}

/// Signs in; a real application would check something.
async fn accept_invitation(
    axum::extract::Path(name): axum::extract::Path<String>,
    context: AuthContext,
) -> Result<String, Error> {
    let session = context.create_session(NewSessionFor::user(name)).await?;
    Ok(session.handle.clone())
}

/// What the application keeps with the session on the server.
async fn device(session: Session, context: AuthContext) -> Result<String, Error> {
    let known = context.session_information(&session).await?;
    Ok(known.data["device"].to_string())
}

/// At the refresh path, the session that a handler asks for is the one that was refreshed.
async fn refresh(session: Session) -> Response<Body> {
    tracing::info!(user = %session.user_id, "refreshed");
    let mut response = Response::new(Body::from("{}"));
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
