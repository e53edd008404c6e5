//! Two auth servers in one process: one for the customers of a shop, one for its staff.
//!
//! As `examples/instances.rs` in the crate of the server: `cargo run --example instances`. Each has an app id, a
//! database, a base path, keys and lifetimes of its own, and a token of one is not valid at the other. By their app ids, the cookies of both have names of
//! their own, so that one browser can be signed in to both on one host; and a database that belongs to one app
//! is refused to the other. On PostgreSQL, two schemas do as well as two databases
//! (`?options=-csearch_path%3Dstaff`).

use auth_server::app_info::AppInfoInput;
use auth_server::config::Secret;
use auth_server::{
    Auth, AuthContext, Config, Endpoints, Error, NewSessionFor, Session, shutdown_signal,
};
use axum::Router;
use axum::routing::{get, post};
use tokio::net::TcpListener;

type Failure = Box<dyn std::error::Error>;

const MINUTE: i64 = 60 * 1000;
const HOUR: i64 = 60 * MINUTE;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    tracing_subscriber::fmt().init();
    let shop = Auth::open(shop()?).await?;
    let staff = Auth::open(staff()?).await?;
    let listener = TcpListener::bind(shop.config().listen).await?;
    tracing::info!("listening on http://{}", listener.local_addr()?);
    auth_server::serve(listener, app(&shop, &staff), shutdown_signal()).await;
    tokio::join!(shop.close(), staff.close());
    Ok(())
}

/// Customers stay signed in for months.
pub(crate) fn shop() -> Result<Config, Failure> {
    let mut config = settings("shop", "http://localhost:3000")?;
    config.session.refresh_token_validity_ms = 180 * 24 * HOUR;
    Ok(config)
}

/// Staff signs in every morning; keys are replaced every day.
pub(crate) fn staff() -> Result<Config, Failure> {
    let mut config = settings("staff", "http://localhost:4000")?;
    config.session.access_token_validity_ms = 5 * MINUTE;
    config.session.refresh_token_validity_ms = 2 * HOUR;
    config.session.max_session_age_ms = Some(12 * HOUR);
    config.session.signing_key_interval_ms = 24 * HOUR;
    Ok(config)
}

/// What both have in common.
fn settings(app_id: &str, website_domain: &str) -> Result<Config, Failure> {
    let mut config = Config::for_app(&AppInfoInput {
        app_name: Some(format!("Example ({app_id})")),
        api_domain: Some("http://localhost:3001".to_owned()),
        api_base_path: Some(format!("/{app_id}/auth")),
        website_domain: Some(website_domain.to_owned()),
        ..AppInfoInput::default()
    })?;
    config.app_id = app_id.to_owned();
    config.database_url = Secret::new(format!("sqlite://{app_id}.db"));
    Ok(config)
}

/// A layer is around the routes that were added before it, and they get its sessions: of two layers
/// around a route, the inner one counts. (Two routers that are merged, each in its own layer, would not do:
/// axum keeps the fallback of one of them only, and auth paths arrive at the fallback.)
pub(crate) fn app(shop: &Auth, staff: &Auth) -> Router {
    let cors = auth_server::cors(staff.config());
    Router::new()
        .route("/orders", get(orders))
        .route("/orders/sign-in", post(sign_in))
        .layer(auth_server::cors(shop.config()))
        .layer(auth_server::layer(shop.clone(), Endpoints::new()))
        .route("/stock", get(stock).layer(cors.clone()))
        .route("/stock/sign-in", post(sign_in).layer(cors))
        .layer(auth_server::layer(staff.clone(), Endpoints::new()))
}

async fn orders(session: Session) -> String {
    format!("orders of {}", session.user_id)
}

async fn stock(session: Session) -> String {
    format!("the stock, for {}", session.user_id)
}

/// Signs in; a real application would check something. The session is one of the layer around the route.
async fn sign_in(context: AuthContext) -> Result<String, Error> {
    let session = context.create_session(NewSessionFor::user("ana")).await?;
    Ok(session.handle.clone())
}
