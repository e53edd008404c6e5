//! Headers that protect every answer of the server's own, 404, preflight and health
//! included (OWASP ASVS 5.0, 3.4; OWASP REST Security Cheat Sheet).
//!
//! | Header | Against |
//! |---|---|
//! | `X-Content-Type-Options: nosniff` | an answer that is taken for a script or a page (ASVS 3.4.4) |
//! | `Content-Security-Policy` | content and frames: answers are data and load nothing (ASVS 3.4.3, 3.4.6) |
//! | `Referrer-Policy: no-referrer` | URLs with tokens that are passed on (ASVS 3.4.5) |
//! | `Strict-Transport-Security` | plain http, where `apiDomain` is https (RFC 6797; ASVS 3.4.1) |
//!
//! Answers of the application are not changed: they may be pages. HSTS names the host alone and not its
//! subdomains, which may have another owner; it is left out on a loopback host, where it would
//! apply to all programs of a developer's machine.

use http::{HeaderMap, HeaderName, HeaderValue, Response, header};

use crate::app_info::{AppInfo, is_loopback};

const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// A year, in seconds: the least that ASVS 3.4.1 asks for.
const ONE_YEAR: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Marks a response of the server itself, as opposed to one of the application.
#[derive(Debug, Clone, Copy)]
pub(super) struct OwnAnswer;

/// The headers of one server.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Protection {
    is_https: bool,
}

impl Protection {
    /// The headers that suit where the server is reached.
    pub(super) fn of(app_info: &AppInfo) -> Self {
        let domain = &app_info.api_domain;
        Self {
            is_https: domain.starts_with("https://") && !is_loopback(domain),
        }
    }

    /// Puts them on an answer of the server's own. A header that the answer has already stays.
    pub(super) fn apply(&self, headers: &mut HeaderMap) {
        let mut set = |name: HeaderName, value| {
            headers.entry(name).or_insert(value);
        };
        set(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        set(header::CONTENT_SECURITY_POLICY, POLICY);
        set(
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        );
        if self.is_https {
            set(header::STRICT_TRANSPORT_SECURITY, ONE_YEAR);
        }
    }

    /// The same, if the server made the answer itself.
    pub(super) fn apply_to_own<B>(&self, response: &mut Response<B>) {
        if response.extensions().get::<OwnAnswer>().is_some() {
            self.apply(response.headers_mut());
        }
    }
}
