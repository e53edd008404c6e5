//! The log of requests: one line for each, and its id on every line in between.
//!
//! Rules: the query is never logged, because it may hold an address or a token; nor is any header or body, nor a
//! segment of a path that looks like an address or a secret; the method is one of the known ones. The content of
//! an answer is not logged.

use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::middleware::{self, Next};
use http::{Method, Request, Response};
use tracing::{Instrument, Span, field};

use crate::request_id::{HEADER, RequestId};
use crate::telemetry;

/// The longest segment of a path that is shown.
const LONGEST_SEGMENT: usize = 48;

/// The `operationId` of what was answered, on a response.
#[derive(Debug, Clone, Copy)]
pub(super) struct OperationId(pub(super) &'static str);

/// On a response that is not logged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quiet;

/// Puts the log around an application, as its outermost layer: a span with `request_id`, `method` and
/// `path`, a line with `status`, `operation` and `latency_ms` (target `auth_runtime::requests`, level INFO), and
/// the header `x-request-id` on the answer, whose value is that of the request where that one is valid. A trace
/// that the request's `traceparent` names is continued (W3C Trace Context), where traces are collected
/// ([`telemetry`]).
pub fn with_request_log(app: Router) -> Router {
    app.layer(middleware::from_fn(log))
}

async fn log(request: Request<Body>, next: Next) -> Response<Body> {
    let started = Instant::now();
    let id = RequestId::of(request.headers());
    let method = method(request.method());
    let span = tracing::info_span!(
        target: "auth_runtime::requests",
        "request",
        request_id = %id,
        method,
        path = %shown(request.uri().path()),
        otel.kind = field::Empty,
        trace_id = field::Empty,
    );
    telemetry::continue_trace(&span, request.headers());
    let header = id.header();
    let answering = id.scope(next.run(request)).instrument(span.clone());
    let mut response = answering.await;
    response.headers_mut().insert(HEADER, header);
    finish(&span, method, &response, started);
    response
}

fn finish(span: &Span, method: &'static str, response: &Response<Body>, started: Instant) {
    let status = response.status().as_u16();
    let operation = response.extensions().get::<OperationId>();
    let operation = operation.map_or("", |operation| operation.0);
    let latency = (started.elapsed().as_secs_f64() * 1e6).round() / 1e3;
    let _entered = span.enter();
    if response.extensions().get::<Quiet>().is_some() {
        tracing::debug!(target: "auth_runtime::requests", status, latency_ms = latency, "answered");
    } else {
        tracing::info!(target: "auth_runtime::requests", operation, status, latency_ms = latency, "answered");
    }
    telemetry::name_span(span, method, operation, status);
}

/// A known method; any other is text of the client, which is not logged.
pub(super) fn method(method: &Method) -> &'static str {
    const KNOWN: [&str; 9] = [
        "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT",
    ];
    let known = KNOWN.into_iter().find(|known| *known == method.as_str());
    known.unwrap_or("_OTHER")
}

/// The path, without segments that look like an address or a secret.
pub(super) fn shown(path: &str) -> String {
    let is_plain = |segment: &str| {
        segment.len() <= LONGEST_SEGMENT && !segment.contains('@') && !segment.contains('%')
    };
    let segments = path.split('/');
    let segments = segments.map(|segment| if is_plain(segment) { segment } else { "…" });
    segments.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_an_address_or_a_secret_is_left_out_of_the_path() {
        let secret = format!("/verify/{}", "x".repeat(LONGEST_SEGMENT + 1));
        for (path, expected) in [
            ("/auth/signin", "/auth/signin"),
            ("/", "/"),
            (
                "/users/6b1f0c1e-9d4c-4d5e-8a11-2f3b4c5d6e7f",
                "/users/6b1f0c1e-9d4c-4d5e-8a11-2f3b4c5d6e7f",
            ),
            ("/users/ana@ex.co/mails", "/users/…/mails"),
            ("/users/ana%40ex.co", "/users/…"),
            (&secret, "/verify/…"),
        ] {
            assert_eq!(shown(path), expected);
        }
    }

    #[test]
    fn a_method_of_the_clients_own_is_not_shown() {
        let own = Method::from_bytes(b"ANA-AT-EX-CO").expect("a token");
        assert_eq!(method(&own), "_OTHER");
        assert_eq!(method(&Method::PATCH), "PATCH");
    }
}
