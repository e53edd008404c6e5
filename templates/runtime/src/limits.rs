//! Limits on what can be tried or triggered from outside, shared by all servers of a database.
//!
//! Rules:
//! - An attempt is counted *before* the secret is checked (`Limits::take`), by one conditional write in the
//!   database, so that parallel guesses and guesses at several servers count too (OWASP ASVS 5.0, 6.3.1). The
//!   functions that check a secret take the attempt themselves (`guard`), so that no recipe can forget it.
//! - An account is limited whether it exists or not, and in the same way, so that the limit does not reveal it.
//! - The owner is never locked out by the guesses of others: a device on which the owner has signed in
//!   before has a budget of its own (`device`), and a reset password clears the count.
//! - A key reaches the database only as an HMAC under a key that all servers share, so the table does not say
//!   which addresses or networks were seen.
//! - Where the network of the client is not known, accounts alone are limited.
//!
//! Further reading: OWASP Authentication Cheat Sheet, "Account Lockout"; NIST SP 800-63B §3.2.2, "Rate
//! Limiting (Throttling)"; OWASP, "Slow Down Online Guessing Attacks with Device Cookies".

mod device;
mod guard;
mod rate;
mod settings;
mod sms;
mod sql;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::clock::Clock;
use crate::crypto::encryption::Encryption;
use crate::crypto::token;
use crate::error::Error;
use crate::metrics::MessageMetrics;
use crate::network::{Location, Network};
use crate::store::Store;

pub(crate) use self::device::Device;
pub(crate) use self::guard::Client;
pub use self::rate::{Rate, Rates};
pub use self::settings::{Kind, LimitSettings, Scope};
use self::sms::Refusals;
pub(crate) use self::sql::PurgeCounters;
use self::sql::{Count, Forgive, SharedKey};

/// The name of the shared key in the database.
const KEY_NAME: &str = "limits";

/// How many bytes of an HMAC name a counter: two counters that share a name by chance would take 2^64 keys.
const ID_BYTES: usize = 16;

/// Counts attempts. Clones share it.
#[derive(Clone)]
pub struct Limits(Arc<Inner>);

struct Inner {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    settings: LimitSettings,
    key: [u8; 32],
    warned: AtomicBool,
    sms: Refusals,
}

/// What an attempt counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key<'a> {
    /// An account or an address, in its normal form; with its tenant, where there are several.
    Account(&'a str),
    /// A device on which the owner of the account has signed in before.
    Device(&'a Device),
    /// The network of the client.
    Network(Network),
}

/// A counter of one key and one rate.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Counter {
    id: String,
    rate: Rate,
}

/// An attempt that was counted.
#[must_use = "an attempt that succeeds must not count"]
pub(crate) struct Attempt {
    limits: Limits,
    /// Counters of the account.
    own: Vec<Counter>,
    /// Counters of the network, in which others may have failed.
    shared: Vec<Counter>,
}

impl Limits {
    /// Limits of a database, with the key that all its servers share, which is kept encrypted where that is
    /// configured.
    ///
    /// # Errors
    /// The store failed.
    pub(crate) async fn open(
        settings: LimitSettings,
        encryption: Encryption,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        sms: MessageMetrics,
    ) -> Result<Self, Error> {
        let key = shared_key(store.as_ref(), encryption).await?;
        Ok(Self(Arc::new(Inner {
            store,
            clock,
            settings,
            key,
            warned: AtomicBool::new(false),
            sms: Refusals::new(sms),
        })))
    }

