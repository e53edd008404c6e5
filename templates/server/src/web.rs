//! HTTP: which request is whose, and how an outcome becomes a response.
//!
//! Rule: nothing here knows a recipe or a wire type. The generated `api` hands over a table of
//! [`Route`]s and one function ([`Api`]); what it needs of a request it takes from [`Call`].

use std::future::Future;

use http::Method;

use crate::call::Call;
use crate::error::Error;

mod answer;
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
pub use self::context::AuthContext;
pub use self::cors::cors;
pub use self::error::ErrorResponse;
pub use self::guard::{VerifySession, VerifySessionService};
pub(crate) use self::head::with_checked_head;
pub(crate) use self::layer::not_found;
pub use self::layer::{AuthLayer, AuthService};
pub use self::operations::{health_router, operations_router};
pub use self::request_log::with_request_log;

/// The operations of one spec: what `src/api` implements.
pub trait Api: Send + Sync + 'static {
    /// Names one operation.
    type Operation: Copy + Send + Sync + 'static;

    /// All operations, in the order of the spec.
    const ROUTES: &'static [Route<Self::Operation>];

    /// Whether the operation is served here; one that is not answers 404.
    fn mounted(&self, operation: Self::Operation) -> bool;

    /// Answers one request.
    fn handle(
        &self,
        operation: Self::Operation,
        call: &mut Call,
    ) -> impl Future<Output = Result<Answer, Error>> + Send;
}

/// Where an operation stands.
#[derive(Debug, Clone)]
pub struct Route<O> {
    /// Which operation.
    pub operation: O,
    /// Its `operationId`.
    pub id: &'static str,
    /// Its method; no other is answered.
    pub method: Method,
    /// Its path, without base path and tenant: `/signup`, `/users/{id}`.
    pub path: &'static str,
    /// Whether a tenant may stand before the path.
    pub tenancy: Tenancy,
    /// Where the path starts.
    pub scope: Scope,
    /// Which origins may call it.
    pub origins: Origins,
    /// The recipe that the header `rid` may name to tell equal paths apart; empty when it has none.
    pub recipe: &'static str,
    /// Who implements it: `email-password.sign-up`, or `custom`.
    pub behaviour: &'static str,
}

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
