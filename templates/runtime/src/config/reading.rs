//! Reading the variables of each part of the settings.
//!
//! Rule: what is wrong is found even where another part is wrong too.

use std::path::PathBuf;
use std::time::Duration;

use http::HeaderName;

use super::env::Env;
use super::{Config, DEFAULT_DATABASE, MAX_PASSWORD_THREADS, Secret, check};
use crate::delivery::{Language, check_sender, check_smtp_url};
use crate::limits::LimitSettings;
use crate::session::SessionConfig;
use crate::store::check_url;

/// As long as Kubernetes and most load balancers take to notice.
const DEFAULT_NOTICE: Duration = Duration::from_secs(5);

/// Everything but appInfo, sessions and recipes; `None` where appInfo is wrong.
pub(super) fn read_rest(env: &mut Env<'_>, config: Option<Config>) -> Option<Config> {
    let app_id = env.text("AUTH_APP_ID");
    if let Some(message) = app_id.as_deref().and_then(check::app_id) {
        env.wrong("AUTH_APP_ID", message);
    }
    let listen = env.parsed(
        "AUTH_LISTEN_ADDR",
        "must be an address such as 127.0.0.1:3001",
    );
    let admin = env.parsed(
        "AUTH_ADMIN_LISTEN_ADDR",
        "must be an address such as 127.0.0.1:9464",
    );
    let trusted_proxies = env.explained("AUTH_TRUSTED_PROXIES");
    let max_connections = env.positive("AUTH_MAX_CONNECTIONS");
    let max_connections_per_peer = env.positive("AUTH_MAX_CONNECTIONS_PER_PEER");
    let limits = limits(env);
    let notice: Option<u16> = env.parsed(
        "AUTH_SHUTDOWN_DELAY_SECONDS",
        "must be a number of seconds, 0 or more",
    );
    let cleanup: Option<u32> = env.positive("AUTH_CLEANUP_MINUTES");
    let database = env
        .text("DATABASE_URL")
        .unwrap_or_else(|| DEFAULT_DATABASE.to_owned());
    if let Err(message) = check_url(&database) {
        env.wrong("DATABASE_URL", &message);
    }
    let connections = env.positive("AUTH_DATABASE_CONNECTIONS");
    let sender = env.text("AUTH_MAIL_FROM");
    if let Some(Err(error)) = sender.as_deref().map(check_sender) {
        env.wrong("AUTH_MAIL_FROM", &error.message);
    }
    let smtp = env.text("AUTH_SMTP_URL");
    if let Some(url) = &smtp {
        if sender.is_none() {
            env.wrong("AUTH_MAIL_FROM", "must be set where AUTH_SMTP_URL is");
        }
        if let Err(error) = check_smtp_url(url) {
            env.wrong("AUTH_SMTP_URL", &error.message);
        }
    }
    let outbox = env.text("AUTH_MAIL_OUTBOX");
    let message_templates = env.text("AUTH_MESSAGE_TEMPLATES");
    let language = env
        .text("AUTH_MESSAGE_LANGUAGE")
        .map(|tag| tag.parse::<Language>());
    if let Some(Err(message)) = &language {
        env.wrong("AUTH_MESSAGE_LANGUAGE", message);
    }
    let sms = super::sms::read(env);
    let threads = env.positive("AUTH_PASSWORD_THREADS");
    if threads.is_some_and(|threads| threads > MAX_PASSWORD_THREADS) {
        env.wrong("AUTH_PASSWORD_THREADS", "must be 256 at most");
    }
    let body_limit = env.positive("AUTH_BODY_LIMIT");
    let allowed_headers = allowed_headers(env);

    let mut config = config?;
    config.app_id = app_id.unwrap_or(config.app_id);
    config.listen = listen.unwrap_or(config.listen);
    config.admin_listen = admin;
    config.trusted_proxies = trusted_proxies.unwrap_or_default();
    config.max_connections = max_connections;
    config.max_connections_per_peer = max_connections_per_peer;
    config.limits = limits;
    config.shutdown_delay = match notice {
        Some(seconds) => Duration::from_secs(seconds.into()),
        None if config.is_local() => Duration::ZERO,
        None => DEFAULT_NOTICE,
    };
    let interval = cleanup.map(|minutes| Duration::from_secs(u64::from(minutes) * 60));
    config.cleanup_interval = interval.unwrap_or(config.cleanup_interval);
    config.allowed_headers = allowed_headers;
    config.database_url = Secret::new(database);
    config.database_connections = connections.unwrap_or(config.database_connections);
    config.mail_from = sender.unwrap_or(config.mail_from);
    config.smtp_url = smtp.map(Secret::new);
    config.mail_outbox = outbox.map(PathBuf::from);
    config.message_templates = message_templates.map(PathBuf::from);
    config.message_language = language.and_then(Result::ok).unwrap_or_default();
    config.sms = sms;
    config.password_threads = threads.unwrap_or(config.password_threads);
    config.body_limit = body_limit.unwrap_or(config.body_limit);
    Some(config)
}

