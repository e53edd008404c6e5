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
    Router::new()
        .route(LIVE, get(live))
        .route(READY, get(ready))
        .with_state(auth.clone())
}

/// The same, and `GET /metrics` for Prometheus: for an address that only operators can reach.
pub fn operations_router(auth: &Auth) -> Router {
    let metrics = Router::new().route(METRICS, get(metrics));
    health_router(auth).merge(metrics.with_state(auth.clone()))
}

async fn live(State(auth): State<Auth>) -> Response<Body> {
    status(&auth, StatusCode::OK, "ok")
}

async fn ready(State(auth): State<Auth>) -> Response<Body> {
    match auth.readiness().await {
        Readiness::Ready => status(&auth, StatusCode::OK, "ok"),
        Readiness::Stopping => status(&auth, StatusCode::SERVICE_UNAVAILABLE, "stopping"),
        Readiness::NoDatabase => status(&auth, StatusCode::SERVICE_UNAVAILABLE, "no database"),
    }
}

async fn metrics(State(auth): State<Auth>) -> Response<Body> {
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
