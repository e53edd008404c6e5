//! HTTP: which operation a request is for, and how an outcome becomes a response.
//!
//! Rule: nothing here depends on a recipe or a generated type. The generated crate passes a table of
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
mod events;
mod extract;
mod guard;
mod head;
mod layer;
mod legacy;
mod matching;
mod missing;
mod operations;
mod outbox;
mod previews;
mod protection;
mod request_log;
mod swap;
mod wrap;

pub use bytes::Bytes;
pub use http::{HeaderName, HeaderValue, Method, StatusCode};

pub use self::answer::Answer;
pub use self::api::{Answering, Api, Handler, Operation, Route};
pub use self::context::AuthContext;
pub use self::cors::{allowed_headers, cors};
pub use self::error::ErrorResponse;
pub use self::events::{Event, EventSender, Events};
pub use self::extract::Require;
pub use self::guard::{VerifySession, VerifySessionService};
pub(crate) use self::head::with_checked_head;
pub(crate) use self::layer::not_found;
pub use self::layer::{AuthLayer, AuthService};
pub(crate) use self::operations::{Current, health_router_of, operations_router_of};
pub use self::operations::{health_router, operations_router};
pub use self::request_log::with_request_log;
pub use self::swap::{AuthSwap, Replaced};
pub use self::wrap::{Behaviour, Next, Wrap, Wraps, wraps};
pub use crate::contract::{Contract, Origins, Sends, Sessions, Tenancy};

/// Where the path of an operation starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Under `apiBasePath`.
    Base,
    /// At the root of the server: a route of the application's own.
    Root,
}
