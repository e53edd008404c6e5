//! Cookies: the lines that are sent, the cookies that are read.
//!
//! The `cookie` crate reads them (RFC 6265 §4.2). The lines are put together here, because clients
//! and proxies of this protocol know the attributes in one order — `Domain`, `Path`, `Expires`,
//! `HttpOnly`, `Secure`, `SameSite` — and the crate writes another one, and always `Max-Age` last.

use std::time::{Duration, UNIX_EPOCH};

use cookie::Cookie;
use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};
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
    let [values] = values_of(headers, [name]);
    values
}

/// As [`values`], of several names, for which the cookies are read once.
pub(super) fn values_of<const N: usize>(headers: &HeaderMap, names: [&str; N]) -> [Vec<String>; N] {
    let mut values = [const { Vec::new() }; N];
    let mut take = |cookie: Cookie<'_>| {
        if let Some(place) = names.iter().position(|name| *name == cookie.name()) {
            values[place].push(cookie.value().to_owned());
        }
    };
    for line in headers.get_all(COOKIE).iter().filter_map(ascii) {
        // Looking for what is encoded takes longer than all else here, and there is nothing in most.
        if line.contains('%') {
            Cookie::split_parse_encoded(line)
                .flatten()
                .for_each(&mut take);
        } else {
            Cookie::split_parse(line).flatten().for_each(&mut take);
        }
    }
    values
}

/// A header's value as text, as [`HeaderValue::to_str`] has it, but not byte by byte: tokens are long.
pub(super) fn ascii(value: &HeaderValue) -> Option<&str> {
    let bytes = value.as_bytes();
    let text = bytes.is_ascii().then(|| std::str::from_utf8(bytes));
    text?.ok()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_decoded_wherever_they_stand() {
        let mut headers = HeaderMap::new();
        for line in ["a=1; b=%32;c = \"3\"", "b=4; a", "a=5; %61=6", "a=\u{e9}"] {
            let value = HeaderValue::from_bytes(line.as_bytes()).expect("a value");
            headers.append(COOKIE, value);
        }
        let [a, b, c] = values_of(&headers, ["a", "b", "c"]);
        assert_eq!(
            (a, b),
            (
                vec!["1".to_owned(), "5".into(), "6".into()],
                vec!["2".to_owned(), "4".into()]
            )
        );
        let plain = Cookie::split_parse("c = \"3\"").flatten().next();
        assert_eq!(
            c,
            [plain.expect("a cookie").value()],
            "the same with and without encoding"
        );
    }

    #[test]
    fn texts_of_headers_are_those_of_the_library() {
        for byte in 0..=255_u8 {
            if let Ok(value) = HeaderValue::from_bytes(&[b'x', byte]) {
                assert_eq!(ascii(&value), value.to_str().ok(), "{byte}");
            }
        }
    }
}
