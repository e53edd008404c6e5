//! The time of the database.
//!
//! Servers on several machines share one database, and their clocks differ. Whether a refresh token
//! was replaced a moment ago or long before decides if it is a lost answer or a theft, so all of
//! them go by the one clock that they have in common: the database is asked for the time now and
//! then, and in between the time is counted on from there. Setting the clock of a machine changes
//! nothing. Where that of the database is set, its servers learn of it one after the other, within
//! seconds; no duration changes by that ([`Clock::between`]).

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use deadpool_postgres::{Object, Pool};

use super::attempts::QUERY_TIMEOUT;
use super::failure::Failure;
use crate::clock::{self, Clock, Skipped};

/// How often the database is asked.
const INTERVAL: Duration = Duration::from_secs(10);

/// How long, in milliseconds, the question may take: the clock was read at some moment in between, and
/// at an unknown time.
const PROMPT_MS: i64 = 500;

/// Shows the time of a database. Clones show the same time.
#[derive(Debug, Clone)]
pub(super) struct DatabaseClock(Arc<Shown>);

#[derive(Debug)]
struct Shown {
    /// From where time is counted.
    start: Instant,
    /// What the database's clock showed at `start`, in milliseconds since the epoch.
    shown_at_start: AtomicI64,
    skipped: Mutex<Skipped>,
}

/// What the database said about the time.
struct Reading {
    at_start: i64,
    /// When the answer came, counted from `start`.
    answered: i64,
    /// How long it took.
    took: i64,
}

impl DatabaseClock {
    /// Asks the database, and repeats that for as long as the clock exists.
    pub(super) async fn start(pool: &Pool) -> Result<Self, Failure> {
        let start = Instant::now();
        let first = ask(pool, start).await?;
        let shown = Arc::new(Shown {
            start,
            shown_at_start: AtomicI64::new(first.at_start),
            skipped: Mutex::default(),
        });
        let (weak, pool) = (Arc::downgrade(&shown), pool.clone());
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(INTERVAL).await;
                if weak.strong_count() == 0 {
                    return;
                }
                let reading = ask(&pool, start).await;
                let Some(shown) = weak.upgrade() else { return };
                match reading {
                    Ok(reading) => shown.take(&reading),
                    // Requests at that time report the failure; the clock continues from the last answer.
                    Err(failure) => {
                        tracing::debug!(%failure, "the database was not asked for the time");
                    }
                }
            }
        });
        Ok(Self(shown))
    }
}

/// Asks the database for the time.
async fn ask(pool: &Pool, start: Instant) -> Result<Reading, Failure> {
    let connection = pool.get().await?;
    let asked = clock::milliseconds(start.elapsed());
    let rows = async {
        let sql = "SELECT FLOOR(EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT";
        let statement = connection.prepare_cached(sql).await?;
        connection.query(&statement, &[]).await
    };
    let Ok(rows) = tokio::time::timeout(QUERY_TIMEOUT, rows).await else {
        // The next user of this connection would wait for this query.
        drop(Object::take(connection));
        return Err(Failure::TimedOut);
    };
    let answered = clock::milliseconds(start.elapsed());
    let rows = rows?;
    let row = rows.first().ok_or(Failure::Vanished)?;
    Ok(Reading {
        at_start: row.try_get::<_, i64>(0)? - i64::midpoint(asked, answered),
        answered,
        took: answered - asked,
    })
}

impl Shown {
    /// Sets the clock to the database's time, unless the answer took too long to be exact.
    fn take(&self, reading: &Reading) {
        if reading.took > PROMPT_MS {
            return;
        }
        let before = self
            .shown_at_start
            .swap(reading.at_start, Ordering::Relaxed);
        self.skipped().note(
            before.saturating_add(reading.answered),
            reading.at_start.saturating_add(reading.answered),
        );
    }

    fn skipped(&self) -> std::sync::MutexGuard<'_, Skipped> {
        self.skipped.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for DatabaseClock {
    fn now(&self) -> i64 {
        let at_start = self.0.shown_at_start.load(Ordering::Relaxed);
        at_start.saturating_add(clock::milliseconds(self.0.start.elapsed()))
    }

    fn between(&self, earlier: i64, later: i64) -> i64 {
        self.0.skipped().between(earlier, later)
    }
}
