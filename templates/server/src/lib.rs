//! An auth server whose HTTP API is described by an OpenAPI file.
//!
//! It runs on its own (`main.rs`), and it mounts into any axum or tower application:
//!
//! ```no_run
//! use auth_server::{Auth, Config, NoCustom, Session};
//! use axum::{Router, routing::get};
//!
//! async fn who(session: Session) -> String {
//!     session.user_id
//! }
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let auth = Auth::open(Config::from_env(&auth_server::APP_INFO)?).await?;
//! let app: Router = Router::new()
//!     .route("/who", get(who))
//!     .layer(auth_server::layer(auth, None::<NoCustom>));
//! # Ok(())
//! # }
//! ```
//!
//! Settings come from the environment, or from code: [`Config::for_app`] fills in the defaults, every field
//! can be changed, and all of them are checked before anything is opened.
//!
//! What the access token says about its user is a [`Claim`]; what a route demands of a session,
//! [`VerifySession`]; and whatever is done to sessions by their handle or their user — list, revoke,
//! change — is a method of [`Auth::sessions`]. `examples/claims.rs` shows all three.
//!
//! Where an application wants something else than the server does by itself, it says so when it builds the
//! server ([`Auth::builder`]: how sessions begin, what refusals look like) or its layer
//! ([`AuthLayer::without`]: routes that it answers itself); see `examples/hooks.rs`. Several servers in one
//! process need an app id each ([`Config::app_id`]); see `examples/instances.rs`.
//!
//! # The house
//!
//! Each floor knows only those below it; nothing but this file and the program (`main.rs`, `commands`)
//! knows `api`.
//!
//! | Floor | Modules |
//! |---|---|
//! | what the spec decides | `api` (generated) |
//! | HTTP | `web`, `serve` |
//! | what operations mean | `flows` |
//! | one server, one request, one operator | `auth`, `call`, `read`, `admin` |
//! | sessions, mail, limits | `session`, `delivery`, `limits`, `config` |
//! | the database | `store` |
//! | ground | `app_info`, `clock`, `crypto`, `email`, `error`, `metrics`, `network`, `request_id`, `telemetry` |

#[rustfmt::skip]
pub mod api;
pub mod admin;
pub mod app_info;
pub mod auth;
pub mod call;
pub mod clock;
pub mod config;
pub mod crypto;
pub mod delivery;
pub mod email;
pub mod error;
pub mod flows;
pub mod limits;
pub mod metrics;
pub mod network;
pub mod read;
pub mod request_id;
mod serve;
pub mod session;
pub mod store;
pub mod telemetry;
pub mod web;

use axum::Router;

pub use crate::api::{APP_INFO, Custom, Endpoints, NoCustom};
pub use crate::app_info::AppInfo;
pub use crate::auth::Auth;
pub use crate::call::Call;
pub use crate::config::Config;
pub use crate::error::Error;
pub use crate::serve::{ConnectionLimits, serve, serve_with, stop_with_notice, told_to_stop};
pub use crate::session::{
    Claim, ClaimValidators, NewSessionFor, Session, Subject, Validator, Verdict, VerifyOptions,
};
pub use crate::web::{
    AuthContext, AuthLayer, ErrorResponse, VerifySession, cors, health_router, operations_router,
    with_request_log,
};

/// The auth APIs in front of an application. `custom` answers the operations that the spec has and the
/// runtime does not; without it (`None::<NoCustom>`) they are not mounted.
///
/// It is the last layer of the application's router, so that it stands around all routes. What it lets
/// through has no CORS headers of its own: a website at another origin needs [`cors`] around the
/// application's routes, inside of this layer (`examples/app.rs`).
pub fn layer<C: Custom>(auth: Auth, custom: Option<C>) -> AuthLayer<Endpoints<C>> {
    AuthLayer::new(auth, Endpoints(custom))
}

/// The auth APIs by themselves, with a log of requests: everything else is answered 404 `Not found`.
pub fn router<C: Custom>(auth: Auth, custom: Option<C>) -> Router {
    in_front_of(Router::new(), auth, custom)
}

/// What the program serves: [`router`], and beside the auth APIs `/livez` and `/readyz`
/// ([`health_router`]). An operation of the spec goes before them.
pub fn standalone<C: Custom>(auth: Auth, custom: Option<C>) -> Router {
    in_front_of(health_router(&auth), auth, custom)
}

fn in_front_of<C: Custom>(app: Router, auth: Auth, custom: Option<C>) -> Router {
    let app = app.fallback(web::not_found).layer(layer(auth, custom));
    with_request_log(app)
}
