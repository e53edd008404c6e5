//! The settings of sessions with every default filled in, and what refuses to start.

use super::claims::Stamp;
use super::config::{DAY, HOUR, SECOND};
use super::places::CookiePlaces;
use super::{AntiCsrf, CookieNames, Origin, SameSite, SessionConfig, SettingError, Website};
use crate::app_info::{self, AppInfo};

/// The longest validity: sums of times stay far from any overflow, dates within the year 9999.
const LONGEST: i64 = 1000 * 365 * DAY;

/// The attributes of the cookies of sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CookiePolicy {
    /// Whether they are sent over https only.
    pub secure: bool,
    /// Whether other sites may have them sent.
    pub same_site: SameSite,
    /// The `Domain` attribute; `None` for the host alone.
    pub domain: Option<String>,
    /// What else keeps other sites from using them.
    pub anti_csrf: AntiCsrf,
    /// The `Path` of the refresh token's cookie.
    pub refresh_path: String,
}

/// [`SessionConfig`] with every default filled in from appInfo.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) config: SessionConfig,
    pub(super) secure: bool,
    pub(super) same_site: SameSite,
    pub(super) domain: Option<String>,
    pub(super) older_domain: Option<String>,
    pub(super) cookies: CookieNames,
    /// Whether the cookie of old servers is cleared.
    pub(super) clears_legacy: bool,
    /// Where cookies may have been set.
    pub(super) places: CookiePlaces,
    /// The origins whose pages may use cookies.
    pub(super) own_origins: Vec<String>,
    pub(super) anti_csrf: AntiCsrf,
    pub(super) refresh_path: String,
    /// What access tokens say about who issues and who takes them.
    pub(super) stamp: Stamp,
    /// Whether browsers would drop the cookies of a cookie session.
    pub(super) cookies_cannot_work: bool,
}

impl Settings {
    /// Fills in the defaults, or lists all that is wrong.
    pub(super) fn resolve(app: &AppInfo, config: SessionConfig) -> Result<Self, Vec<SettingError>> {
        let mut errors = Errors::default();
        let domain = errors.cookie_domain("cookie_domain", config.cookie_domain.as_deref());
        let older_domain = match config.older_cookie_domain.as_deref() {
            Some("") => Some(String::new()),
            older => errors.cookie_domain("older_cookie_domain", older),
        };
        // appInfo was normalised: both of its domains belong to a site.
        let one_site = app.same_site().unwrap_or(false)
            && config
                .websites
                .iter()
                .all(|it| app.is_same_site(it.as_str()));
        config.demand(&mut errors);
        let secure = config
            .cookie_secure
            .unwrap_or_else(|| app.api_domain.starts_with("https"));
        let cookies = config.cookie_names.clone().unwrap_or_default();
        let wrong_names = cookies.check(secure, domain.is_some(), &config.access_token_path);
        errors.0.extend(wrong_names);
        if !errors.0.is_empty() {
            return Err(errors.0);
        }
        let by_site = if one_site {
            SameSite::Lax
        } else {
            SameSite::None
        };
        let same_site = config.cookie_same_site.unwrap_or(by_site);
        let by_same_site = match same_site {
            SameSite::None => AntiCsrf::ViaCustomHeader,
            SameSite::Strict | SameSite::Lax => AntiCsrf::None,
        };
        let is_local = |website: &Website| app_info::is_loopback(website.as_str());
        let local = app.is_local() && config.websites.iter().all(is_local);
        Ok(Self {
            secure,
            same_site,
            domain,
            older_domain,
            clears_legacy: cookies == CookieNames::default(),
            places: CookiePlaces::of(&app.api_domain),
            own_origins: own_origins(app, &config),
            cookies,
            anti_csrf: config.anti_csrf.unwrap_or(by_same_site),
            refresh_path: app.refresh_path(),
            stamp: Stamp {
                issuer: app.issuer(),
                audience: config.audience.clone(),
            },
            cookies_cannot_work: same_site == SameSite::None && !secure && !local,
            config,
        })
    }
}

