//! Devices on which the owner of an account has signed in before.
//!
//! A sign-in with cookies leaves a cookie that names the device, signed for the account. Guesses of a password
//! from such a device count for the device and not for the account, so that the guesses of others do not keep the
//! owner out (OWASP, "Slow Down Online Guessing Attacks with Device Cookies"). The cookie proves nothing else:
//! a thief may guess as often as the owner may mistype.
//!
//! The value is a list of entries `nonce.issued.tag`, newest first, for the last accounts of the device.
//! It does not reveal which accounts those are.

use super::{Limits, Rates};
use crate::crypto::token;
use crate::error::Error;

/// How long a device is known without another sign-in: 180 days.
const LIFETIME_MS: i64 = 180 * 24 * 3_600_000;

/// How many accounts of one device are known.
const ENTRIES: usize = 3;

/// How many random bytes name a device.
const NONCE_BYTES: usize = 12;

/// A device that is known for an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Device {
    nonce: String,
    account: String,
}

/// A cookie to be.
pub(crate) struct DeviceCookie {
    pub(crate) value: String,
    /// In milliseconds since the epoch.
    pub(crate) expires_at: i64,
}

impl Device {
    /// What its guesses count by.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.nonce, self.account)
    }
}

impl Limits {
    /// Whether it makes a difference on which device a user signs in.
    pub(crate) fn uses_devices(&self) -> bool {
        let settings = &self.0.settings;
        settings.sign_in != Rates::default() || settings.sign_in_network != Rates::default()
    }

    /// The device that a cookie proves, if the owner of the account has signed in on it.
    pub(crate) fn device(&self, cookie: &str, account: &str) -> Option<Device> {
        entries(cookie).find_map(|entry| {
            let nonce = self.nonce_of(entry, account)?;
            Some(Device {
                nonce: nonce.to_owned(),
                account: account.to_owned(),
            })
        })
    }

    /// The cookie of a device on which the owner of the account has just signed in. What it said before
    /// about other accounts stays.
    ///
    /// # Errors
    /// The random generator failed.
    pub(crate) fn device_cookie(
        &self,
        before: Option<&str>,
        account: &str,
    ) -> Result<DeviceCookie, Error> {
        let before: Vec<_> = before.into_iter().flat_map(entries).collect();
        let known = before
            .iter()
            .find_map(|entry| self.nonce_of(entry, account));
        let nonce = match known {
            Some(nonce) => nonce.to_owned(),
            None => token::encode(&token::random_bytes::<NONCE_BYTES>()?),
        };
        let now = self.0.clock.now();
        let tag = self.tag(&nonce, now, account);
        let mut value = format!("{nonce}.{now}.{tag}");
        let others = before
            .iter()
            .filter(|entry| self.nonce_of(entry, account).is_none());
        for entry in others.take(ENTRIES - 1) {
            value.push('~');
            value.push_str(entry);
        }
        Ok(DeviceCookie {
            value,
            expires_at: now + LIFETIME_MS,
        })
    }

    /// The nonce of an entry that was issued for this account and has not expired.
    fn nonce_of<'a>(&self, entry: &'a str, account: &str) -> Option<&'a str> {
        let mut parts = entry.splitn(3, '.');
        let (nonce, issued, tag) = (parts.next()?, parts.next()?, parts.next()?);
        let issued = issued.parse().ok()?;
        let is_fresh = self.0.clock.now().saturating_sub(issued) < LIFETIME_MS;
        let is_ours = token::constant_time_eq(tag, &self.tag(nonce, issued, account));
        (is_fresh && is_ours).then_some(nonce)
    }

    fn tag(&self, nonce: &str, issued: i64, account: &str) -> String {
        self.sign(&format!("device cookie {nonce} {issued} {account}"))
    }
}

/// The entries of a cookie. What is absurdly long is none of ours.
fn entries(cookie: &str) -> impl Iterator<Item = &str> {
    let cookie = if cookie.len() <= 1024 { cookie } else { "" };
    cookie.split('~').take(ENTRIES)
}
