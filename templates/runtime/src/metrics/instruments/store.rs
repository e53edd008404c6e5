//! The verbs of the store, and the connections behind it.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use super::{Histograms, histograms};
use crate::error::Error;

/// The verbs of the store.
#[derive(Debug, Clone)]
pub struct StoreMetrics {
    seconds: Histograms<Verb>,
    errors: Family<Failed, Counter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Verb {
    verb: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Failed {
    verb: &'static str,
    kind: &'static str,
}

impl Default for StoreMetrics {
    fn default() -> Self {
        Self {
            seconds: histograms(),
            errors: Family::default(),
        }
    }
}

impl StoreMetrics {
    /// A verb was carried out, or not, after this time.
    pub fn done(&self, verb: &'static str, took: Duration, error: Option<&Error>) {
        let seconds = self.seconds.get_or_create(&Verb { verb });
        seconds.observe(took.as_secs_f64());
        let kind = match error {
            Some(Error::Unavailable { .. }) => "unavailable",
            Some(Error::Internal(_)) => "internal",
            // What a client did wrong is no failure of the database.
            Some(_) | None => return,
        };
        self.errors.get_or_create(&Failed { verb, kind }).inc();
    }

    pub(in crate::metrics) fn register(&self, registry: &mut Registry) {
        registry.register_with_unit(
            "store_duration",
            "Time that a verb of the store takes, waiting for a connection included",
            Unit::Seconds,
            self.seconds.clone(),
        );
        registry.register(
            "store_errors",
            "Verbs of the store that failed",
            self.errors.clone(),
        );
    }
}

/// Connections to the database.
#[derive(Debug, Clone, Default)]
pub struct DatabaseGauges {
    connections: Family<ConnectionState, Gauge>,
    /// How many there may be.
    pub limit: Gauge,
    /// How many verbs wait for one.
    pub waiting: Gauge,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ConnectionState {
    state: &'static str,
}

impl DatabaseGauges {
    /// How many connections are in use, and how many are open and idle.
    pub fn set_connections(&self, used: usize, idle: usize) {
        for (state, count) in [("used", used), ("idle", idle)] {
            let gauge = self.connections.get_or_create(&ConnectionState { state });
            gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
        }
    }

    pub(in crate::metrics) fn register(&self, registry: &mut Registry) {
        registry.register(
            "database_connections",
            "Connections to the database (SQLite: those that read)",
            self.connections.clone(),
        );
        registry.register(
            "database_connections_limit",
            "How many connections there may be",
            self.limit.clone(),
        );
        registry.register(
            "database_connections_waiting",
            "Verbs that wait for a connection (SQLite: or for their turn to write)",
            self.waiting.clone(),
        );
    }
}
