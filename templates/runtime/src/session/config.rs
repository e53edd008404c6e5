//! What can be set about sessions, its defaults, and what refuses to start.
//!
//! The rule kept here: a setting that cannot work is an error at start-up, in words that say what
//! to change, and never a session that silently does not hold. Most defaults follow from appInfo:
//! https makes cookies `Secure`; an API and a website of different sites need `SameSite=None`, and
//! then a custom header against forged requests (OWASP Cross-Site Request Forgery Prevention Cheat
//! Sheet,
//! <https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html>).

use std::fmt;
use std::str::FromStr;

use super::{CookieNames, Origin, Website};
use crate::crypto::encryption::Encryption;
use crate::crypto::keys::Algorithm;

pub(super) const SECOND: i64 = 1000;
pub(super) const MINUTE: i64 = 60 * SECOND;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

/// Settings of sessions. [`SessionConfig::default`] is right for most servers.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionConfig {
    /// Whether cookies are sent over https only; by default if `apiDomain` is https.
    pub cookie_secure: Option<bool>,
    /// The `SameSite` of cookies; by default `Lax` if API and website are one site, else `None`.
    pub cookie_same_site: Option<SameSite>,
    /// The `Domain` of cookies; by default none, so that they go to the very host alone.
    pub cookie_domain: Option<String>,
    /// What `cookie_domain` was before it was changed; empty if it was not set.
    pub older_cookie_domain: Option<String>,
    /// What the cookies are called; by default as the app's id has it ([`CookieNames::of_app`]).
    pub cookie_names: Option<CookieNames>,
    /// The `Path` of the access token's cookie.
    pub access_token_path: String,
    /// The status that says that there is no session (401).
    pub session_expired_status_code: u16,
    /// The status that says that a claim is not met (403).
    pub invalid_claim_status_code: u16,
    /// The defence against forged requests; by default a custom header where cookies are
    /// `SameSite=None`.
    pub anti_csrf: Option<AntiCsrf>,
    /// How tokens may travel.
    pub transfer: TransferPolicy,
    /// Websites of the same application beside that of appInfo. Their pages may read answers and use cookies, and
    /// links in mails lead to the website of the request ([`RequestSession::website`](crate::RequestSession::website)).
    /// Cookies are as all of them together need it.
    pub websites: Vec<Website>,
    /// Origins whose pages may read answers and use cookies, too, and to which no link leads: native shells such as
    /// `capacitor://localhost`.
    pub allowed_origins: Vec<Origin>,
    /// The `aud` of access tokens, which this server then demands of them (RFC 7519 §4.1.3); by default none.
    pub audience: Option<String>,
    /// Whether the keys that sign access tokens are replaced from time to time.
    pub use_dynamic_signing_key: bool,
    /// Whether cookie sessions show the access token in a header, too.
    pub expose_access_token: bool,
    /// What signs access tokens.
    pub signing_algorithm: Algorithm,
    /// How long a signing key signs, in milliseconds.
    pub signing_key_interval_ms: i64,
    /// How signing keys are encrypted in the database; by default not at all.
    pub signing_key_encryption: Encryption,
    /// How long an access token is valid, in milliseconds.
    pub access_token_validity_ms: i64,
    /// By which part of it, at most and at random, that time is shortened, so that the tokens of
    /// many tabs do not expire in the same second.
    pub access_token_jitter: f64,
    /// How long a refresh token is valid, in milliseconds; each refresh starts a new period.
    pub refresh_token_validity_ms: i64,
    /// After how many milliseconds a session ends no matter how often it is refreshed.
    pub max_session_age_ms: Option<i64>,
    /// How long a replaced refresh token still gets its successor, in milliseconds.
    pub rotation_grace_ms: i64,
}

impl Default for SessionConfig {
    fn default() -> Self {
        Self {
            cookie_secure: None,
            cookie_same_site: None,
            cookie_domain: None,
            older_cookie_domain: None,
            cookie_names: None,
            access_token_path: "/".to_owned(),
            session_expired_status_code: 401,
            invalid_claim_status_code: 403,
            anti_csrf: None,
            transfer: TransferPolicy::Any,
            websites: Vec::new(),
            allowed_origins: Vec::new(),
            audience: None,
            use_dynamic_signing_key: true,
            expose_access_token: false,
            signing_algorithm: Algorithm::Rs256,
            signing_key_interval_ms: 168 * HOUR,
            signing_key_encryption: Encryption::default(),
            access_token_validity_ms: HOUR,
            access_token_jitter: 0.05,
            refresh_token_validity_ms: 144_000 * MINUTE,
            max_session_age_ms: None,
            rotation_grace_ms: 30 * SECOND,
        }
    }
}

/// When browsers send a cookie along with requests from other sites.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite {
    /// Never.
    Strict,
    /// When a link is followed.
    Lax,
    /// Always.
    None,
}

impl SameSite {
    /// As `Set-Cookie` spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Strict => "Strict",
            Self::Lax => "Lax",
            Self::None => "None",
        }
    }
}

impl FromStr for SameSite {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim().to_ascii_lowercase().as_str() {
            "strict" => Ok(Self::Strict),
            "lax" => Ok(Self::Lax),
            "none" => Ok(Self::None),
            _ => Err(r#"cookie same site must be one of "strict", "lax", or "none""#.to_owned()),
        }
    }
}

/// The defence against forged requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AntiCsrf {
    /// `SameSite` is enough.
    None,
    /// Requests carry a header that no form can send.
    ViaCustomHeader,
    /// Requests carry a token that only the website has.
    ViaToken,
}

impl FromStr for AntiCsrf {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "NONE" => Ok(Self::None),
            "VIA_CUSTOM_HEADER" => Ok(Self::ViaCustomHeader),
            "VIA_TOKEN" => Ok(Self::ViaToken),
            _ => Err(
                "antiCsrf config must be one of 'NONE' or 'VIA_CUSTOM_HEADER' or 'VIA_TOKEN'"
                    .to_owned(),
            ),
        }
    }
}

/// How tokens may travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TransferPolicy {
    /// As the client wishes.
    #[default]
    Any,
    /// As cookies only.
    Cookie,
    /// As headers only.
    Header,
}

/// A setting that cannot work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingError {
    /// Which field of [`SessionConfig`].
    pub setting: &'static str,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.setting, self.message)
    }
}

impl std::error::Error for SettingError {}
