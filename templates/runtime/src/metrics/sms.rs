//! What is counted of text messages.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

/// Text messages. No label names a country or a number: clients choose them.
#[derive(Debug, Clone, Default)]
pub struct SmsMetrics {
    jobs: Family<Outcome, Counter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

impl SmsMetrics {
    /// The provider accepted one.
    pub fn sent(&self) {
        self.count("sent");
    }

    /// One failed and is tried again.
    pub fn retried(&self) {
        self.count("retried");
    }

    /// One was given up.
    pub fn failed(&self) {
        self.count("failed");
    }

    /// One was not accepted: the budget of its country is spent.
    pub fn refused(&self) {
        self.count("refused");
    }

    fn count(&self, outcome: &'static str) {
        self.jobs.get_or_create(&Outcome { outcome }).inc();
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        for outcome in ["sent", "retried", "failed", "refused"] {
            let _ = self.jobs.get_or_create(&Outcome { outcome });
        }
        registry.register(
            "text_messages",
            "Text messages (SMS), by what became of them",
            self.jobs.clone(),
        );
    }
}
