//! Requests to the auth APIs.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::{Registry, Unit};

use super::{Histograms, histograms};

/// Requests to the auth APIs.
#[derive(Debug, Clone)]
pub struct RequestMetrics {
    answered: Family<Answered, Counter>,
    seconds: Histograms<Operation>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    operation: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    operation: &'static str,
}

impl Default for RequestMetrics {
    fn default() -> Self {
        Self {
            answered: Family::default(),
            seconds: histograms(),
        }
    }
}

impl RequestMetrics {
    /// A request was answered with this status after this time.
    pub fn answered(&self, operation: &'static str, status: u16, took: Duration) {
        let answered = Answered { operation, status };
        self.answered.get_or_create(&answered).inc();
        let seconds = self.seconds.get_or_create(&Operation { operation });
        seconds.observe(took.as_secs_f64());
    }

    pub(in crate::metrics) fn register(&self, registry: &mut Registry) {
        registry.register(
            "requests",
            "Requests to the auth APIs, by operationId and status",
            self.answered.clone(),
        );
        registry.register_with_unit(
            "request_duration",
            "Time from the head of a request to the head of its answer",
            Unit::Seconds,
            self.seconds.clone(),
        );
    }
}
