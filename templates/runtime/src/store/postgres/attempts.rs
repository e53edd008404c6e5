//! How long a transaction may take, and how often it runs.

use std::time::Duration;

/// How long a transaction may wait for its answer. PostgreSQL itself gives a statement up before that.
pub(super) const QUERY_TIMEOUT: Duration = Duration::from_secs(6);

/// How often a transaction runs at most.
pub(super) const ATTEMPTS: u32 = 4;

/// Waits before the next attempt: a little longer each time, so that those who collided do not meet again.
pub(super) async fn pause(attempt: u32) {
    tokio::time::sleep(Duration::from_millis(10) * attempt).await;
}
