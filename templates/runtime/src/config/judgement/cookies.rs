//! Cookies of sessions: whether browsers keep them, send them, and keep them from others.
//!
//! RFC 6265bis, <https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis>; OWASP Session
//! Management and Cross-Site Request Forgery Prevention Cheat Sheets.

use url::{Host, Url};

use super::{Findings, Setting};
use crate::app_info::{AppInfo, is_loopback};
use crate::config::Config;
use crate::session::{AntiCsrf, CookiePolicy, SameSite, TransferPolicy, Website};

const DOMAIN: Setting = Setting {
    variable: "AUTH_COOKIE_DOMAIN",
    field: "session.cookie_domain",
};
const SECURE: Setting = Setting {
    variable: "AUTH_COOKIE_SECURE",
    field: "session.cookie_secure",
};
const SAME_SITE: Setting = Setting {
    variable: "AUTH_COOKIE_SAME_SITE",
    field: "session.cookie_same_site",
};
const ANTI_CSRF: Setting = Setting {
    variable: "AUTH_ANTI_CSRF",
    field: "session.anti_csrf",
};

pub(super) fn judge(config: &Config, findings: &mut Findings) {
    // Settings that cannot be put together are refused before, in words of their own.
    let Ok(policy) = config.session.cookie_policy(&config.app_info) else {
        return;
    };
    if config.session.transfer == TransferPolicy::Header {
        return;
    }
    if let Some(domain) = &policy.domain {
        scope(domain, &config.app_info, findings);
    }
    same_site(&policy, config, findings);
    secure(&policy, &config.app_info, findings);
}

/// The `Domain` attribute: browsers drop a cookie for a public suffix or a domain that its host is no part
/// of (RFC 6265bis §5.7).
fn scope(domain: &str, app: &AppInfo, findings: &mut Findings) {
    let bare = domain.trim_start_matches('.');
    let api = Url::parse(&app.api_domain).ok();
    let host = api.as_ref().and_then(Url::host_str).unwrap_or_default();
    if host == bare {
        return;
    }
    let cure = format!("leave it away, or name `{host}` or a domain that it is part of");
    let is_name = matches!(api.as_ref().and_then(Url::host), Some(Host::Domain(_)));
    let is_part = is_name
        && host
            .strip_suffix(bare)
            .is_some_and(|rest| rest.ends_with('.'));
    if !is_part {
        let problem = format!(
            "browsers drop cookies for `{bare}`, since apiDomain `{host}` is no part of it"
        );
        findings.refuse(DOMAIN, problem, cure);
    } else if psl::suffix_str(bare) == Some(bare) {
        let problem = format!(
            "browsers drop cookies for `{bare}`, which is a public suffix: anyone may register below it"
        );
        findings.refuse(DOMAIN, problem, cure);
    }
}

fn same_site(policy: &CookiePolicy, config: &Config, findings: &mut Findings) {
    if policy.same_site == SameSite::None && policy.anti_csrf == AntiCsrf::None {
        findings.refuse(
            ANTI_CSRF,
            "NONE beside SameSite=None lets every website act as its visitors",
            "leave it away, or set VIA_CUSTOM_HEADER or VIA_TOKEN",
        );
    }
    let (app, api) = (&config.app_info, &config.app_info.api_domain);
    let further = config.session.websites.iter().map(Website::as_str);
    let mut websites = [app.website_domain.as_str()].into_iter().chain(further);
    let other = websites.find(|website| !app.is_same_site(website));
    if let Some(website) = other.filter(|_| policy.same_site != SameSite::None) {
        let name = policy.same_site.name();
        findings.danger(
            SAME_SITE,
            format!(
                "cookies with SameSite={name} are not sent from {website} to {api}, another site"
            ),
            "leave it away, or move both to one domain; sessions work by headers only until then",
        );
    }
}

fn secure(policy: &CookiePolicy, app: &AppInfo, findings: &mut Findings) {
    let api = &app.api_domain;
    let is_https = api.starts_with("https:");
    let is_none = policy.same_site == SameSite::None;
    match (policy.secure, is_https) {
        (false, true) if is_none => findings.refuse(
            SECURE,
            "browsers drop cookies with SameSite=None that are not Secure",
            "leave it away: apiDomain is https",
        ),
        (false, true) => findings.danger(
            SECURE,
            format!(
                "session cookies of {api} also travel unencrypted, and can be read on the network"
            ),
            "leave it away: apiDomain is https",
        ),
        (false, false) if is_none && !app.is_local() => findings.danger(
            SAME_SITE,
            "browsers drop cookies with SameSite=None without https: sessions work by headers only",
            "use https for API and website, or one site for both",
        ),
        (true, false) if !is_loopback(api) => findings.danger(
            SECURE,
            format!("browsers drop Secure cookies of {api}: sessions work by headers only"),
            "use https for apiDomain",
        ),
        _ => {}
    }
}
