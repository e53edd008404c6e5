//! Each dangerous setting is found, by its name; those that are right are not.

use super::*;
use crate::app_info::AppInfoInput;
use crate::config::Secret;
use crate::session::{AntiCsrf, SameSite, TransferPolicy};

fn config(api: &str, website: &str) -> Config {
    let mut config = Config::for_app(&AppInfoInput {
        app_name: Some("Test".to_owned()),
        api_domain: Some(api.to_owned()),
        website_domain: Some(website.to_owned()),
        ..AppInfoInput::default()
    })
    .expect("appInfo is right");
    let encryption = "0f1e2d3c4b5a69788796a5b4c3d2e1f0".parse();
    config.session.signing_key_encryption = encryption.expect("it is random");
    config
}

/// A server behind a proxy that terminates TLS.
fn production() -> Config {
    behind_a_proxy("https://api.example.com", "https://example.com")
}

fn behind_a_proxy(api: &str, website: &str) -> Config {
    let mut config = config(api, website);
    config.trusted_proxies = "10.0.0.0/8".parse().expect("a range");
    config
}

/// Severity and variable of each finding.
fn found(config: &Config) -> Vec<(Severity, &'static str)> {
    let findings = judge(config).into_iter();
    findings
        .map(|finding| (finding.severity, finding.setting.variable))
        .collect()
}

#[track_caller]
fn finds(severity: Severity, variable: &'static str, change: impl FnOnce(&mut Config)) {
    let mut config = production();
    change(&mut config);
    assert_eq!(found(&config), [(severity, variable)]);
    let refused = config.check().err().map(|errors| errors.to_string());
    assert_eq!(
        refused.is_some(),
        severity == Severity::Refused,
        "{refused:?}"
    );
}

#[test]
fn every_website_is_judged() {
    let website = |text: &str| text.parse().expect("a website");
    let set = |text| move |config: &mut Config| config.session.websites = vec![website(text)];
    finds(
        Severity::Danger,
        "AUTH_WEBSITES",
        set("http://shop.example.com"),
    );
    // One of another site needs cookies that all sites may have sent.
    finds(Severity::Danger, "AUTH_COOKIE_SAME_SITE", |config| {
        set("https://example.org")(config);
        config.session.cookie_same_site = Some(SameSite::Lax);
    });
    for (text, same_site) in [
        ("https://shop.example.com", SameSite::Lax),
        ("https://example.org", SameSite::None),
    ] {
        let mut config = production();
        set(text)(&mut config);
        assert_eq!(found(&config), [], "{text}");
        let policy = config.session.cookie_policy(&config.app_info);
        assert_eq!(policy.expect("it is right").same_site, same_site, "{text}");
        let facts: Vec<_> = facts(&config).into_iter().map(|fact| fact.text).collect();
        let facts = facts.join("\n");
        let read = format!("https://example.com and {text} (AUTH_WEBSITES) may read answers");
        assert!(facts.contains(&read), "{facts}");
        let two = format!("and {text} (AUTH_WEBSITES) are two sites");
        assert_eq!(facts.contains(&two), same_site == SameSite::None, "{facts}");
    }
}

#[test]
fn a_server_with_a_website_elsewhere_is_no_developers() {
    let mut local = config("http://localhost:3001", "http://localhost:3000");
    assert!(local.is_for_development());
    local.session.websites = vec!["http://localhost:4000".parse().expect("a website")];
    assert!(local.is_for_development());
    local.session.websites = vec!["https://example.com".parse().expect("a website")];
    assert!(!local.is_for_development());
}

#[test]
fn what_is_right_is_not_mentioned() {
    assert_eq!(found(&production()), []);
    assert_eq!(
        found(&config("http://localhost:3001", "http://localhost:3000")),
        []
    );
    let mut cross_site = behind_a_proxy("https://api.example.com", "https://example.org");
    assert_eq!(found(&cross_site), []);
    cross_site.session.anti_csrf = Some(AntiCsrf::None);
    cross_site.session.transfer = TransferPolicy::Header;
    assert_eq!(found(&cross_site), [], "there are no cookies");
    let mut config = production();
    config.session.cookie_domain = Some(".example.com".to_owned());
    config.admin_listen = "10.0.0.5:9464".parse().ok();
    config.smtp_url = Some(Secret::new("smtp://u:p@mail.example.com?tls=required"));
    config.database_url = Secret::new("postgres://u:p@db.example.com/auth?sslmode=verify-full");
    assert_eq!(found(&config), []);
}

#[test]
fn cookies_for_any_site_or_no_site_are_refused() {
    for domain in ["com", "other.com", "ple.com", "v1.api.example.com"] {
        finds(Severity::Refused, "AUTH_COOKIE_DOMAIN", |config| {
            config.session.cookie_domain = Some(domain.to_owned());
        });
    }
    let mut shared = config("https://shop.github.io", "https://shop.github.io");
    shared.session.cookie_domain = Some("github.io".to_owned());
    let problem = &judge(&shared)[0].problem;
    assert!(problem.contains("public suffix"), "{problem}");
    for no_domain in [
        "x;y",
        "a b",
        "exa_mple.com",
        "-a.example.com",
        "a..com",
        "[::1]",
    ] {
        let mut config = production();
        config.session.cookie_domain = Some(no_domain.to_owned());
        let errors = config.check().expect_err(no_domain).to_string();
        assert!(errors.contains("session.cookie_domain: "), "{errors}");
    }
}