    /// Counts an attempt for all of these keys, or for none of them and refuses it.
    ///
    /// # Errors
    /// [`Error::TooManyRequests`] with the time until the next attempt is allowed; the store failed.
    pub(crate) async fn take(&self, kind: Kind, keys: &[Key<'_>]) -> Result<Attempt, Error> {
        let mut attempt = Attempt {
            limits: self.clone(),
            own: Vec::new(),
            shared: Vec::new(),
        };
        for key in keys {
            let (scope, name) = match key {
                Key::Account(name) => (Scope::Account, (*name).to_owned()),
                Key::Device(device) => (Scope::Device, device.name()),
                Key::Network(network) => (Scope::Network, network.to_string()),
            };
            let counters = match key {
                Key::Network(_) => &mut attempt.shared,
                _ => &mut attempt.own,
            };
            for (place, rate) in self.0.settings.rates(kind, scope).iter().enumerate() {
                let id = self.sign(&format!("{kind:?} {scope:?} {place} {name}"));
                counters.push(Counter { id, rate: *rate });
            }
        }
        let mut counters = [attempt.own.as_slice(), &attempt.shared].concat();
        if counters.is_empty() {
            return Ok(attempt);
        }
        counters.sort_by(|one, other| one.id.cmp(&other.id));
        let now = self.0.clock.now();
        match self.0.store.run(Count { now, counters }).await? {
            None => Ok(attempt),
            Some(allowed_at) => {
                let wait = allowed_at.saturating_sub(now).max(1);
                Err(Error::TooManyRequests {
                    retry_after_seconds: u64::try_from(wait).unwrap_or(1).div_ceil(1000),
                })
            }
        }
    }

    /// Lets an account start again: its owner has proven who they are in another way.
    ///
    /// # Errors
    /// The store failed.
    pub(crate) async fn reset(&self, kind: Kind, account: &str) -> Result<(), Error> {
        let rates = self.0.settings.rates(kind, Scope::Account).iter();
        let counter = |(place, rate): (usize, &Rate)| Counter {
            id: self.sign(&format!("{kind:?} {:?} {place} {account}", Scope::Account)),
            rate: *rate,
        };
        let reset: Vec<_> = rates.enumerate().map(counter).collect();
        forgive(self, reset, Vec::new()).await
    }

    /// The network to count by, where it is known; warns once where it is not.
    fn network(&self, location: Location) -> Option<Network> {
        let message = match location {
            Location::Known(network) => return Some(network),
            Location::NoAddress => {
                "the addresses of clients are not known, so only accounts are limited: serve the application \
                 with `serve` of the auth server, or with into_make_service_with_connect_info::<SocketAddr>()"
            }
            Location::BehindUndeclaredProxy(_) => {
                "requests come through a proxy that is not declared, so only accounts are limited: name it in \
                 AUTH_TRUSTED_PROXIES"
            }
        };
        if !self.0.warned.swap(true, Ordering::Relaxed) {
            let proxy = match location {
                Location::BehindUndeclaredProxy(address) => address.to_string(),
                _ => String::new(),
            };
            tracing::warn!(proxy, "{message}");
        }
        None
    }

    /// A text that only the servers of this database can make of another one.
    fn sign(&self, text: &str) -> String {
        let tag = token::hmac_sha256(&self.0.key, text.as_bytes());
        token::encode(&tag[..ID_BYTES])
    }
}

impl Attempt {
    /// Takes the attempt back because its secret was right: the count of the account starts again, and that of the
    /// network is reduced by this attempt.
    ///
    /// # Errors
    /// The store failed.
    pub(crate) async fn succeeded(self) -> Result<(), Error> {
        let (reset, give_back) = (self.own, self.shared);
        forgive(&self.limits, reset, give_back).await
    }

    /// Takes the attempt back because the secret was not checked.
    ///
    /// # Errors
    /// The store failed.
    pub(crate) async fn give_back(self) -> Result<(), Error> {
        let all = [self.own, self.shared].concat();
        forgive(&self.limits, Vec::new(), all).await
    }
}

async fn forgive(
    limits: &Limits,
    reset: Vec<Counter>,
    give_back: Vec<Counter>,
) -> Result<(), Error> {
    if reset.is_empty() && give_back.is_empty() {
        return Ok(());
    }
    limits.0.store.run(Forgive { reset, give_back }).await
}

/// The key of the database, encrypted there where secrets are configured. A key that cannot be read, or that is
/// not encrypted as it should be, is replaced by a new one: counters start again, and devices are not known.
async fn shared_key(store: &dyn Store, encryption: Encryption) -> Result<[u8; 32], Error> {
    let key = token::random_bytes()?;
    let stored = encryption.encrypt(KEY_NAME, &key)?;
    let shared = SharedKey {
        name: KEY_NAME,
        fresh: (stored, key),
        open: Box::new(move |stored| {
            if encryption.is_outdated(stored) {
                return None;
            }
            encryption.decrypt(KEY_NAME, stored).ok()?.try_into().ok()
        }),
    };
    store.run(shared).await
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limits").finish_non_exhaustive()
    }
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt").finish_non_exhaustive()
    }
}
