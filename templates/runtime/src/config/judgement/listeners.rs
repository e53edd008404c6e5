//! Who can reach the server, and who reads along.

use std::net::SocketAddr;

use super::{Findings, Setting};
use crate::app_info::is_loopback;
use crate::config::Config;
use crate::network::is_internal;

const API: Setting = Setting {
    variable: "appInfo.apiDomain",
    field: "app_info.api_domain",
};
const WEBSITE: Setting = Setting {
    variable: "appInfo.websiteDomain",
    field: "app_info.website_domain",
};
const WEBSITES: Setting = Setting {
    variable: "AUTH_WEBSITES",
    field: "session.websites",
};
const LISTEN: Setting = Setting {
    variable: "AUTH_LISTEN_ADDR",
    field: "listen",
};
const PROXIES: Setting = Setting {
    variable: "AUTH_TRUSTED_PROXIES",
    field: "trusted_proxies",
};
const ADMIN: Setting = Setting {
    variable: "AUTH_ADMIN_LISTEN_ADDR",
    field: "admin_listen",
};

pub(super) fn judge(config: &Config, findings: &mut Findings) {
    let app = &config.app_info;
    let of_app_info = [
        (API, app.api_domain.as_str()),
        (WEBSITE, &app.website_domain),
    ];
    let further = config.session.websites.iter();
    let further = further.map(|website| (WEBSITES, website.as_str()));
    for (setting, domain) in of_app_info.into_iter().chain(further) {
        if domain.starts_with("http:") && !is_loopback(domain) {
            findings.danger(
                setting,
                format!("{domain} is http: an attacker on the network reads passwords and tokens, and changes pages"),
                "use https, with a proxy in front of the server that terminates TLS",
            );
        }
    }
    if !config.is_local() && is_loopback(&app.api_domain) {
        findings.danger(
            LISTEN,
            format!(
                "the server listens on {} for other machines, though apiDomain {} is this one and http",
                config.listen, app.api_domain
            ),
            "set apiDomain to the https address that browsers use, or listen on 127.0.0.1",
        );
    }
    if app.api_domain.starts_with("https:") && !config.trusted_proxies.is_declared() {
        findings.notice(
            PROXIES,
            "a proxy in front of the server terminates TLS, and nothing says which it is: clients cannot be \
             distinguished by their address",
            "name the proxy's address, such as 127.0.0.1 or 10.0.0.0/8",
        );
    }
    if let Some(admin) = config.admin_listen {
        operators(admin, config.listen, findings);
    }
}

/// `/metrics` asks for no password.
fn operators(admin: SocketAddr, listen: SocketAddr, findings: &mut Findings) {
    let (ip, other) = (admin.ip(), listen.ip());
    let is_taken = admin.port() != 0
        && admin.port() == listen.port()
        && (ip == other || ip.is_unspecified() || other.is_unspecified());
    if is_taken {
        findings.refuse(
            ADMIN,
            format!("{admin} is taken by AUTH_LISTEN_ADDR ({listen})"),
            "choose another port",
        );
    }
    if ip.is_unspecified() || !is_internal(ip.to_canonical()) {
        findings.danger(
            ADMIN,
            format!("strangers may reach /metrics on {admin}, which asks for no password"),
            "listen on 127.0.0.1 or a private address, or let a firewall see to it",
        );
    }
}
