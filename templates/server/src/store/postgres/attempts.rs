//! Carrying a verb out: on one connection, within a time, and again where that is right.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::Object;

use super::failure::{Failure, Repeat};
use super::{Connection, PostgresStore};
use crate::error::Error;

/// How long a verb may wait for its answer. PostgreSQL itself gives a statement up before that.
pub(super) const PATIENCE: Duration = Duration::from_secs(6);

/// How often a verb is sent at most.
const ATTEMPTS: u32 = 4;

/// How many rows one statement forgets at most.
pub(super) const FORGET: i64 = 5_000;

impl PostgresStore {
    /// Carries a verb out.
    pub(super) async fn run<T, F, A>(&self, repeat: Repeat, verb: F) -> Result<T, Error>
    where
        F: Fn(Arc<Connection>) -> A,
        A: Future<Output = Result<T, Failure>>,
    {
        let mut attempt = 1;
        loop {
            match self.attempt(&verb).await {
                Err(failure) if attempt < ATTEMPTS && failure.can_be_repeated(repeat) => {
                    // A little longer each time, so that those who collided do not meet again.
                    tokio::time::sleep(Duration::from_millis(10) * attempt).await;
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
        if let Ok(outcome) = tokio::time::timeout(PATIENCE, answer).await {
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
            let gone = self.run(Repeat::Harmless, &verb).await? as u64;
            all += gone;
            if gone < FORGET.unsigned_abs() {
                return Ok(all);
            }
        }
    }
}
