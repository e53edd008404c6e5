//! `Cache-Control` on everything that has to do with a session (RFC 9111).
//!
//! Rule: every answer under the base path says that it must not be stored, 404 and preflight included.
//! A cache that replays an old `Set-Cookie` would sign one person in as another, or make the browser
//! library refresh without end. Only JWKS may be cached, and says for how long.

use http::{HeaderMap, HeaderValue, header};

/// The value on every answer of the auth APIs.
const NEVER_STORE: HeaderValue =
    HeaderValue::from_static("no-cache, no-store, max-age=0, must-revalidate");

/// Forbids to store the answer, unless it has the header already.
pub(super) fn forbid_storing(headers: &mut HeaderMap) {
    headers.entry(header::CACHE_CONTROL).or_insert(NEVER_STORE);
}

/// Lets caches keep the answer for so many seconds.
pub(super) fn allow_storing(headers: &mut HeaderMap, seconds: u64) {
    let value = format!("max-age={seconds}, must-revalidate");
    // Digits and letters always make a header value.
    if let Ok(value) = HeaderValue::from_str(&value) {
        headers.insert(header::CACHE_CONTROL, value);
    }
}

/// Forbids to store an answer that carries tokens, whether or not it has the header already.
pub(super) fn forbid_storing_tokens(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, NEVER_STORE);
}
