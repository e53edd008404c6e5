//! Cross-origin requests (Fetch Standard, "CORS protocol").
//!
//! Rules: exactly the origins of the websites and of the settings may read answers, with credentials and
//! never by `*`; only an OPTIONS request with `Access-Control-Request-Method` is a preflight. Operations
//! whose route says [`Origins::AnyMayRead`] answer nothing secret: every origin may read them, without
//! credentials.
//!
//! [`Origins::AnyMayRead`]: super::Origins::AnyMayRead

use axum::body::Body;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::config::Config;
use crate::session::{Origin, Website};

/// The headers that pages may always send; the last five are those of the session library.
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

/// The headers that pages of other origins may send: those of the protocol, and those of
/// [`Config::allowed_headers`]. For an application with a [`CorsLayer`] of its own, whose routes must take the
/// headers of the session library:
///
/// ```no_run
/// # fn layer(config: &auth_runtime::Config) -> tower_http::cors::CorsLayer {
/// let mut headers = auth_runtime::allowed_headers(config);
/// headers.push(http::HeaderName::from_static("x-idempotency-key"));
/// tower_http::cors::CorsLayer::new().allow_headers(headers)
/// # }
/// ```
pub fn allowed_headers(config: &Config) -> Vec<HeaderName> {
    let mut headers = Vec::from(ALLOWED_HEADERS);
    for header in &config.allowed_headers {
        if !headers.contains(header) {
            headers.push(header.clone());
        }
    }
    headers
}

/// The CORS rules of the auth APIs; an application puts the same on its own routes.
///
/// Which headers a page may read depends on the answer: the session engine sets it.
pub fn cors(config: &Config) -> CorsLayer {
    let website = [config.app_info.website_domain.as_str()].into_iter();
    let further = config.session.websites.iter().map(Website::as_str);
    let allowed = config.session.allowed_origins.iter().map(Origin::as_str);
    let origins = website.chain(further).chain(allowed);
    // A normalised origin is ASCII; one that is not would match no browser's `Origin` anyway.
    let origins = origins.filter_map(|origin| HeaderValue::from_str(origin).ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_credentials(true)
        .allow_headers(allowed_headers(config))
        .allow_methods(METHODS)
        .vary([header::ORIGIN])
}

/// Whether the browser asks if it may send another request.
pub(super) fn is_preflight(request: &Request<Body>) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ORIGIN)
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// Lets every origin read an answer.
pub(super) fn allow_any_origin(headers: &mut HeaderMap) {
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
}
