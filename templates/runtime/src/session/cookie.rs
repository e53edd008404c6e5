//! Cookies: the lines that are sent, the cookies that are read.
//!
//! They are read as RFC 6265 §4.2 and §5.4 have them: pairs between semicolons. The `cookie` crate reads the
//! same, as a test compares; but it goes through a text six times, which costs as much as all other
//! checks of a known access token together. Names are compared as they were sent: `%5F%5FHost-a`
//! is not `__Host-a`, whose prefix browsers protect (RFC 6265bis §4.1.3). Values are percent-decoded,
//! and may stand in quotes (RFC 6265 §4.1.1).
//!
//! The lines are put together here, because clients and proxies of this protocol know the attributes
//! in one order — `Domain`, `Path`, `Expires`, `HttpOnly`, `Secure`, `SameSite` — and the `cookie` crate
//! writes another one, and always `Max-Age` last.

use std::borrow::Cow;
use std::time::{Duration, UNIX_EPOCH};

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};
use memchr::memchr_iter;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::settings::Settings;

/// Name of a cookie that old servers of this protocol set; it is only ever cleared.
pub(super) const LEGACY: &str = "sIdRefreshToken";

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
    each(headers, |name, value| {
        if let Some(place) = names.iter().position(|wanted| *wanted == name) {
            values[place].push(decoded(value).into_owned());
        }
    });
    values
}

/// The first value of the cookies of a name, not decoded, and the number of these cookies. Nothing is copied,
/// for tokens are long and every request carries one.
pub(super) fn first<'h>(headers: &'h HeaderMap, name: &str) -> Option<(&'h str, usize)> {
    let (mut first, mut count) = (None, 0);
    each(headers, |found, value| {
        if found == name {
            first.get_or_insert(value);
            count += 1;
        }
    });
    first.map(|first| (first, count))
}

/// Shows name and value of each cookie, the value without quotes and not decoded.
fn each<'h>(headers: &'h HeaderMap, mut see: impl FnMut(&'h str, &'h str)) {
    for line in headers.get_all(COOKIE).iter().filter_map(ascii) {
        // `memchr` needs a tenth of the instructions of `str::split`.
        let ends = memchr_iter(b';', line.as_bytes()).chain([line.len()]);
        let mut start = 0;
        for end in ends {
            let pair = &line[start..end];
            start = end + 1;
            let Some((name, value)) = pair.split_once('=') else {
                continue;
            };
            let (name, value) = (name.trim(), value.trim());
            let quoted = value
                .strip_prefix('"')
                .and_then(|value| value.strip_suffix('"'));
            if !name.is_empty() {
                see(name, quoted.unwrap_or(value));
            }
        }
    }
}

/// A cookie's value without its percent-encoding; as it is where that is not UTF-8.
pub(super) fn decoded(value: &str) -> Cow<'_, str> {
    // Decoding a long token takes longer than all else here, and there is nothing to decode in most.
    if !value.contains('%') {
        return Cow::Borrowed(value);
    }
    let bytes = percent_decode_str(value);
    bytes.decode_utf8().unwrap_or(Cow::Borrowed(value))
}

/// A header's value as text, as [`HeaderValue::to_str`] has it, but not byte by byte: tokens are long.
pub(super) fn ascii(value: &HeaderValue) -> Option<&str> {
    let bytes = value.as_bytes();
    let text = bytes.is_ascii().then(|| std::str::from_utf8(bytes));
    text?.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values_of_line(line: &str, name: &str) -> Vec<String> {
        let mut headers = HeaderMap::new();
        let value = HeaderValue::from_str(line).expect("a header value");
        headers.append(COOKIE, value);
        values(&headers, name)
    }

    #[test]
    fn values_are_decoded_on_every_line() {
        let mut headers = HeaderMap::new();
        for line in ["a=1; b=%32;c = \"3\"", "b=4; a", "a=5", "a=\u{e9}"] {
            let value = HeaderValue::from_bytes(line.as_bytes()).expect("a value");
            headers.append(COOKIE, value);
        }
        let [a, b, c] = values_of(&headers, ["a", "b", "c"]);
        assert_eq!(a, ["1", "5"]);
        assert_eq!(b, ["2", "4"]);
        assert_eq!(c, ["3"]);
    }

    #[test]
    fn cookies_are_those_that_the_library_reads() {
        let parts = ["a", "=", ";", " ", "\t", "\"", "%3B", "="];
        // Each text of six parts.
        for number in 0..parts.len().pow(6) {
            let place = |at: u32| parts[number / parts.len().pow(at) % parts.len()];
            let line: String = (0..6).map(place).collect();
            let mut headers = HeaderMap::new();
            headers.append(COOKIE, HeaderValue::from_str(&line).expect("a value"));
            let mut ours = Vec::new();
            each(&headers, |name, value| {
                ours.push((name.to_owned(), value.to_owned()));
            });
            let theirs: Vec<_> = cookie::Cookie::split_parse(line.as_str())
                .flatten()
                .map(|cookie| (cookie.name().to_owned(), cookie.value_trimmed().to_owned()))
                .collect();
            assert_eq!(ours, theirs, "{line:?}");
        }
    }

    #[test]
    fn names_are_compared_as_they_were_sent() {
        for line in [
            "%5F%5FHost-a=1",
            "__Host%2Da=1",
            "__host-a=1",
            "__Host-a%20=1",
        ] {
            assert!(values_of_line(line, "__Host-a").is_empty(), "{line}");
        }
        assert_eq!(values_of_line("x=%20; __Host-a=1", "__Host-a"), ["1"]);
    }

    #[test]
    fn a_value_may_stand_in_quotes() {
        assert_eq!(values_of_line("a=\"x.y\"", "a"), ["x.y"]);
        assert_eq!(values_of_line("a=\"x%2Ey\"", "a"), ["x.y"]);
        assert_eq!(values_of_line("a=\"x", "a"), ["\"x"]);
        assert_eq!(values_of_line("a=%22x%22", "a"), ["\"x\""]);
    }

    #[test]
    fn a_value_that_is_no_utf_8_stays_as_it_is() {
        assert_eq!(values_of_line("a=%ff", "a"), ["%ff"]);
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
