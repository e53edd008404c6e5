//! Whether requests should be sent to this server.
//!
//! Rule: a probe is cheap, since anyone may send one: there is one query at a time, and its result counts for
//! a second. The query has a time limit, so that a probe gets a clear answer before its own timeout.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::store::Store;

/// How long the database may take to answer.
const BOUND: Duration = Duration::from_secs(2);

/// How long an answer counts.
const FRESH: Duration = Duration::from_secs(1);

/// The answer to a load balancer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// The server takes requests.
    Ready,
    /// The server is about to stop.
    Stopping,
    /// The database did not answer, or not in time.
    NoDatabase,
}

/// The result of the last query.
#[derive(Default)]
pub(super) struct Probe(Mutex<Option<(Instant, Readiness)>>);

impl Probe {
    /// The state of the server; queries the database unless the last result is recent.
    pub(super) async fn look(&self, store: &dyn Store) -> Readiness {
        let mut last = self.0.lock().await;
        if let Some((at, readiness)) = *last
            && at.elapsed() < FRESH
        {
            return readiness;
        }
        let readiness = match tokio::time::timeout(BOUND, store.ping()).await {
            Ok(Ok(())) => Readiness::Ready,
            Ok(Err(error)) => {
                tracing::warn!(%error, "the database does not answer");
                Readiness::NoDatabase
            }
            Err(_) => {
                tracing::warn!("the database does not answer in time");
                Readiness::NoDatabase
            }
        };
        *last = Some((Instant::now(), readiness));
        readiness
    }
}
