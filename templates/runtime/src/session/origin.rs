//! Where a request comes from, and what cookies may do for it.
//!
//! A browser attaches cookies to requests that any page causes. So a page of a foreign origin must not
//! benefit from them (OWASP, Cross-Site Request Forgery Prevention Cheat Sheet, "Verifying Origin";
//! ASVS 5.0, 3.5.1):
//!
//! - *Foreign* is a request with an `Origin` other than the website's, the API's and those of the settings;
//!   one without `Origin` is foreign where the browser says that another site caused it
//!   (`Sec-Fetch-Site: cross-site`, Fetch Metadata Request Headers). Clients that are no browsers send
//!   neither.
//! - In *header mode* is a request that says so (`st-auth-mode: header`) or that carries a bearer token;
//!   neither can be sent to another site by a form. Every other request is in *cookie mode*. Where the
//!   settings allow one method only, that is the mode.
//! - From a foreign origin, a request in header mode neither reads, sets nor clears cookies, and is
//!   otherwise served. One in cookie mode may not change anything: the dispatcher of the auth APIs refuses
//!   it, and so do the beginning and the refresh of a session, wherever they are asked for.

use std::fmt;
use std::str::FromStr;

use http::{HeaderMap, header};
use url::Url;

use super::config::TransferPolicy;
use super::transport;

/// An origin as browsers write it: `https://app.example.com`, `capacitor://localhost`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

/// What cookies may do for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CookieUse {
    /// They are read and set.
    Allowed,
    /// They are neither read, set nor cleared.
    Ignored,
    /// The request relies on them and must not: it changes nothing.
    Refused,
}

impl Origin {
    /// As it stands in the header `Origin`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Origin {
    type Err = String;

    /// Reads `scheme://host[:port]`, in any case. Schemes of native shells are allowed.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is no origin: write scheme://host[:port], such as \
                 https://app.example.com or capacitor://localhost"
            )
        };
        let url = Url::parse(&text.to_ascii_lowercase()).map_err(|_| wrong())?;
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or_else(wrong)?;
        let has_more = !matches!(url.path(), "" | "/")
            || url.query().is_some()
            || url.fragment().is_some()
            || !url.username().is_empty()
            || url.password().is_some();
        // `*` and the like are hosts for the URL standard; pages of files have the origin `null`.
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._[]:".contains(&byte);
        if has_more || url.scheme() == "file" || !host.bytes().all(is_name) {
            return Err(wrong());
        }
        let port = url
            .port()
            .map_or_else(String::new, |port| format!(":{port}"));
        Ok(Self(format!("{}://{host}{port}", url.scheme())))
    }
}

/// Whether a request comes from a page of another origin than these.
pub(super) fn is_foreign(headers: &HeaderMap, own: &[String]) -> bool {
    match headers.get(header::ORIGIN) {
        Some(origin) => !own.iter().any(|own| origin.as_bytes() == own.as_bytes()),
        None => headers
            .get("sec-fetch-site")
            .is_some_and(|site| site.as_bytes() == b"cross-site"),
    }
}

/// What cookies may do for a request of a foreign origin.
pub(super) fn of_foreign(headers: &HeaderMap, policy: TransferPolicy) -> CookieUse {
    let is_cookie_mode = match policy {
        TransferPolicy::Cookie => true,
        TransferPolicy::Header => false,
        TransferPolicy::Any => !transport::is_header_mode(headers),
    };
    if is_cookie_mode {
        CookieUse::Refused
    } else {
        CookieUse::Ignored
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_read_in_the_form_that_browsers_write() {
        for (text, expected) in [
            ("https://app.example.com", "https://app.example.com"),
            ("HTTPS://App.Example.com:443/", "https://app.example.com"),
            ("http://localhost:8100", "http://localhost:8100"),
            ("capacitor://localhost", "capacitor://localhost"),
            ("ionic://localhost", "ionic://localhost"),
            ("tauri://localhost", "tauri://localhost"),
            (
                "chrome-extension://abcdefghijklmnop",
                "chrome-extension://abcdefghijklmnop",
            ),
            ("http://[::1]:3000", "http://[::1]:3000"),
        ] {
            let origin = Origin::from_str(text);
            assert_eq!(origin.as_ref().map(Origin::as_str), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_origin_is_named() {
        for text in [
            "",
            "*",
            "null",
            "https://*.example.com",
            "app.example.com",
            "https://",
            "https://a.test/path",
            "https://a.test?x=1",
            "https://a.test#x",
            "https://user@a.test",
            "https://a.test b.test",
            "file:///index.html",
            "file://host",
            "javascript:alert(1)",
            "capacitor:localhost",
        ] {
            let error = Origin::from_str(text).expect_err(text);
            assert!(error.contains(&format!("`{text}`")), "{error}");
        }
    }

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.insert(*name, value.parse().expect("a header value"));
        }
        headers
    }

    #[test]
    fn foreign_is_what_names_another_origin_or_another_site() {
        let own = [
            "https://a.test".to_owned(),
            "capacitor://localhost".to_owned(),
        ];
        for (lines, expected) in [
            (&[][..], false),
            (&[("origin", "https://a.test")], false),
            (&[("origin", "capacitor://localhost")], false),
            (&[("origin", "https://b.test")], true),
            (&[("origin", "null")], true),
            (&[("origin", "")], true),
            (&[("sec-fetch-site", "cross-site")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (
                &[
                    ("origin", "https://a.test"),
                    ("sec-fetch-site", "cross-site"),
                ],
                false,
            ),
        ] {
            assert_eq!(is_foreign(&headers(lines), &own), expected, "{lines:?}");
        }
    }

    #[test]
    fn only_what_no_form_can_send_is_header_mode() {
        use TransferPolicy::{Any, Cookie, Header};
        for (lines, policy, expected) in [
            (&[][..], Any, CookieUse::Refused),
            (&[("st-auth-mode", "cookie")], Any, CookieUse::Refused),
            (&[("st-auth-mode", "header")], Any, CookieUse::Ignored),
            (&[("authorization", "Bearer x")], Any, CookieUse::Ignored),
            (&[("authorization", "Basic x")], Any, CookieUse::Refused),
            (
                &[("authorization", "Bearer x"), ("st-auth-mode", "cookie")],
                Any,
                CookieUse::Refused,
            ),
            (&[], Header, CookieUse::Ignored),
            (&[("st-auth-mode", "header")], Cookie, CookieUse::Refused),
        ] {
            assert_eq!(of_foreign(&headers(lines), policy), expected, "{lines:?}");
        }
    }
}
