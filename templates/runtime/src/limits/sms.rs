//! The budget of text messages to each country.
//!
//! Each message costs money, and a person who shares the profit of a telephone company can let machines begin
//! sign-ins with numbers of that company (SMS pumping, "artificially inflated traffic"). Each number is another
//! one, and networks are cheap, so limits by number and network do not stop it: the whole of a country has a budget
//! (OWASP ASVS 5.0, 2.4.1). Countries that share a calling code are counted apart.
//!
//! A row for a text message can only be made with an [`SmsPermit`], which is made here alone.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::{Key, Kind, Limits};
use crate::delivery::SmsPermit;
use crate::error::Error;
use crate::metrics::MessageMetrics;
use crate::phone::PhoneNumber;

/// How long the log says nothing more of a country, in milliseconds: requests must not fill it.
const QUIET: i64 = 10 * 60_000;

/// What is remembered of refused messages.
#[derive(Default)]
pub(super) struct Refusals {
    pub(super) metrics: MessageMetrics,
    /// When the log spoke of a country; there are some 250.
    logged: Mutex<BTreeMap<String, i64>>,
}

impl Refusals {
    pub(super) fn new(metrics: MessageMetrics) -> Self {
        Self {
            metrics,
            logged: Mutex::default(),
        }
    }

    /// Whether the log has been quiet about a country for long enough.
    fn is_due(&self, country: &str, now: i64) -> bool {
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        let last = logged.get(country);
        if last.is_some_and(|last| now.saturating_sub(*last) < QUIET) {
            return false;
        }
        logged.insert(country.to_owned(), now);
        true
    }
}

impl Limits {
    /// Takes one text message out of the budget of the recipient's country.
    ///
    /// # Errors
    /// [`Error::TooManyRequests`] where it is spent; the store failed.
    pub(crate) async fn take_sms(&self, to: &PhoneNumber) -> Result<SmsPermit, Error> {
        let country = to.country();
        let taken = self
            .take(Kind::SmsCountry, &[Key::Account(&country)])
            .await
            .map(drop);
        if let Err(Error::TooManyRequests { .. }) = &taken {
            let refusals = &self.0.sms;
            refusals.metrics.refused();
            if refusals.is_due(&country, self.0.clock.now()) {
                tracing::warn!(
                    country,
                    "the budget of text messages to this country is spent: requests are refused \
                     (AUTH_LIMIT_SMS_COUNTRY)"
                );
            }
        }
        taken.map(|()| SmsPermit::charged())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_speaks_of_a_country_once_in_ten_minutes() {
        let refusals = Refusals::default();
        assert!(refusals.is_due("+36 HU", 0));
        assert!(!refusals.is_due("+36 HU", QUIET - 1));
        assert!(refusals.is_due("+1 JM", 1));
        assert!(refusals.is_due("+36 HU", QUIET));
    }
}
