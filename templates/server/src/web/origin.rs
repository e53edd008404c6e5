//! Login CSRF (OWASP, Cross-Site Request Forgery Prevention Cheat Sheet).
//!
//! A page of somebody else's can post a form with `text/plain` that holds JSON, without any preflight; if
//! that signed the visitor in, they would go on under the attacker's account.
//!
//! Rule: a request that starts a session and names an `Origin` must come from the website or from the API
//! itself; one without must not say of itself that another site caused it (`Sec-Fetch-Site`, Fetch Metadata
//! Request Headers). Clients that are not browsers send neither and are not held up.

use http::{HeaderMap, header};

use crate::app_info::AppInfo;

/// Behaviours that start a session out of nothing but the body.
const STARTS_SESSION: &[&str] = &["email-password.sign-up", "email-password.sign-in"];

/// Whether the request comes from a page that must not start a session here.
pub(super) fn is_foreign(behaviour: &str, headers: &HeaderMap, app_info: &AppInfo) -> bool {
    if !STARTS_SESSION.contains(&behaviour) {
        return false;
    }
    let own = [&app_info.website_domain, &app_info.api_domain];
    match headers.get(header::ORIGIN) {
        Some(origin) => !own.iter().any(|own| origin.as_bytes() == own.as_bytes()),
        None => headers
            .get("sec-fetch-site")
            .is_some_and(|site| site.as_bytes() == b"cross-site"),
    }
}
