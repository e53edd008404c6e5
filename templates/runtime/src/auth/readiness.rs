//! Whether requests should be sent to this server.
//!
//! Rule: asking costs next to nothing, since anybody may ask: one question at a time goes to the database,
//! and its answer counts for a second. It is bounded, so that a probe hears a clear no and not its own
//! timeout.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::store::Store;

/// How long the database may take to answer.
const BOUND: Duration = Duration::from_secs(2);

/// How long an answer counts.
const FRESH: Duration = Duration::from_secs(1);

/// What a load balancer wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// Requests are welcome.
    Ready,
    /// The server is about to stop.
    Stopping,
    /// The database did not answer, or not in time.
    NoDatabase,
}

/// The last look at the database.
#[derive(Default)]
pub(super) struct Probe(Mutex<Option<(Instant, Readiness)>>);

impl Probe {
    /// Looks, unless somebody has just done so.
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
