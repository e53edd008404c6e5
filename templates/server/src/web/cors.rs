//! Cross-origin requests (Fetch Standard, "CORS protocol").
//!
//! Rules: exactly the origin of the website may read answers, with credentials and never by `*`; only an
//! OPTIONS request with `Access-Control-Request-Method` is a preflight. The public keys and the discovery
//! document hold nothing secret: every origin may read them, without credentials.

use axum::body::Body;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::app_info::AppInfo;

/// Behaviours whose answers every origin may read.
const FOR_EVERYBODY: &[&str] = &["jwt.jwks", "openid.discovery"];

/// The headers that browsers may send; the last five are those of the session library.
const ALLOWED_HEADERS: [HeaderName; 6] = [
    header::CONTENT_TYPE,
    HeaderName::from_static("rid"),
    HeaderName::from_static("fdi-version"),
    HeaderName::from_static("anti-csrf"),
    header::AUTHORIZATION,
    HeaderName::from_static("st-auth-mode"),
];

const METHODS: [Method; 6] = [
    Method::GET,
    Method::HEAD,
    Method::PUT,
    Method::PATCH,
    Method::POST,
    Method::DELETE,
];

/// The CORS rules of the auth APIs; an application puts the same on its own routes.
///
/// Which headers a page may read depends on the answer and is said by the session engine.
pub fn cors(app_info: &AppInfo) -> CorsLayer {
    // A normalised origin is ASCII; one that is not would match no browser's `Origin` anyway.
    let origins = HeaderValue::from_str(&app_info.website_domain).into_iter();
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_credentials(true)
        .allow_headers(ALLOWED_HEADERS)
        .allow_methods(METHODS)
        .vary([header::ORIGIN])
}

/// Whether the browser asks for leave to send another request.
pub(super) fn is_preflight(request: &Request<Body>) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ORIGIN)
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// Whether a behaviour's answers stand outside the rules above.
pub(super) fn is_for_everybody(behaviour: &str) -> bool {
    FOR_EVERYBODY.contains(&behaviour)
}

/// Lets every origin read an answer.
pub(super) fn allow_everybody(headers: &mut HeaderMap) {
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
}
