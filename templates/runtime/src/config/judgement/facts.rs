//! The effect of the settings, and the reasons: what `doctor` shows beside its findings.

use super::mail::{self, Way as MailWay};
use crate::app_info::top_level_domain;
use crate::config::Config;
use crate::session::{AntiCsrf, CookieNames, SameSite, TransferPolicy};
use crate::store::{self, Way};

/// Something that follows from the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is about: `cookies`, `CORS`, `proxies`, `TLS` or `secrets`.
    pub topic: &'static str,
    /// The fact, and why it is so.
    pub text: String,
}

/// All facts, by topic. None holds a secret.
pub fn facts(config: &Config) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut add = |topic, text: String| facts.push(Fact { topic, text });
    for text in cookies(config) {
        add("cookies", text);
    }
    add("CORS", cors(config));
    for text in proxies(config) {
        add("proxies", text);
    }
    add("TLS", database(config));
    add("TLS", smtp(config));
    let encryption = &config.session.signing_key_encryption;
    let secrets = if encryption.is_on() {
        "signing keys are encrypted under AUTH_ENCRYPTION_SECRET"
    } else {
        "signing keys are stored in the clear: AUTH_ENCRYPTION_SECRET is not set"
    };
    add("secrets", secrets.to_owned());
    facts
}

fn cookies(config: &Config) -> Vec<String> {
    let session = &config.session;
    let Ok(policy) = session.cookie_policy(&config.app_info) else {
        return Vec::new();
    };
    let names = session.cookie_names.clone();
    let names = names.unwrap_or_else(|| CookieNames::of_app(&config.app_id));
    let scope = policy.domain.as_ref().map_or_else(
        || "for the host of apiDomain alone".to_owned(),
        |domain| format!("for {domain} and all below it (AUTH_COOKIE_DOMAIN)"),
    );
    let secure = match (session.cookie_secure, policy.secure) {
        (Some(secure), _) => format!("Secure is {secure}: AUTH_COOKIE_SECURE"),
        (None, true) => "Secure, because apiDomain is https".to_owned(),
        (None, false) => "not Secure, because apiDomain is http".to_owned(),
    };
    let same_site = policy.same_site.name();
    let same_site = if session.cookie_same_site.is_some() {
        format!("SameSite={same_site}: AUTH_COOKIE_SAME_SITE")
    } else {
        format!("SameSite={same_site}, because {}", sites(config))
    };
    let why = match (session.anti_csrf, policy.same_site) {
        (Some(_), _) => "AUTH_ANTI_CSRF",
        (None, SameSite::None) => "browsers send the cookies from every site",
        (None, _) => "SameSite keeps other sites from using the cookies",
    };
    let anti_csrf = match policy.anti_csrf {
        AntiCsrf::None => "NONE",
        AntiCsrf::ViaCustomHeader => "VIA_CUSTOM_HEADER",
        AntiCsrf::ViaToken => "VIA_TOKEN",
    };
    let transfer = match session.transfer {
        TransferPolicy::Any => "clients choose cookies or headers",
        TransferPolicy::Cookie => "tokens travel as cookies only",
        TransferPolicy::Header => "tokens travel in headers only: there are no cookies",
    };
    vec![
        format!(
            "{} (path {}) and {} (path {}), HttpOnly, {scope}",
            names.access, session.access_token_path, names.refresh, policy.refresh_path
        ),
        secure,
        same_site,
        format!("anti-CSRF {anti_csrf}: {why}"),
        transfer.to_owned(),
    ]
}

fn cors(config: &Config) -> String {
    let listed = |origins: Vec<String>, variable: &str| match origins.is_empty() {
        true => String::new(),
        false => format!(" and {} ({variable})", origins.join(", ")),
    };
    let (app, session) = (&config.app_info, &config.session);
    let websites = session.websites.iter().map(ToString::to_string).collect();
    let allowed = session.allowed_origins.iter();
    let allowed = allowed.map(ToString::to_string).collect();
    let further = listed(websites, "AUTH_WEBSITES") + &listed(allowed, "AUTH_ALLOWED_ORIGINS");
    let only = if further.is_empty() { "only " } else { "" };
    let website = &app.website_domain;
    format!("{only}{website}{further} may read answers, with credentials")
}

/// Whether API and website are one site, in words.
fn sites(config: &Config) -> String {
    let app = &config.app_info;
    let mut further = config.session.websites.iter();
    if let Some(website) = further.find(|website| !app.is_same_site(website.as_str())) {
        let api = &app.api_domain;
        return format!("API ({api}) and {website} (AUTH_WEBSITES) are two sites");
    }
    let site = |url: &str| top_level_domain(url).unwrap_or_else(|_| url.to_owned());
    let (api, website) = (site(&app.api_domain), site(&app.website_domain));
    if app.same_site().unwrap_or(false) {
        format!("API and website are one site ({api})")
    } else if api == website {
        "one of API and website is http and the other https, which makes them two sites".to_owned()
    } else {
        format!("API ({api}) and website ({website}) are two sites")
    }
}

fn proxies(config: &Config) -> Vec<String> {
    let (listen, api) = (config.listen, &config.app_info.api_domain);
    let tls = if api.starts_with("https:") {
        format!(
            "the server speaks http on {listen}; a proxy in front of it terminates TLS for {api}"
        )
    } else {
        format!("the server speaks http on {listen}, and browsers reach it as {api}")
    };
    let gateway = &config.app_info.api_gateway_path;
    let gateway = (!gateway.is_empty())
        .then(|| format!("a gateway takes {gateway} from the front of each path"));
    let trusted = if config.trusted_proxies.is_declared() {
        let proxies = &config.trusted_proxies;
        format!("proxies that name the client: {proxies} (AUTH_TRUSTED_PROXIES)")
    } else {
        "the client's address is that of the connection: AUTH_TRUSTED_PROXIES is not set".to_owned()
    };
    let operators = config.admin_listen.map_or_else(
        || "/metrics is not served: AUTH_ADMIN_LISTEN_ADDR is not set".to_owned(),
        |admin| format!("/metrics on {admin}, without a password"),
    );
    [Some(tls), gateway, Some(trusted), Some(operators)]
        .into_iter()
        .flatten()
        .collect()
}

fn database(config: &Config) -> String {
    let Some(way) = store::way(config.database_url.expose()) else {
        return "DATABASE_URL is not understood".to_owned();
    };
    match way {
        Way::Memory => "the database is in the memory of this process".to_owned(),
        Way::File(path) => format!("the database is the file {}", path.display()),
        Way::Here => "PostgreSQL on this machine, without TLS".to_owned(),
        Way::Encrypted => "PostgreSQL over TLS, with a verified certificate".to_owned(),
        Way::Plain => "PostgreSQL on another machine, without TLS (sslmode=disable)".to_owned(),
    }
}

fn smtp(config: &Config) -> String {
    let way = config.smtp_url.as_ref().map(|url| mail::way(url.expose()));
    let text = match (way, &config.mail_outbox) {
        (Some(MailWay::Here), _) => "mails go to a mail server on this machine",
        (Some(MailWay::Encrypted), _) => "mails go to the mail server over TLS",
        (Some(MailWay::Opportunistic), _) => {
            "mails go to the mail server over TLS, if it offers that"
        }
        (Some(MailWay::Plain), _) => "mails go to the mail server without TLS",
        (None, Some(folder)) => {
            return format!("mails are kept in the folder {}", folder.display());
        }
        (None, None) => "no mail is sent: neither AUTH_SMTP_URL nor AUTH_MAIL_OUTBOX is set",
    };
    text.to_owned()
}
