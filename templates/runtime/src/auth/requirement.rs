//! What a route of the application demands of a session, as a type.

use super::Auth;
use crate::session::Validator;

/// A demand on the claims of a session that has a name in the application: `Admin`, `PaidPlan`. The extractor
/// [`Require`](crate::Require) takes it, and so does the layer
/// [`VerifySession`](crate::VerifySession::requiring).
///
/// ```
/// use std::time::Duration;
/// use auth_runtime::auth::Requirement;
/// use auth_runtime::{Auth, Claim, Require, Validator, VerifySession};
/// use axum::{Router, routing::get};
///
/// struct Paid;
///
/// impl Requirement for Paid {
///     fn validators(_: &Auth) -> Vec<Validator> {
///         let paid: Claim<bool> = Claim::set_only("paid");
///         vec![paid.is_true().max_age(Duration::from_secs(3_600))]
///     }
/// }
///
/// async fn download(session: Require<Paid>) -> String {
///     format!("the file of {}", session.user_id)
/// }
///
/// let app: Router = Router::new()
///     .route("/download", get(download))
///     .route("/invoices", get(|| async { "invoices" }).route_layer(VerifySession::default().requiring::<Paid>()));
/// // Around it all: .layer(auth_runtime::layer(auth, api))
/// ```
pub trait Requirement: 'static {
    /// What is demanded, of a session of this server. All of it must be met, and what the server demands of every session
    /// as well.
    fn validators(auth: &Auth) -> Vec<Validator>;
}
