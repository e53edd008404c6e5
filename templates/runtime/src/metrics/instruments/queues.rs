//! The queues: passwords that wait to be hashed, and messages that wait to be sent.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::{Outcome, histogram};

/// The password hasher and its queue.
#[derive(Debug, Clone)]
pub struct PasswordMetrics {
    /// How many wait for their turn.
    pub waiting: Gauge,
    /// How many are being hashed.
    pub running: Gauge,
    /// How many were turned away since the queue was full.
    pub refused: Counter,
    /// How long a hash takes, without waiting.
    pub seconds: Histogram,
}

impl Default for PasswordMetrics {
    fn default() -> Self {
        Self {
            waiting: Gauge::default(),
            running: Gauge::default(),
            refused: Counter::default(),
            seconds: histogram(),
        }
    }
}

impl PasswordMetrics {
    pub(in crate::metrics) fn register(&self, registry: &mut Registry) {
        registry.register(
            "password_hashes_waiting",
            "Passwords that wait to be hashed",
            self.waiting.clone(),
        );
        registry.register(
            "password_hashes_running",
            "Passwords that are being hashed",
            self.running.clone(),
        );
        registry.register(
            "password_hashes_refused",
            "Passwords that were turned away with 503 since the queue was full",
            self.refused.clone(),
        );
        registry.register_with_unit(
            "password_hash_duration",
            "Time that a hash takes, without waiting",
            Unit::Seconds,
            self.seconds.clone(),
        );
    }
}

/// The mail queue.
#[derive(Debug, Clone, Default)]
pub struct MailMetrics {
    /// Mails in the database that are not sent yet.
    pub pending: Gauge,
    /// Mails in the database that were given up.
    pub undelivered: Gauge,
    /// What became of them.
    pub messages: MessageMetrics,
}

impl MailMetrics {
    pub(in crate::metrics) fn register(&self, registry: &mut Registry) {
        registry.register(
            "mails_waiting",
            "Mails in the database that are not sent yet, those of all servers",
            self.pending.clone(),
        );
        registry.register(
            "mails_undelivered",
            "Mails in the database that were given up, those of all servers",
            self.undelivered.clone(),
        );
        let help = "Mails, by what became of them";
        self.messages.register(registry, "mails", help);
    }
}

/// Mails or text messages, by what became of them. No label names a recipient or a country: clients choose them.
#[derive(Debug, Clone, Default)]
pub struct MessageMetrics(Family<Outcome, Counter>);

impl MessageMetrics {
    /// A message was sent.
    pub fn sent(&self) {
        self.count("sent");
    }

    /// A message failed and is tried again.
    pub fn retried(&self) {
        self.count("retried");
    }

    /// A message was given up.
    pub fn failed(&self) {
        self.count("failed");
    }

    /// A message was not accepted: the limit of its recipient, or the budget of its country, is used up.
    pub fn refused(&self) {
        self.count("refused");
    }

    fn count(&self, outcome: &'static str) {
        self.0.get_or_create(&Outcome { outcome }).inc();
    }

    pub(in crate::metrics) fn register(
        &self,
        registry: &mut Registry,
        name: &'static str,
        help: &'static str,
    ) {
        for outcome in ["sent", "retried", "failed", "refused"] {
            let _ = self.0.get_or_create(&Outcome { outcome });
        }
        registry.register(name, help, self.0.clone());
    }
}
