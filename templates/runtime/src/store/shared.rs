//! A database that several servers of one process share.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use super::transaction::{AnyTransaction, Outcome};
use super::{Connections, Store, open};
use crate::clock::Clock;
use crate::error::Error;
use crate::metrics::StoreMetrics;

/// A database that is opened once, for several servers of one app in one process: at different base paths, with
/// different settings or hooks, or one in place of another one ([`AuthSwap`](crate::AuthSwap)). Clones share its
/// connections and the thread that writes to SQLite; the last one that goes closes them.
///
/// A database belongs to one app ([`Config::app_id`](crate::Config::app_id)), also where it is shared:
/// [`AuthBuilder::build`](crate::auth::AuthBuilder::build) refuses it to another app.
///
/// What servers do in the background each of them does, as in several processes on one database. Expired rows are
/// deleted by whichever comes first. A mail is sent by one of them, with the links that the server which accepted it
/// gave it: give all of them the same mailer.
///
/// ```no_run
/// # async fn run(shop: auth_runtime::Config, staff: auth_runtime::Config) -> Result<(), Box<dyn std::error::Error>> {
/// use auth_runtime::Auth;
/// use auth_runtime::store::SharedStore;
///
/// let store = SharedStore::open("sqlite://auth.db", 10).await?;
/// let shop = Auth::builder(shop).store(store.clone()).build().await?;
/// let staff = Auth::builder(staff).store(store).build().await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct SharedStore(Arc<dyn Store>);

impl SharedStore {
    /// Opens the database of a URL, as `DATABASE_URL` has it, and brings its tables up to date: a SQLite file is made
    /// if it does not exist. PostgreSQL gets at most so many connections, for all servers together.
    ///
    /// # Errors
    /// It cannot be opened, or is newer than this release can use. The text does not show the URL, which may hold a
    /// password.
    pub async fn open(url: &str, connections: usize) -> Result<Self, Error> {
        open(url, connections).await.map(Self)
    }
}

#[async_trait]
impl Store for SharedStore {
    fn clock(&self) -> Arc<dyn Clock> {
        self.0.clock()
    }

    fn connections(&self) -> Option<Connections> {
        self.0.connections()
    }

    fn metrics(&self) -> &StoreMetrics {
        self.0.metrics()
    }

    async fn transact(&self, transaction: Arc<dyn AnyTransaction>) -> Result<Outcome, Error> {
        self.0.transact(transaction).await
    }

    async fn empty_log(&self) -> Result<bool, Error> {
        self.0.empty_log().await
    }

    async fn close(&self) {
        self.0.close().await;
    }
}

impl fmt::Debug for SharedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedStore").finish_non_exhaustive()
    }
}
