//! What the recipe can be set to, and the settings with which it is not served.

use crate::config::Config;
use crate::crypto::encryption::Encryption;

const ISSUER: &str = "AUTH_TOTP_ISSUER";
const SKEW: &str = "AUTH_TOTP_SKEW";
const MAX_ATTEMPTS: &str = "AUTH_TOTP_MAX_ATTEMPTS";
const COOLDOWN_MINUTES: &str = "AUTH_TOTP_COOLDOWN_MINUTES";

/// How often wrong codes may follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AttemptLimit {
    /// After how many wrong codes in a row none is looked at.
    pub(super) most: usize,
    /// For how long, in milliseconds since the last one.
    pub(super) cooldown: i64,
}

impl AttemptLimit {
    pub(super) fn of(config: &Config) -> Self {
        Self {
            most: number(config, MAX_ATTEMPTS, 5),
            cooldown: number(config, COOLDOWN_MINUTES, 15) * 60_000,
        }
    }

    /// How many are allowed, as the wire has it.
    pub(super) fn maximum(self) -> i64 {
        i64::try_from(self.most).unwrap_or(i64::MAX)
    }
}

/// How many periods before and after the present one count for a new device.
pub(super) fn skew(config: &Config) -> i64 {
    number(config, SKEW, 1)
}

/// What apps show beside the codes.
pub(super) fn issuer(config: &Config) -> &str {
    match config.recipes.get(ISSUER) {
        "" => &config.app_info.app_name,
        issuer => issuer,
    }
}

/// How secrets are encrypted.
pub(super) fn encryption(config: &Config) -> &Encryption {
    &config.session.signing_key_encryption
}

/// Whether secrets may be stored with these settings. A secret is needed to check codes, so it cannot be hashed, and a
/// copy of the database would hold the second factor of every user: it is encrypted everywhere but on the machine of a
/// developer (NIST SP 800-63B-4 §3.1.4.2; OWASP Cryptographic Storage Cheat Sheet).
///
/// # Errors
/// The reason, and what to do.
pub(super) fn check_encryption(config: &Config) -> Result<(), String> {
    if encryption(config).is_on() || config.is_for_development() {
        return Ok(());
    }
    Err(
        "AUTH_ENCRYPTION_SECRET: without it the secrets of authenticator apps would be stored in the clear, which is \
         allowed only where the server, the API and the websites are on loopback addresses: set it to what \
         `openssl rand -hex 32` prints"
            .to_owned(),
    )
}

/// A setting that is one of several numbers.
fn number<T: std::str::FromStr>(config: &Config, name: &str, default: T) -> T {
    // The value is one of the choices, which are numbers.
    config.recipes.get(name).parse().unwrap_or(default)
}
