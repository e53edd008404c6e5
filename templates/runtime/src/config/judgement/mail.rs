//! Mails hold links that change passwords: who reads them on their way, and in the outbox.

use url::Url;

use super::{Findings, Setting, storage};
use crate::app_info::is_loopback;
use crate::config::Config;

const SMTP: Setting = Setting {
    variable: "AUTH_SMTP_URL",
    field: "smtp_url",
};
const OUTBOX: Setting = Setting {
    variable: "AUTH_MAIL_OUTBOX",
    field: "mail_outbox",
};

/// How mails travel to the mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// It is on this machine.
    Here,
    /// Over TLS, with a certificate that is checked.
    Encrypted,
    /// Over TLS unless an attacker on the network suppresses it (RFC 3207 §6).
    Opportunistic,
    /// Without TLS.
    Plain,
}

pub(super) fn judge(config: &Config, findings: &mut Findings) {
    let problem = match config.smtp_url.as_ref().map(|url| way(url.expose())) {
        Some(Way::Plain) => Some("mails go to another machine without TLS"),
        Some(Way::Opportunistic) => Some(
            "tls=opportunistic sends without TLS as soon as an attacker on the network suppresses STARTTLS",
        ),
        _ => None,
    };
    if let Some(problem) = problem {
        findings.danger(
            SMTP,
            format!("{problem}, and a person who reads a reset link can take over the account"),
            "write smtps://, or add ?tls=required",
        );
    }
    let Some(outbox) = &config.mail_outbox else {
        return;
    };
    if !is_loopback(&config.app_info.api_domain) {
        let domain = &config.app_info.api_domain;
        findings.danger(
            OUTBOX,
            format!("reset links of users of {domain} are kept in a folder; an outbox is for development"),
            "leave it away, and set AUTH_SMTP_URL",
        );
    }
    if storage::is_open_to_others(outbox) {
        findings.notice(
            OUTBOX,
            format!(
                "other users of this machine can look into {}",
                outbox.display()
            ),
            format!("chmod 700 {}", outbox.display()),
        );
    }
}

/// How mails travel by a URL that was checked before.
pub(super) fn way(url: &str) -> Way {
    let Ok(url) = Url::parse(url) else {
        return Way::Plain;
    };
    let host = url.host_str().unwrap_or_default();
    let tls = url.query_pairs().find(|(name, _)| name == "tls");
    match (url.scheme(), tls.as_ref().map(|(_, value)| value.as_ref())) {
        _ if is_loopback(&format!("http://{host}")) => Way::Here,
        ("smtps", _) | (_, Some("required")) => Way::Encrypted,
        (_, Some("opportunistic")) => Way::Opportunistic,
        _ => Way::Plain,
    }
}
