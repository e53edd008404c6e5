//! Liveness, readiness and metrics, for operators and their tools.
//!
//! The paths are outside of the auth APIs (`/livez` and `/readyz` are those of Kubernetes, `/metrics` that
//! of Prometheus): they are served where one of the routers below is mounted, and
//! the layer of the auth APIs never answers them. Liveness depends on the process alone: a server must not be
//! killed and started again because its database is down. Answers contain nothing that helps an attacker.

use axum::body::Body;
use axum::routing::get;
use axum::{Router, extract::State};
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::json;

use super::error;
use super::protection::Protection;
use super::request_log::Quiet;
use super::swap::AuthSwap;
use crate::auth::{Auth, Readiness};
use crate::metrics;

const LIVE: &str = "/livez";
const READY: &str = "/readyz";
const METRICS: &str = "/metrics";

/// `GET /livez` (200 for as long as the process answers) and `GET /readyz` (200 if the server takes requests; 503
/// with `{"status":"stopping"}` or `{"status":"no database"}` otherwise). Both may be public.
///
/// ```no_run
/// # fn app(auth: auth_runtime::Auth, api: auth_runtime::Api) -> axum::Router {
/// axum::Router::new()
///     .merge(auth_runtime::health_router(&auth))
///     .layer(auth_runtime::layer(auth, api))
/// # }
/// ```
pub fn health_router(auth: &Auth) -> Router {
    health_router_of(Current::Fixed(auth.clone()))
}

/// The same, and `GET /metrics` for Prometheus: for an address that only operators can reach.
pub fn operations_router(auth: &Auth) -> Router {
    operations_router_of(Current::Fixed(auth.clone()))
}

/// The server that is asked.
#[derive(Clone)]
pub(crate) enum Current {
    /// It stays the same.
    Fixed(Auth),
    /// The one that answers new requests.
    Swapped(AuthSwap),
}

impl Current {
    fn auth(&self) -> Auth {
        match self {
            Self::Fixed(auth) => auth.clone(),
            Self::Swapped(swap) => swap.auth(),
        }
    }
}

/// [`health_router`] of a server that may be replaced.
pub(crate) fn health_router_of(current: Current) -> Router {
    Router::new()
        .route(LIVE, get(live))
        .route(READY, get(ready))
        .with_state(current)
}

/// [`operations_router`] of a server that may be replaced.
pub(crate) fn operations_router_of(current: Current) -> Router {
    let metrics = Router::new().route(METRICS, get(metrics));
    health_router_of(current.clone()).merge(metrics.with_state(current))
}

async fn live(State(current): State<Current>) -> Response<Body> {
    let auth = current.auth();
    status(&auth, StatusCode::OK, "ok")
}

async fn ready(State(current): State<Current>) -> Response<Body> {
    let auth = current.auth();
    match auth.readiness().await {
        Readiness::Ready => status(&auth, StatusCode::OK, "ok"),
        Readiness::Stopping => status(&auth, StatusCode::SERVICE_UNAVAILABLE, "stopping"),
        Readiness::NoDatabase => status(&auth, StatusCode::SERVICE_UNAVAILABLE, "no database"),
    }
}

async fn metrics(State(current): State<Current>) -> Response<Body> {
    let auth = current.auth();
    let mut response = match auth.metrics_text() {
        Ok(text) => {
            let mut response = Response::new(Body::from(text));
            let content_type = HeaderValue::from_static(metrics::CONTENT_TYPE);
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, content_type);
            response
        }
        Err(error) => error::response(&error, auth.session_config()),
    };
    response.extensions_mut().insert(Quiet);
    Protection::of(auth.app_info()).apply(response.headers_mut());
    response
}

fn status(auth: &Auth, code: StatusCode, text: &str) -> Response<Body> {
    let mut response = error::json(code, &json!({ "status": text }));
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Protection::of(auth.app_info()).apply(headers);
    // Probes come every few seconds, and are of interest only when they fail.
    if code.is_success() {
        response.extensions_mut().insert(Quiet);
    }
    response
}
