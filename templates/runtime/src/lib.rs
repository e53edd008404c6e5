//! The runtime of an auth server whose HTTP API is described by an OpenAPI file.
//!
//! auth-gen generates a small crate from the file, which names the operations (`Operation`) and the data
//! types, and depends on this one for all that is the same for every file. An application uses that
//! generated crate, which exports everything here:
//!
//! ```no_run
//! use auth_runtime::app_info::AppInfoDefaults;
//! use auth_runtime::{Api, Auth, Config, Session};
//! use axum::{Router, routing::get};
//!
//! async fn who(session: Session) -> String {
//!     session.user_id.clone()
//! }
//!
//! # async fn run(app_info: &AppInfoDefaults, api: Api) -> Result<(), Box<dyn std::error::Error>> {
//! // The generated crate has `APP_INFO`, and its `Endpoints` are an `Api`.
//! let auth = Auth::open(Config::from_env(app_info)?).await?;
//! let app: Router = Router::new()
//!     .route("/who", get(who))
//!     .layer(auth_runtime::layer(auth, api));
//! # Ok(())
//! # }
//! ```
//!
//! Settings come from the environment and the settings file (`auth.toml`), or from code: [`Config::for_app`] fills in the defaults, every field
//! can be changed, and all of them are checked before anything is opened.
//!
//! What the access token says about its user is a [`Claim`]; what a route demands of a session,
//! [`VerifySession`] or [`Require`]; and whatever is done to sessions by their handle or their user — list, revoke,
//! change — is a method of [`Auth::sessions`]. The example `claims` of the
//! documentation shows all three.
//!
//! Where an application wants something else than the server does by itself, it says so when it builds the
//! server ([`Auth::builder`]: how sessions begin, what refusals look like) or its layer
//! ([`AuthLayer::without`]: routes that it answers itself); see the example `hooks`. Servers of
//! different apps in one process need an app id each ([`Config::app_id`]; see the example `instances`), and those of one
//! app share a store ([`store::SharedStore`]). One can take the place of another while requests run ([`AuthSwap`]; see
//! the example `swapping`).
//!
//! # The house
//!
//! Each floor knows only those below it. Nothing here knows the generated crate.
//!
//! | Floor | Modules |
//! |---|---|
//! | the program, and the tests of an application | `commands`, `testing` |
//! | HTTP, log and traces | `web`, `serve`, `telemetry` |
//! | what operations mean | `recipes` |
//! | one server, one request, one operator | `auth`, `call`, `read`, `admin` |
//! | what recipes share of users | `users` |
//! | sessions, mail, limits | `session`, `delivery`, `limits`, `config` |
//! | the database | `store` |
//! | ground | `app_info`, `clock`, `constraints`, `contract`, `crypto`, `email`, `error`, `events`, `literal`, `metrics`, `network`, `outgoing`, `phone`, `quality`, `request_id`, `shapes`, `tenant` |

// What one recipe alone uses of the core is dead where that recipe is not compiled. What no recipe uses is found by
// the build with all of them.
#![cfg_attr(not(feature = "recipes"), allow(dead_code, unused_imports))]

pub mod admin;
pub mod app_info;
pub mod auth;
pub mod call;
pub mod clock;
pub mod commands;
pub mod config;
pub mod constraints;
pub mod contract;
pub mod crypto;
pub mod delivery;
pub mod email;
pub mod error;
pub mod events;
pub mod limits;
pub mod literal;
pub mod metrics;
pub mod network;
#[cfg(feature = "outgoing")]
mod outgoing;
pub mod phone;
mod quality;
pub mod read;
pub mod recipes;
pub mod request_id;
mod serve;
pub mod session;
mod shapes;
pub mod store;
pub mod telemetry;
pub mod tenant;
pub mod testing;
mod users;
pub mod web;

use axum::Router;
use axum::routing::Route;

use crate::web::AuthService;

pub use async_trait::async_trait;

pub use crate::app_info::AppInfo;
pub use crate::auth::Auth;
pub use crate::call::{Call, HasRequest, RequestSession};
pub use crate::commands::{Program, run};
pub use crate::config::Config;
pub use crate::error::Error;
pub use crate::serve::{ConnectionLimits, serve, serve_with, shutdown_signal, stop_with_notice};
pub use crate::session::{
    Claim, ClaimValidators, NewSessionFor, Session, Subject, Validator, Verdict, VerifyOptions,
};
pub use crate::web::{
    Api, AuthContext, AuthLayer, AuthSwap, ErrorResponse, Next, Require, VerifySession, Wrap,
    allowed_headers, cors, health_router, operations_router, with_request_log,
};

/// The version of this crate, which is that of the auth-gen that wrote it. The generated crate compares it
/// when it is compiled.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Whether this crate is of a version. A constant expression can ask it, so that the compiler refuses
/// generated code of another version.
pub const fn is_version(version: &str) -> bool {
    let (ours, theirs) = (VERSION.as_bytes(), version.as_bytes());
    if ours.len() != theirs.len() {
        return false;
    }
    let mut index = 0;
    while index < ours.len() {
        if ours[index] != theirs[index] {
            return false;
        }
        index += 1;
    }
    true
}

/// The auth APIs in front of an application.
///
/// It is the last layer of the application's router, so that it stands around all routes. What it lets
/// through has no CORS headers of its own: a website at another origin needs [`cors`] around the
/// application's routes, inside of this layer (`examples/app.rs`).
pub fn layer(auth: Auth, api: impl Into<Api>) -> AuthLayer {
    AuthLayer::new(auth, api)
}

/// The auth APIs by themselves, with a log of requests: everything else is answered 404 `Not found`.
pub fn router(auth: Auth, api: impl Into<Api>) -> Router {
    in_front_of(Router::new(), layer(auth, api))
}

/// What the program serves: [`router`], and beside the auth APIs `/livez` and `/readyz`
/// ([`health_router`]). An operation of the spec goes before them.
pub fn standalone(auth: Auth, api: impl Into<Api>) -> Router {
    in_front_of(health_router(&auth), layer(auth, api))
}

/// Routes with the auth APIs in front of them, with a log of requests; everything else is answered 404.
pub(crate) fn in_front_of<L>(app: Router, layer: L) -> Router
where
    L: tower::Layer<Route, Service = AuthService<Route>> + Clone + Send + Sync + 'static,
{
    with_request_log(app.fallback(web::not_found).layer(layer))
}
