//! Rules for the head of every request, which are checked before anything else.
//!
//! - It names one host. Without `Host`, or with two, a proxy and the server behind it may read a request in two
//!   ways (RFC 9112 §3.2).
//! - Its size is limited (RFC 6585 §5). The parser's own limit applies to its buffer, and accepts heads
//!   that are up to twice as large when they arrive at once.

use axum::Router;
use axum::body::Body;
use axum::middleware::{self, Next};
use http::{Request, StatusCode, Version, header};

use super::error;
use super::protection::Protection;

/// Refuses requests whose head breaks a rule: 400, or 431 beyond `limit` bytes.
pub(crate) fn with_checked_head(app: Router, limit: usize) -> Router {
    let check = move |request: Request<Body>, next: Next| async move {
        match wrong(&request, limit) {
            None => next.run(request).await,
            Some((status, text)) => {
                let mut response = error::message(status, text);
                Protection::default().apply(response.headers_mut());
                response
            }
        }
    };
    app.layer(middleware::from_fn(check))
}

fn wrong<B>(request: &Request<B>, limit: usize) -> Option<(StatusCode, &'static str)> {
    if !names_one_host(request) {
        let text = "The request must have one Host header";
        return Some((StatusCode::BAD_REQUEST, text));
    }
    if bytes(request) > limit {
        let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
        return Some((status, "The head of the request is too large"));
    }
    None
}

fn names_one_host<B>(request: &Request<B>) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(_), None) => true,
        (Some(_), Some(_)) => false,
        // Older clients may leave it out, and HTTP/2 names the host elsewhere.
        (None, _) => request.version() != Version::HTTP_11,
    }
}

/// How long the head was, as HTTP/1.1 writes it: `<method> <target> HTTP/1.1`, and lines `<name>: <value>`.
fn bytes<B>(request: &Request<B>) -> usize {
    let target = request.uri().path_and_query();
    let target = target.map_or(0, |target| target.as_str().len());
    let line = request.method().as_str().len() + target + " HTTP/1.1\r\n ".len();
    let fields = request.headers().iter();
    let fields = fields.map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    line + fields.sum::<usize>() + "\r\n".len()
}
