//! An auth server whose HTTP API is described by an OpenAPI file.
//!
//! It runs on its own (`main.rs`), and it mounts into any axum or tower application:
//!
//! ```no_run
//! use auth_server::{Auth, Config, Endpoints, Session};
//! use axum::{Router, routing::get};
//!
//! async fn who(session: Session) -> String {
//!     session.user_id.clone()
//! }
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let auth = Auth::open(Config::from_env(&auth_server::APP_INFO)?).await?;
//! let app: Router = Router::new()
//!     .route("/who", get(who))
//!     .layer(auth_server::layer(auth, Endpoints::new()));
//! # Ok(())
//! # }
//! ```
//!
//! What the spec decides is in [`api`]. All else is the crate `auth_runtime`, which is the same for every
//! spec; this crate exports what an application uses of it. Operations of the spec that the runtime does
//! not answer are the application's: [`Endpoints`] takes them in groups, one for each tag.

#[rustfmt::skip]
pub mod api;

pub use auth_runtime::*;

pub use crate::api::{APP_INFO, Endpoints};
