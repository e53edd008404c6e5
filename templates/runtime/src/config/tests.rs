//! What settings are refused, and that secrets stay secret.

use super::*;
use crate::app_info::Setting;

const DEFAULTS: AppInfoDefaults = AppInfoDefaults {
    app_name: Setting::Text("Test"),
    api_domain: Setting::Env {
        name: "API_DOMAIN",
        default: Some("http://localhost:4001"),
    },
    api_base_path: None,
    api_gateway_path: None,
    website_domain: Some(Setting::Text("http://localhost:3000")),
    origin: None,
    website_base_path: None,
};

fn read(variables: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
    Config::read(&DEFAULTS, |name| {
        let found = variables.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    })
}

#[test]
fn the_port_is_that_of_a_loopback_api_domain() {
    let config = read(&[]).expect("defaults are right");
    assert_eq!(config.listen.to_string(), "127.0.0.1:4001");
    let config = read(&[("API_DOMAIN", "https://api.example.com")]).expect("it is right");
    assert_eq!(config.listen.to_string(), "127.0.0.1:3001");
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let errors = read(&[
        ("API_DOMAIN", "/nowhere"),
        ("AUTH_LISTEN_ADDR", "3001"),
        ("DATABASE_URL", "postgres://u:secret@db/auth"),
        ("AUTH_SMTP_URL", "smtps://u:secret@mail.test"),
        ("AUTH_BODY_LIMIT", "0"),
        ("AUTH_COOKIE_SAME_SITE", "some"),
        ("AUTH_ENCRYPTION_SECRET", "short secret"),
    ])
    .expect_err("all of it is wrong")
    .to_string();
    let lines: Vec<_> = errors
        .lines()
        .map(|line| line.trim().split(':').next())
        .collect();
    let names = [
        "the settings are wrong",
        "appInfo.apiDomain",
        "AUTH_COOKIE_SAME_SITE",
        "AUTH_ENCRYPTION_SECRET",
        "AUTH_LISTEN_ADDR",
        "DATABASE_URL",
        "AUTH_MAIL_FROM",
        "AUTH_BODY_LIMIT",
    ];
    assert_eq!(lines, names.map(Some));
    assert!(errors.contains("sslmode=verify-full"), "{errors}");
    assert!(!errors.contains("secret"));
}

#[test]
fn the_url_decides_about_the_database() {
    for url in [
        "sqlite://x.db",
        "postgres://u@localhost/auth",
        "postgresql://u@db/auth?sslmode=disable",
    ] {
        let config = read(&[("DATABASE_URL", url)]).expect("it is right");
        assert_eq!(config.database_url.expose(), url);
    }
    assert!(read(&[("DATABASE_URL", "mysql://localhost/auth")]).is_err());
}

#[test]
fn secrets_are_not_printed() {
    let variables = [
        ("AUTH_SMTP_URL", "smtps://u:hunter2@mail.test"),
        ("AUTH_MAIL_FROM", "a@b.co"),
    ];
    let config = read(&variables).expect("it is right");
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn what_cannot_work_together_is_named_by_its_variable() {
    let errors = read(&[
        ("DATABASE_URL", "mysql://u:secret@db/auth"),
        ("AUTH_COOKIE_DOMAIN", "not a domain"),
        ("AUTH_REFRESH_TOKEN_MINUTES", "60"),
        ("AUTH_PASSWORD_THREADS", "1000000"),
        ("AUTH_MAIL_OUTBOX", "out\u{fffd}box"),
    ])
    .expect_err("all of it is wrong");
    let names: Vec<_> = errors.0.iter().map(|line| line.split(':').next()).collect();
    let expected = [
        "DATABASE_URL",
        "AUTH_MAIL_OUTBOX",
        "AUTH_PASSWORD_THREADS",
        "AUTH_COOKIE_DOMAIN",
        "AUTH_REFRESH_TOKEN_MINUTES",
    ];
    assert_eq!(names, expected.map(Some), "{errors}");
    assert!(!errors.to_string().contains("secret"));
    let longest = ("AUTH_REFRESH_TOKEN_MINUTES", "4294967295");
    assert!(read(&[longest]).is_err(), "its date could not be written");
}

#[test]
fn strangers_see_no_metrics_and_load_balancers_get_notice_by_default() {
    let config = read(&[]).expect("defaults are right");
    assert_eq!(config.admin_listen, None);
    assert_eq!(
        config.shutdown_delay,
        Duration::ZERO,
        "nobody balances here"
    );
    let variables = [("AUTH_LISTEN_ADDR", "0.0.0.0:3001")];
    let config = read(&variables).expect("it is right");
    assert_eq!(config.shutdown_delay, Duration::from_secs(5));
    let config = read(&[
        ("AUTH_LISTEN_ADDR", "0.0.0.0:3001"),
        ("AUTH_ADMIN_LISTEN_ADDR", "127.0.0.1:9464"),
        ("AUTH_SHUTDOWN_DELAY_SECONDS", "0"),
        ("AUTH_CLEANUP_MINUTES", "15"),
    ])
    .expect("it is right");
    let admin = config.admin_listen.map(|address| address.to_string());
    assert_eq!(admin.as_deref(), Some("127.0.0.1:9464"));
    assert_eq!(config.shutdown_delay, Duration::ZERO);
    assert_eq!(config.cleanup_interval, Duration::from_secs(900));
}
