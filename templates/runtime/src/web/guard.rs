//! A layer around some routes of the application that says what they demand of a session.
//!
//! Rule: what is refused never reaches the handler. Under the layer, `Session` and `Option<Session>` are
//! the session that it found; they do not verify again.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::response::IntoResponse;
use http::request::Parts;
use http::{Request, Response};
use tower::{Layer, Service, ServiceExt};

use super::attached::Attached;
use super::error::ErrorResponse;
use crate::auth::{Auth, Requirement};
use crate::session::{Session, Validator, VerifyOptions};

/// What the layer found.
#[derive(Clone)]
pub(super) struct Verified(pub(super) Option<Session>);

/// Demands a session of all routes inside, in the way that its options say.
///
/// ```
/// use std::time::Duration;
/// use auth_runtime::{Claim, ClaimValidators, Session, VerifyOptions, VerifySession};
/// use axum::{Router, routing::get};
///
/// async fn everything(session: Session) -> String {
///     format!("{} looks at everything", session.user_id)
/// }
///
/// let admin: Claim<bool> = Claim::set_only("admin");
/// let admins_only = VerifySession::new(VerifyOptions {
///     // A revoked session is refused at once, and not after an hour.
///     check_database: true,
///     claims: ClaimValidators::GlobalAnd(vec![
///         admin.is_true().max_age(Duration::from_secs(300)),
///     ]),
///     ..VerifyOptions::default()
/// });
/// let app: Router = Router::new()
///     .route("/admin", get(everything))
///     .route_layer(admins_only);
/// // Around it all: .layer(auth_runtime::layer(auth, api))
/// ```
///
/// Without options it demands a session, as the argument `Session` of a handler does.
#[derive(Debug, Clone, Default)]
pub struct VerifySession(Arc<Demands>);

/// What is demanded.
#[derive(Debug, Clone, Default)]
struct Demands {
    options: VerifyOptions,
    /// Each makes its validators for the server of a request.
    requirements: Vec<fn(&Auth) -> Vec<Validator>>,
}

/// The service of [`VerifySession`].
#[derive(Debug, Clone)]
pub struct VerifySessionService<S> {
    inner: S,
    demands: Arc<Demands>,
}

impl VerifySession {
    /// A layer that demands what the options say.
    pub fn new(options: VerifyOptions) -> Self {
        Self(Arc::new(Demands {
            options,
            requirements: Vec::new(),
        }))
    }

    /// Demands this of the session, too. Several requirements are all demanded.
    #[must_use]
    pub fn requiring<R: Requirement>(self) -> Self {
        let mut demands = Arc::unwrap_or_clone(self.0);
        demands.requirements.push(R::validators);
        Self(Arc::new(demands))
    }
}

impl<S> Layer<S> for VerifySession {
    type Service = VerifySessionService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        VerifySessionService {
            inner,
            demands: Arc::clone(&self.0),
        }
    }
}

impl<S> Service<Request<Body>> for VerifySessionService<S>
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, S::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        // The readiness of the route matters only when a request reaches it.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let (inner, demands) = (self.inner.clone(), Arc::clone(&self.demands));
        let (mut parts, body) = request.into_parts();
        Box::pin(async move {
            match verify(&parts, &demands).await {
                Ok(session) => {
                    parts.extensions.insert(Verified(session));
                    inner.oneshot(Request::from_parts(parts, body)).await
                }
                Err(refused) => Ok(refused.into_response()),
            }
        })
    }
}

/// The session of a request, or its refusal.
async fn verify(parts: &Parts, demands: &Demands) -> Result<Option<Session>, ErrorResponse> {
    let attached = Attached::of(parts)?;
    let requirements = demands.requirements.iter();
    let validators = requirements.flat_map(|validators| validators(&attached.auth));
    let validators = validators.collect();
    attached
        .demand(parts, demands.options.clone(), validators)
        .await
        .map_err(|error| attached.refusal(&error))
}
