//! The instruments, by the part of the server that they belong to.

mod queues;
mod requests;
mod sessions;
mod store;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;

pub use self::queues::{MailMetrics, MessageMetrics, PasswordMetrics};
pub use self::requests::RequestMetrics;
pub use self::sessions::{CleanupMetrics, KeyGauges, RefreshOutcome, SessionMetrics};
pub use self::store::{DatabaseGauges, StoreMetrics};

/// From a millisecond to ten seconds: a hash takes some 20 ms, a request gives up after a few seconds.
const SECONDS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

fn histogram() -> Histogram {
    Histogram::new(SECONDS)
}

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

fn histograms<L: Clone + std::hash::Hash + Eq>() -> Histograms<L> {
    Family::new_with_constructor(histogram as fn() -> Histogram)
}

/// One value of a label that has few.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}