#[test]
fn cookies_that_other_sites_use_are_refused() {
    finds(Severity::Refused, "AUTH_ANTI_CSRF", |config| {
        config.session.cookie_same_site = Some(SameSite::None);
        config.session.anti_csrf = Some(AntiCsrf::None);
    });
}

#[test]
fn cookies_that_browsers_drop_or_do_not_send_are_told() {
    finds(Severity::Danger, "AUTH_COOKIE_SECURE", |config| {
        config.session.cookie_secure = Some(false);
    });
    finds(Severity::Refused, "AUTH_COOKIE_SECURE", |config| {
        config.session.cookie_secure = Some(false);
        config.session.cookie_same_site = Some(SameSite::None);
    });
    finds(Severity::Danger, "AUTH_COOKIE_SAME_SITE", |config| {
        config.app_info.website_domain = "https://example.org".to_owned();
        config.session.cookie_same_site = Some(SameSite::Lax);
    });
    let plain = config("http://api.example.com", "http://example.org");
    let findings = found(&plain);
    assert!(
        findings.contains(&(Severity::Danger, "AUTH_COOKIE_SAME_SITE")),
        "{findings:?}"
    );
    let mut plain = config("http://api.example.com", "http://example.com");
    plain.session.cookie_secure = Some(true);
    let findings = found(&plain);
    assert!(
        findings.contains(&(Severity::Danger, "AUTH_COOKIE_SECURE")),
        "{findings:?}"
    );
}

#[test]
fn who_can_reach_the_server_is_told() {
    finds(Severity::Danger, "appInfo.websiteDomain", |config| {
        config.app_info.website_domain = "http://example.com".to_owned();
        config.session.cookie_same_site = Some(SameSite::None);
    });
    let plain = found(&config("http://api.example.com", "http://example.com"));
    let both = ["appInfo.apiDomain", "appInfo.websiteDomain"];
    assert_eq!(plain, both.map(|name| (Severity::Danger, name)));
    let mut public = config("http://localhost:3001", "http://localhost:3000");
    public.listen = "0.0.0.0:3001".parse().expect("an address");
    assert_eq!(found(&public), [(Severity::Danger, "AUTH_LISTEN_ADDR")]);
    for strangers in ["0.0.0.0:9464", "[::]:9464", "8.8.8.8:9464"] {
        finds(Severity::Danger, "AUTH_ADMIN_LISTEN_ADDR", |config| {
            config.admin_listen = strangers.parse().ok();
        });
    }
    finds(Severity::Refused, "AUTH_ADMIN_LISTEN_ADDR", |config| {
        config.admin_listen = Some(config.listen);
    });
}

#[test]
fn a_proxy_that_is_not_declared_is_told() {
    finds(Severity::Notice, "AUTH_TRUSTED_PROXIES", |config| {
        config.trusted_proxies = crate::network::TrustedProxies::default();
    });
}

#[test]
fn mails_that_others_read_are_told() {
    for url in [
        "smtp://mail.example.com",
        "smtp://mail.example.com?tls=opportunistic",
    ] {
        finds(Severity::Danger, "AUTH_SMTP_URL", |config| {
            config.smtp_url = Some(Secret::new(url));
        });
    }
    finds(Severity::Danger, "AUTH_MAIL_OUTBOX", |config| {
        config.mail_outbox = Some("/nowhere/mails".into());
    });
}

#[test]
fn what_the_database_shows_is_told() {
    finds(Severity::Danger, "AUTH_ENCRYPTION_SECRET", |config| {
        config.session.signing_key_encryption = crate::crypto::encryption::Encryption::default();
    });
    finds(Severity::Notice, "DATABASE_URL", |config| {
        config.database_url = Secret::new("postgres://u:p@db.internal/auth?sslmode=disable");
    });
}

#[cfg(unix)]
#[test]
fn a_database_that_others_can_read_is_told() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("auth.db");
    std::fs::write(&path, "").expect("a file");
    let url = || Secret::new(format!("sqlite://{}", path.display()));
    let set = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode));
    set(0o644).expect("it is ours");
    finds(Severity::Danger, "DATABASE_URL", |config| {
        config.database_url = url();
    });
    set(0o600).expect("it is ours");
    let mut config = production();
    config.database_url = url();
    assert_eq!(found(&config), []);
}

#[test]
fn unknown_variables_are_listed_once() {
    finds(Severity::Notice, "AUTH_*", |config| {
        config.unknown_variables = vec!["AUTH_PORT".to_owned(), "AUTH_SECRET".to_owned()];
    });
}

#[test]
fn facts_say_why_and_hold_no_secret() {
    let mut config = production();
    config.smtp_url = Some(Secret::new("smtps://u:hunter2@mail.example.com"));
    config.database_url = Secret::new("postgres://u:hunter2@localhost/auth");
    let lines: Vec<_> = facts(&config)
        .into_iter()
        .map(|fact| format!("{}: {}", fact.topic, fact.text))
        .collect();
    let text = lines.join("\n");
    for expected in [
        "cookies: SameSite=Lax, because API and website are one site (example.com)",
        "cookies: Secure, because apiDomain is https",
        "CORS: only https://example.com may read answers, with credentials",
        "proxies: proxies that name the client: 10.0.0.0/8 (AUTH_TRUSTED_PROXIES)",
        "TLS: PostgreSQL on this machine, without TLS",
        "TLS: mails go to the mail server over TLS",
        "secrets: signing keys are encrypted",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    assert!(!text.contains("hunter2"), "{text}");
}
