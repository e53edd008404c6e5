//! Carrying a verb out: on one connection, within a time, and again where that is right.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::Object;

use super::failure::Failure;
use super::{Connection, PostgresStore};
use crate::error::Error;
use crate::store::transaction::Retry;

/// How long a verb or a transaction may wait for its answer. PostgreSQL itself gives a statement up before
/// that.
pub(super) const QUERY_TIMEOUT: Duration = Duration::from_secs(6);

/// How often a verb or a transaction runs at most.
pub(super) const ATTEMPTS: u32 = 4;

/// How many rows one statement forgets at most.
pub(super) const FORGET: i64 = 5_000;

/// Waits before the next attempt: a little longer each time, so that those who collided do not meet again.
pub(super) async fn pause(attempt: u32) {
    tokio::time::sleep(Duration::from_millis(10) * attempt).await;
}

impl PostgresStore {
    /// Carries a verb out.
    pub(super) async fn run<T, F, A>(&self, retry: Retry, verb: F) -> Result<T, Error>
    where
        F: Fn(Arc<Connection>) -> A,
        A: Future<Output = Result<T, Failure>>,
    {
        let mut attempt = 1;
        loop {
            match self.attempt(&verb).await {
                Err(failure) if attempt < ATTEMPTS && failure.can_be_retried(retry) => {
                    pause(attempt).await;
                    attempt += 1;
                }
                outcome => return outcome.map_err(Error::from),
            }
        }
    }

    async fn attempt<T, F, A>(&self, verb: &F) -> Result<T, Failure>
    where
        F: Fn(Arc<Connection>) -> A,
        A: Future<Output = Result<T, Failure>>,
    {
        let connection = Arc::new(self.pool.get().await?);
        let answer = verb(Arc::clone(&connection));
        if let Ok(outcome) = tokio::time::timeout(QUERY_TIMEOUT, answer).await {
            return outcome;
        }
        // Whoever got this connection next would wait behind the statement that hangs.
        if let Some(connection) = Arc::into_inner(connection) {
            drop(Object::take(connection));
        }
        Err(Failure::TimedOut)
    }

    /// Forgets in small statements, so that none holds others up for long.
    pub(super) async fn forget<F, A>(&self, verb: F) -> Result<u64, Error>
    where
        F: Fn(Arc<Connection>) -> A,
        A: Future<Output = Result<usize, Failure>>,
    {
        let mut all = 0;
        loop {
            let gone = self.run(Retry::Idempotent, &verb).await? as u64;
            all += gone;
            if gone < FORGET.unsigned_abs() {
                return Ok(all);
            }
        }
    }
}