impl SessionConfig {
    /// The attributes of the cookies of sessions, every default filled in.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn cookie_policy(&self, app: &AppInfo) -> Result<CookiePolicy, Vec<SettingError>> {
        let settings = Settings::resolve(app, self.clone())?;
        Ok(CookiePolicy {
            secure: settings.secure,
            same_site: settings.same_site,
            domain: settings.domain,
            anti_csrf: settings.anti_csrf,
            refresh_path: settings.refresh_path,
        })
    }

    /// Whether these settings can work for an application.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn check(&self, app: &AppInfo) -> Result<(), Vec<SettingError>> {
        Settings::resolve(app, self.clone()).map(|_| ())
    }

    fn demand(&self, errors: &mut Errors) {
        errors.unless(
            self.session_expired_status_code != self.invalid_claim_status_code,
            "invalid_claim_status_code",
            "must not be that of expired sessions",
        );
        for (setting, status) in [
            (
                "session_expired_status_code",
                self.session_expired_status_code,
            ),
            ("invalid_claim_status_code", self.invalid_claim_status_code),
        ] {
            errors.unless((400..600).contains(&status), setting, "must be 400 to 599");
        }
        let path = &self.access_token_path;
        errors.unless(
            path.starts_with('/') && path.bytes().all(|b| b.is_ascii_graphic() && b != b';'),
            "access_token_path",
            "must begin with `/` and hold no blank and no `;`",
        );
        errors.unless(
            self.audience.as_deref() != Some(""),
            "audience",
            "must not be empty",
        );
        errors.unless(
            (SECOND..=LONGEST).contains(&self.access_token_validity_ms),
            "access_token_validity_ms",
            "must be a second at least and 1000 years at most",
        );
        errors.unless(
            self.refresh_token_validity_ms > self.access_token_validity_ms
                && self.refresh_token_validity_ms <= LONGEST,
            "refresh_token_validity_ms",
            "must be longer than access tokens are valid, and 1000 years at most",
        );
        errors.unless(
            (0.0..=0.25).contains(&self.access_token_jitter),
            "access_token_jitter",
            "must be 0 to 0.25",
        );
        errors.unless(
            (0..=300 * SECOND).contains(&self.rotation_grace_ms),
            "rotation_grace_ms",
            "must be 0 to 300 seconds",
        );
        errors.unless(
            (HOUR..=LONGEST).contains(&self.signing_key_interval_ms),
            "signing_key_interval_ms",
            "must be an hour at least and 1000 years at most",
        );
        errors.unless(
            self.max_session_age_ms
                .is_none_or(|age| age > self.access_token_validity_ms && age <= LONGEST),
            "max_session_age_ms",
            "must be longer than access tokens are valid, and 1000 years at most",
        );
    }
}

/// The website, the API and what the settings add.
fn own_origins(app: &AppInfo, config: &SessionConfig) -> Vec<String> {
    let domains = [&app.website_domain, &app.api_domain].into_iter().cloned();
    let websites = config.websites.iter().map(Website::to_string);
    let allowed = config.allowed_origins.iter().map(Origin::to_string);
    domains.chain(websites).chain(allowed).collect()
}

/// What is wrong so far.
#[derive(Default)]
struct Errors(Vec<SettingError>);

impl Errors {
    fn push(&mut self, setting: &'static str, message: String) {
        self.0.push(SettingError { setting, message });
    }

    fn unless(&mut self, holds: bool, setting: &'static str, message: &str) {
        if !holds {
            self.push(setting, message.to_owned());
        }
    }

    fn cookie_domain(&mut self, setting: &'static str, text: Option<&str>) -> Option<String> {
        app_info::normalise_cookie_domain(text?)
            .and_then(|domain| {
                is_domain(&domain).then_some(domain).ok_or_else(|| {
                    "must be a domain such as example.com: letters, digits and hyphens".to_owned()
                })
            })
            .map_err(|message| self.push(setting, message))
            .ok()
    }
}

/// Whether a text is a domain name in its ASCII form (STD 3, RFC 5891), with or without a dot in front. URLs
/// take more than that, and what they take would reach the `Set-Cookie` header.
fn is_domain(text: &str) -> bool {
    let bare = text.strip_prefix('.').unwrap_or(text);
    idna::domain_to_ascii_strict(bare).is_ok_and(|ascii| ascii == bare)
}