/// The names of `AUTH_ALLOWED_HEADERS`.
fn allowed_headers(env: &mut Env<'_>) -> Vec<HeaderName> {
    let name = "AUTH_ALLOWED_HEADERS";
    let text = env.text(name).unwrap_or_default();
    let mut headers = Vec::new();
    for header in text.split(',').filter(|_| !text.is_empty()) {
        match header.trim().parse() {
            Ok(header) if header != "*" => headers.push(header),
            _ => env.wrong(name, check::NO_HEADER),
        }
    }
    headers
}

/// `AUTH_LIMITS=off` switches all off; one that is set all the same counts.
fn limits(env: &mut Env<'_>) -> LimitSettings {
    let mut limits = match env.text("AUTH_LIMITS").as_deref() {
        None | Some("on") => LimitSettings::default(),
        Some("off") => LimitSettings::off(),
        Some(_) => {
            env.wrong("AUTH_LIMITS", "must be on or off");
            LimitSettings::default()
        }
    };
    for (name, rates) in limits.variables() {
        if let Some(set) = env.explained(name) {
            *rates = set;
        }
    }
    limits
}

/// The settings of sessions.
pub(super) fn session(env: &mut Env<'_>) -> SessionConfig {
    let default = SessionConfig::default();
    let seconds: Option<u32> = env.positive("AUTH_ACCESS_TOKEN_SECONDS");
    let minutes: Option<u32> = env.positive("AUTH_REFRESH_TOKEN_MINUTES");
    SessionConfig {
        cookie_domain: env.text("AUTH_COOKIE_DOMAIN"),
        older_cookie_domain: env.text("AUTH_OLDER_COOKIE_DOMAIN").map(|domain| {
            if domain == "host-only" {
                String::new()
            } else {
                domain
            }
        }),
        cookie_same_site: env.explained("AUTH_COOKIE_SAME_SITE"),
        cookie_secure: env.parsed("AUTH_COOKIE_SECURE", "must be true or false"),
        anti_csrf: env.explained("AUTH_ANTI_CSRF"),
        websites: env.list("AUTH_WEBSITES"),
        allowed_origins: env.list("AUTH_ALLOWED_ORIGINS"),
        audience: env.text("AUTH_TOKEN_AUDIENCE"),
        access_token_validity_ms: seconds.map_or(default.access_token_validity_ms, |seconds| {
            i64::from(seconds) * 1000
        }),
        refresh_token_validity_ms: minutes.map_or(default.refresh_token_validity_ms, |minutes| {
            i64::from(minutes) * 60_000
        }),
        signing_algorithm: env
            .explained("AUTH_SIGNING_ALGORITHM")
            .unwrap_or(default.signing_algorithm),
        signing_key_encryption: env
            .explained("AUTH_ENCRYPTION_SECRET")
            .unwrap_or(default.signing_key_encryption),
        ..default
    }
}
