//! HTTP: which request is whose, and how an outcome becomes a response.
//!
//! Rule: nothing here knows a recipe or a wire type. The generated crate hands over a table of
//! [`Operation`]s, each with its [`Route`] and the function that answers it; what that function needs of
//! a request it takes from [`Call`](crate::Call).

mod answer;
mod api;
mod attached;
mod body;
mod cache_control;
mod conditional;
mod context;
mod cors;
mod dispatch;
mod error;
mod extract;
mod guard;
mod head;
mod layer;
mod legacy;
mod matching;
mod operations;
mod outbox;
mod protection;
mod request_log;

pub use self::answer::Answer;
pub use self::api::{Answering, Api, Handler, Operation, Route};
pub use self::context::AuthContext;
pub use self::cors::cors;
pub use self::error::ErrorResponse;
pub use self::guard::{VerifySession, VerifySessionService};
pub(crate) use self::head::with_checked_head;
pub(crate) use self::layer::not_found;
pub use self::layer::{AuthLayer, AuthService};
pub use self::operations::{health_router, operations_router};
pub use self::request_log::with_request_log;

/// What pages of other origins may do with an operation. Own origins are those of the website, of the API
/// and of the settings ([`SessionConfig::allowed_origins`](crate::session::SessionConfig)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origins {
    /// Nothing that involves cookies: a request in cookie mode that changes state is refused.
    Own,
    /// They may read its answer, without credentials: it holds nothing secret.
    AnyMayRead,
    /// They may send it, cookies included: something else protects it against forged requests, such as the
    /// `state` of an OAuth callback (RFC 9700 §4.7). Only own origins may read its answer.
    AnyMaySend,
}

/// Whether a tenant segment may stand before the path of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tenancy {
    /// The operation belongs to a tenant; `public` without a segment.
    Tenant,
    /// A tenant segment is accepted and means nothing: the session names its own.
    Ignored,
    /// No tenant segment.
    None,
}

/// Where the path of an operation starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Under `apiBasePath`.
    Base,
    /// At the root of the server: a route of the application's own.
    Root,
}
