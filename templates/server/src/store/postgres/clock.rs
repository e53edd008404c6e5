//! The time of the database.
//!
//! Servers on several machines share one database, and their clocks differ. Whether a refresh token
//! was replaced a moment ago or long before decides if it is a lost answer or a theft, so all of
//! them go by the one clock that they have in common: the database is asked for the time now and
//! then, and in between the time is counted on from there. Setting the clock of a machine changes
//! nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use deadpool_postgres::Pool;

use super::failure::Failure;
use super::query;
use crate::clock::Clock;

/// How often the database is asked.
const INTERVAL: Duration = Duration::from_secs(10);

/// Shows the time of a database. Clones show the same time.
#[derive(Debug, Clone)]
pub(super) struct DatabaseClock(Arc<Shown>);

#[derive(Debug)]
struct Shown {
    /// From where time is counted.
    start: Instant,
    /// What the database's clock showed at `start`, in milliseconds since the epoch.
    shown_at_start: AtomicI64,
}

impl DatabaseClock {
    /// Asks the database, and goes on asking for as long as somebody holds the clock.
    pub(super) async fn start(pool: &Pool) -> Result<Self, Failure> {
        let clock = Self(Arc::new(Shown {
            start: Instant::now(),
            shown_at_start: AtomicI64::new(0),
        }));
        clock.0.ask(pool).await?;
        let (shown, pool) = (Arc::downgrade(&clock.0), pool.clone());
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(INTERVAL).await;
                let Some(shown) = shown.upgrade() else { return };
                // The requests of that moment say it aloud; the time goes on as it was.
                if let Err(failure) = shown.ask(&pool).await {
                    tracing::debug!(%failure, "the database was not asked for the time");
                }
            }
        });
        Ok(clock)
    }
}

impl Shown {
    async fn ask(&self, pool: &Pool) -> Result<(), Failure> {
        let connection = pool.get().await?;
        let asked = self.elapsed();
        let rows = query(
            &connection,
            "SELECT FLOOR(EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT",
            &[],
        )
        .await?;
        let answered = self.elapsed();
        let row = rows.first().ok_or(Failure::Vanished)?;
        // The clock was read somewhere between the question and the answer.
        let at_start = row.try_get::<_, i64>(0)? - (asked + answered) / 2;
        self.shown_at_start.store(at_start, Ordering::Relaxed);
        Ok(())
    }

    fn elapsed(&self) -> i64 {
        i64::try_from(self.start.elapsed().as_millis()).unwrap_or(i64::MAX)
    }
}

impl Clock for DatabaseClock {
    fn now(&self) -> i64 {
        let at_start = self.0.shown_at_start.load(Ordering::Relaxed);
        at_start.saturating_add(self.0.elapsed())
    }
}
