//! Cookies: the lines that are sent, the cookies that are read.
//!
//! The `cookie` crate reads them (RFC 6265 §4.2). The lines are put together here, because clients
//! and proxies of this protocol know the attributes in one order — `Domain`, `Path`, `Expires`,
//! `HttpOnly`, `Secure`, `SameSite` — and the crate writes another one, and always `Max-Age` last.

use std::time::{Duration, UNIX_EPOCH};

use cookie::Cookie;
use http::HeaderMap;
use http::header::COOKIE;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::config::Settings;
use crate::error::Error;

/// Name of a cookie that old servers of this protocol set; it is only ever cleared.
pub(super) const LEGACY: &str = "sIdRefreshToken";

/// The cookie in which scripts keep the front token.
const FRONT_COOKIE: &str = "sFrontToken";

/// The largest `name=value` that browsers keep (RFC 6265 §6.1).
const MAX_BYTES: usize = 4096;

/// What a cookie's value keeps as it is: the set of `encodeURIComponent`.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// A `Set-Cookie` line. An empty domain stands for none.
pub(super) fn line(
    settings: &Settings,
    name: &str,
    value: &str,
    domain: Option<&str>,
    path: &str,
    expires_at: i64,
) -> String {
    let expires = UNIX_EPOCH + Duration::from_millis(u64::try_from(expires_at).unwrap_or(0));
    let mut line = format!("{name}={}", utf8_percent_encode(value, VALUE));
    if let Some(domain) = domain.filter(|domain| !domain.is_empty()) {
        line.push_str("; Domain=");
        line.push_str(domain);
    }
    line.push_str("; Path=");
    line.push_str(path);
    line.push_str("; Expires=");
    line.push_str(&httpdate::fmt_http_date(expires));
    line.push_str("; HttpOnly");
    if settings.secure {
        line.push_str("; Secure");
    }
    line.push_str("; SameSite=");
    line.push_str(settings.same_site.name());
    line
}

/// All values of the cookies of a name, decoded, in the order in which they were sent.
pub(super) fn values(headers: &HeaderMap, name: &str) -> Vec<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(Cookie::split_parse_encoded)
        .filter_map(Result::ok)
        .filter(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
        .collect()
}

/// Refuses an access token and a front token that are too long for cookies: browsers drop larger
/// ones without a word, and the user could never sign in.
pub(super) fn check_size(settings: &Settings, jwt: usize, front_token: usize) -> Result<(), Error> {
    fits(&settings.cookies.access, jwt)?;
    fits(FRONT_COOKIE, front_token)
}

fn fits(name: &str, bytes: usize) -> Result<(), Error> {
    if name.len() + 1 + bytes <= MAX_BYTES {
        return Ok(());
    }
    Err(Error::internal(format!(
        "the claims of the session are too large: the cookie {name} would exceed {MAX_BYTES} bytes"
    )))
}
