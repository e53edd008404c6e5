//! PostgreSQL as the store, for several servers on one database.
//!
//! Rules kept here:
//! - a transaction that is **one statement** takes one round trip and is atomic by itself, with no BEGIN and
//!   COMMIT around it; a request that is given up leaves nothing half done;
//! - a transaction holds one connection and waits for no other; the pool is bounded, and every wait ends;
//! - what was rolled back is tried again, a few times. What may or may not have taken effect, since
//!   the connection broke, is tried again only where a second time does no harm
//!   ([`Retry`](super::Retry));
//! - a database that is slow, full, locked or down is [`Error::Unavailable`] ([`failure`]);
//! - all servers use the clock of the database ([`clock`]).
//!
//! A commit is on the disk when PostgreSQL reports it (`synchronous_commit`, on by default). It lets
//! the commits of many connections share a wait for the disk by itself.

mod address;
mod attempts;
mod clock;
mod failure;
mod migrate;
mod pool;
mod transaction;
mod value;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use deadpool_postgres::Pool;

use self::address::Address;
use self::clock::DatabaseClock;
pub(super) use self::failure::Failure;
pub(super) use self::transaction::Statements;
use super::transaction::{AnyTransaction, Outcome};
use super::{Connections, Store, Way, migrations};
use crate::clock::Clock;
use crate::error::Error;
use crate::metrics::StoreMetrics;

/// A store in one schema of a PostgreSQL database. Clones share it.
#[derive(Clone)]
pub struct PostgresStore {
    pool: Pool,
    clock: DatabaseClock,
    metrics: StoreMetrics,
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").finish_non_exhaustive()
    }
}

impl PostgresStore {
    /// What is wrong with a URL, as far as that shows before anything is opened.
    ///
    /// # Errors
    /// A text that does not show the URL.
    pub fn check_url(url: &str) -> Result<(), String> {
        Address::parse(url).map(drop)
    }

    /// How a URL says that the database is reached.
    pub(super) fn way(url: &str) -> Option<Way> {
        let address = Address::parse(url).ok()?;
        Some(match address.tls {
            Some(_) => Way::Encrypted,
            None if address.is_here() => Way::Here,
            None => Way::Plain,
        })
    }

    /// Opens the database of a URL, `postgres://user:password@host/database`, with at most so many
    /// connections, and brings its tables up to date. `?options=-csearch_path%3Dname` names the
    /// schema of the tables; it is created if it does not exist.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub async fn open(url: &str, connections: usize) -> Result<Self, Error> {
        let address = Address::parse(url)
            .map_err(|error| Error::internal(format!("the URL of the database {error}")))?;
        let pool = pool::start(address, connections)?;
        migrate::run(&pool, migrations::ALL).await?;
        let clock = DatabaseClock::start(&pool).await?;
        let metrics = StoreMetrics::default();
        Ok(Self {
            pool,
            clock,
            metrics,
        })
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn transact(&self, transaction: Arc<dyn AnyTransaction>) -> Result<Outcome, Error> {
        self.run_transaction(transaction).await
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(self.clock.clone())
    }

    fn connections(&self) -> Option<Connections> {
        let status = self.pool.status();
        Some(Connections {
            limit: status.max_size,
            used: status.size.saturating_sub(status.available),
            idle: status.available,
            waiting: status.waiting,
        })
    }

    fn metrics(&self) -> &StoreMetrics {
        &self.metrics
    }
}

#[cfg(all(test, feature = "recipes"))]
mod tests;
