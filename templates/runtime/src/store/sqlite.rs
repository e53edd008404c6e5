//! SQLite as the store.
//!
//! One thread owns the one connection that writes, and commits together what waits together
//! ([`writer`]): a commit that survives a power cut costs a wait for the disk, and sharing it makes
//! a hundred sign-ins cost as much as one. Reading happens beside it, on a few connections of their
//! own, each on a thread that may block (SQLite in WAL mode,
//! <https://www.sqlite.org/wal.html>).
//!
//! Rules kept here: when a writing method answers, its effect is on the disk
//! (`synchronous = FULL`), in the file that the next start will open (`location`); what fails leaves
//! nothing behind; a database that is locked, slow, full or missing is [`Error::Unavailable`] (`failure`)
//! and a broken one [`Error::Internal`], never an answer about a session or a password; every wait ends;
//! and the file belongs to its owner alone (mode 0600), since it holds signing keys.

pub(crate) mod copies;
mod failure;
mod location;
mod log;
mod migrate;
mod transaction;
mod writer;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::Semaphore;

use super::transaction::{AnyTransaction, Outcome, TxError};
use super::{Connections, Store, migrations};
use crate::error::Error;
use crate::metrics::{Gauge, Held, StoreMetrics};
use failure::{unavailable, unopened};
use location::File;
use writer::Writer;

pub(super) use failure::failure;
pub(super) use location::{check_url, location};
pub(super) use transaction::{execute, query};

/// How long to wait for another process that holds the database.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long to wait for an answer: behind others that wait for the lock, and for a slow disk.
const QUERY_TIMEOUT: Duration = Duration::from_secs(10);

/// How many compiled statements a connection keeps: more than all recipes have.
const STATEMENTS: usize = 512;

/// How many connections read.
const READERS: usize = 4;

/// A store in one SQLite database. Clones share it.
#[derive(Clone)]
pub struct SqliteStore {
    writer: Writer,
    /// `None` for a database in memory.
    path: Option<PathBuf>,
    /// `None` where the database is in the memory of the writing connection.
    readers: Option<Arc<Readers>>,
    metrics: StoreMetrics,
}

struct Readers {
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
    waiting: Gauge,
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

impl SqliteStore {
    /// Opens the database of a URL, `sqlite://path/to/file` or `sqlite::memory:`; creates it if it
    /// does not exist, and brings its tables up to date. Blocks, so it belongs to the start of a
    /// program.
    pub fn open(url: &str) -> Result<Self, Error> {
        let location = location(url)
            .map_err(|message| Error::internal(format!("the URL of the database {message}")))?;
        match location {
            None => {
                let connection = Connection::open_in_memory().map_err(unopened)?;
                Self::start(connection, Vec::new(), None)
            }
            Some(path) => {
                let file = File::create(path)?;
                let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                let open = |flags| Connection::open_with_flags(file.path(), flags);
                let writing = open(flags).map_err(unopened)?;
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                let reading = || open(flags).map_err(unopened);
                let readers = (0..READERS).map(|_| reading()).collect::<Result<_, _>>()?;
                Self::start(writing, readers, Some(file))
            }
        }
    }

    fn start(
        mut writing: Connection,
        reading: Vec<Connection>,
        file: Option<File>,
    ) -> Result<Self, Error> {
        configure(&writing).map_err(unopened)?;
        writing
            .pragma_update(None, "journal_mode", "WAL")
            .map_err(unopened)?;
        migrate::run(&mut writing, migrations::ALL)?;
        // Where another server uses the database, its log is as large as that server keeps it.
        log::empty(&writing, log::LAST).map_err(unopened)?;
        for connection in &reading {
            configure(connection).map_err(unopened)?;
        }
        let readers = (!reading.is_empty()).then(|| {
            Arc::new(Readers {
                permits: Arc::new(Semaphore::new(reading.len())),
                idle: Mutex::new(reading),
                waiting: Gauge::default(),
            })
        });
        Ok(Self {
            path: file.as_ref().map(|file| file.path().to_owned()),
            writer: Writer::start(writing, file)?,
            readers,
            metrics: StoreMetrics::default(),
        })
    }

    /// Runs a function in the next write transaction; answers when its effect is on the disk.
    async fn run_on_writer<T, F>(&self, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, TxError> + Send + 'static,
    {
        tokio::time::timeout(QUERY_TIMEOUT, self.writer.run(job))
            .await
            .map_err(|_| unavailable("it took too long"))?
    }

    /// Runs a function on a connection that sees all that is committed; in one snapshot, unless it is one
    /// statement, which has one anyway.
    async fn run_on_reader<T, F>(&self, is_one_statement: bool, query: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, TxError> + Send + 'static,
    {
        let Some(readers) = &self.readers else {
            return self.writer.run(query).await;
        };
        let readers = Arc::clone(readers);
        let waiting = Held::by(&readers.waiting);
        let permit = Arc::clone(&readers.permits).acquire_owned();
        let permit = tokio::time::timeout(QUERY_TIMEOUT, permit)
            .await
            .map_err(|_| unavailable("all reading connections are busy"))?
            .map_err(Error::internal)?;
        drop(waiting);
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let taken = readers.lock().pop();
            let mut connection =
                taken.ok_or_else(|| Error::internal("no reading connection is left"))?;
            // The connection goes back even if the query panics.
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                if is_one_statement {
                    query(&mut connection)
                } else {
                    snapshot(&mut connection, query)
                }
            }));
            if !connection.is_autocommit() {
                // The query panicked; the next one must not find its snapshot open.
                let _ = connection.execute_batch("ROLLBACK");
            }
            readers.lock().push(connection);
            let outcome = outcome.map_err(|_| Error::internal("a query of the store panicked"))?;
            Ok(outcome?)
        })
        .await
        .map_err(Error::internal)?
    }
}

impl Readers {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Several statements of one query see the same state.
fn snapshot<T>(
    connection: &mut Connection,
    query: impl FnOnce(&mut Connection) -> Result<T, TxError>,
) -> Result<T, TxError> {
    connection.execute_batch("BEGIN")?;
    let outcome = query(connection);
    let end = if outcome.is_ok() {
        "COMMIT"
    } else {
        "ROLLBACK"
    };
    connection.execute_batch(end)?;
    outcome
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // A statement is compiled once, whatever values it is given (query planner stability guarantee).
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "trusted_schema", false)
}

#[async_trait]
impl Store for SqliteStore {
    async fn transact(&self, transaction: Arc<dyn AnyTransaction>) -> Result<Outcome, Error> {
        self.run_transaction(transaction).await
    }

    fn metrics(&self) -> &StoreMetrics {
        &self.metrics
    }

    fn connections(&self) -> Option<Connections> {
        let readers = self.readers.as_ref()?;
        let idle = readers.permits.available_permits();
        let waiting = usize::try_from(readers.waiting.get()).unwrap_or(0);
        Some(Connections {
            limit: READERS,
            used: READERS.saturating_sub(idle),
            idle,
            waiting: waiting + self.writer.waiting(),
        })
    }

    async fn empty_log(&self) -> Result<bool, Error> {
        let Some(path) = self.path.clone() else {
            return Ok(true);
        };
        let emptying = tokio::task::spawn_blocking(move || log::empty_of(&path));
        emptying.await.map_err(Error::internal)?.map_err(failure)
    }

    async fn close(&self) {
        match self.empty_log().await {
            Ok(is_empty) => log::report(is_empty),
            Err(error) => {
                tracing::warn!(%error, "the write-ahead log was not moved into the database");
            }
        }
    }
}

#[cfg(all(test, feature = "recipes"))]
mod tests;
