//! What the server counts about itself.
//!
//! The parts count at all times, which costs nanoseconds; the numbers are shown only where the settings
//! say so ([`Metrics::text`], behind `AUTH_ADMIN_LISTEN_ADDR`). Rules kept here: the values of a label are
//! known when the server is built (operations, verbs, outcomes, HTTP statuses), so that no client can make
//! a series; no label holds a user, a session or an address; names follow
//! <https://prometheus.io/docs/practices/naming/>, times are in seconds.

mod instruments;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;

use crate::error::Error;

pub use prometheus_client::metrics::gauge::Gauge;

pub use self::instruments::{
    CleanupMetrics, DatabaseGauges, KeyGauges, MailMetrics, MessageMetrics, PasswordMetrics,
    RefreshOutcome, RequestMetrics, SessionMetrics, StoreMetrics,
};

/// The content type of [`Metrics::text`]: OpenMetrics, which Prometheus reads since version 2.5.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// All instruments of one server. Clones share them.
#[derive(Clone, Default)]
pub struct Metrics {
    /// Requests to the auth APIs.
    pub requests: RequestMetrics,
    /// Sessions that begin, go on and end.
    pub sessions: SessionMetrics,
    /// The password hasher and its queue.
    pub passwords: PasswordMetrics,
    /// The mail queue.
    pub mail: MailMetrics,
    /// Text messages.
    pub sms: MessageMetrics,
    /// The verbs of the store.
    pub store: StoreMetrics,
    /// Connections to the database; set when the numbers are read.
    pub database: DatabaseGauges,
    /// Signing keys; set when the numbers are read.
    pub keys: KeyGauges,
    /// What deletes expired sessions.
    pub cleanup: CleanupMetrics,
    registry: Arc<Mutex<Option<Registry>>>,
}

impl Metrics {
    /// Instruments of a server, beside those of its store.
    pub(crate) fn with_store(store: StoreMetrics) -> Self {
        Self {
            store,
            ..Self::default()
        }
    }

    /// All numbers as OpenMetrics text.
    ///
    /// # Errors
    /// [`Error::Internal`] if they cannot be written down.
    pub fn text(&self) -> Result<String, Error> {
        let mut place = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        // Names and help texts are put together only when the metrics are read.
        let registry = place.get_or_insert_with(|| self.named());
        let mut text = String::new();
        encode(&mut text, registry).map_err(Error::internal)?;
        Ok(text)
    }

    fn named(&self) -> Registry {
        let mut registry = Registry::with_prefix("auth");
        self.requests.register(&mut registry);
        self.sessions.register(&mut registry);
        self.passwords.register(&mut registry);
        self.mail.register(&mut registry);
        let help = "Text messages (SMS), by what became of them";
        self.sms.register(&mut registry, "text_messages", help);
        self.store.register(&mut registry);
        self.database.register(&mut registry);
        self.keys.register(&mut registry);
        self.cleanup.register(&mut registry);
        registry
    }
}

/// Counts something for as long as it is held: what waits, what runs.
#[derive(Debug)]
pub struct Held(Gauge);

impl Held {
    /// One more, until this is dropped.
    pub fn by(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}
