//! Transactions whose SQL is written once for both databases.
//!
//! A [`Transaction`] is one atomic step of the store, written as a struct that holds its parameters and a
//! function that runs statements on a [`Tx`]. Both drivers implement `Tx`: on PostgreSQL each statement is
//! awaited; on SQLite each is ready at once, so the writing thread finishes the function in one poll, and
//! transactions that wait at the same time still share one commit.
//!
//! Rules:
//! - `Err` rolls back everything. A refusal that must leave a trace (a wrong code whose attempt is counted)
//!   is an `Ok` with an outcome that says so.
//! - SELECT followed by a write is safe on SQLite only, which has one writer. Decide by a conditional write
//!   with `RETURNING`, or take [`Tx::lock`] first. A violated constraint aborts a PostgreSQL transaction:
//!   use `ON CONFLICT`.
//! - The function may run more than once (PostgreSQL gives up transactions that collide), so it changes
//!   nothing but the database. It awaits nothing but statements.
//! - Statements use `$1`, `$2`, …, and only SQL that both databases understand ([`portable`]); where a
//!   measurement calls for it, a statement has a text for each ([`Sql::Each`]).
//! - What is one statement says so ([`Access::ReadOne`], [`Access::WriteOne`]): it is atomic by itself, so
//!   PostgreSQL needs no BEGIN and COMMIT, which are two more round trips.
//! - All of them run through `run` of [`Store`], which is where they are timed, counted and traced.
//! - A bound value hides itself in `Debug`, so no log line of a driver shows it.

#[cfg(test)]
pub(super) mod contract;
mod portable;
mod value;

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use tracing::Instrument;

use super::Store;
#[cfg(feature = "postgres")]
use super::postgres::{self, Failure};
use super::sqlite;
use crate::error::Error;

#[cfg(feature = "postgres")]
pub(super) use value::Cell;
pub(crate) use value::{Bind, Row};

/// The future of one run of a transaction whose outcome has any type.
pub(crate) type Step<'a> = Pin<Box<dyn Future<Output = Result<Outcome, TxError>> + Send + 'a>>;

/// One atomic step of the store.
pub(crate) trait Transaction: Send + Sync + 'static {
    /// The outcome.
    type Output: Send + 'static;

    /// Its name in metrics and traces, in snake case.
    const NAME: &'static str;

    /// Whether it writes, and whether it is one statement.
    const ACCESS: Access = Access::Write;

    /// Whether it may run again when the connection broke during its commit.
    const RETRY: Retry;

    /// The access of this one, where that depends on its parameters.
    fn access(&self) -> Access {
        Self::ACCESS
    }

    /// Runs the statements; an implementation is an `async fn`. Called again if the database gave up an
    /// earlier run.
    fn run(&self, tx: &mut Tx<'_>) -> impl Future<Output = Result<Self::Output, TxError>> + Send;
}

/// What a transaction does, and in how many statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It only reads; all statements see one snapshot.
    Read,
    /// It is one statement, which only reads.
    ReadOne,
    /// It writes.
    Write,
    /// It is one statement, which writes. It has taken effect when the statement returns, so nothing may
    /// fail after that.
    WriteOne,
}

impl Access {
    /// Whether it writes.
    pub(super) fn writes(self) -> bool {
        matches!(self, Self::Write | Self::WriteOne)
    }

    /// Whether it is one statement.
    pub(super) fn is_one_statement(self) -> bool {
        matches!(self, Self::ReadOne | Self::WriteOne)
    }
}

/// The text of a statement.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Sql {
    /// Both databases understand it.
    Both(&'static str),
    /// A text for each database, which use the same parameters.
    Each {
        sqlite: &'static str,
        #[cfg_attr(not(feature = "postgres"), allow(dead_code))]
        postgres: &'static str,
    },
}

impl From<&'static str> for Sql {
    fn from(sql: &'static str) -> Self {
        Self::Both(sql)
    }
}

/// Whether a transaction may run again when the connection broke and its effect is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// A second run does the same, or nothing.
    Idempotent,
    /// A second run would be a second sign-up, session or attempt.
    Never,
}

/// The statements of one transaction on one connection.
pub struct Tx<'c> {
    driver: Driver<'c>,
    /// How many statements may still run, where that is limited.
    allowed: Option<u32>,
}

enum Driver<'c> {
    Sqlite(&'c mut rusqlite::Connection),
    #[cfg(feature = "postgres")]
    Postgres(&'c postgres::Statements<'c>),
}

/// Why a transaction was rolled back.
#[derive(Debug)]
pub enum TxError {
    /// SQLite failed.
    Sqlite(rusqlite::Error),
    /// PostgreSQL failed, or cannot be reached.
    #[cfg(feature = "postgres")]
    Postgres(Failure),
    /// The transaction itself gave up.
    Other(Error),
}

impl<'c> Tx<'c> {
    pub(super) fn sqlite(connection: &'c mut rusqlite::Connection, access: Access) -> Self {
        Self::new(Driver::Sqlite(connection), access)
    }

    #[cfg(feature = "postgres")]
    pub(super) fn postgres(statements: &'c postgres::Statements<'c>, access: Access) -> Self {
        Self::new(Driver::Postgres(statements), access)
    }

    fn new(driver: Driver<'c>, access: Access) -> Self {
        let allowed = access.is_one_statement().then_some(1);
        Self { driver, allowed }
    }

    /// Runs a statement and returns its rows.
    ///
    /// # Errors
    /// The database failed; the caller passes it on with `?`.
    pub(crate) async fn query(
        &mut self,
        sql: impl Into<Sql>,
        values: &[Bind<'_>],
    ) -> Result<Vec<Row>, TxError> {
        let sql = self.check(sql.into(), values)?;
        match &mut self.driver {
            Driver::Sqlite(connection) => Ok(sqlite::query(connection, sql, values)?),
            #[cfg(feature = "postgres")]
            Driver::Postgres(statements) => Ok(statements.query(sql, values).await?),
        }
    }

    /// Runs a statement that returns at most one row.
    ///
    /// # Errors
    /// As [`Tx::query`]; several rows are an internal error.
    pub(crate) async fn query_optional(
        &mut self,
        sql: impl Into<Sql>,
        values: &[Bind<'_>],
    ) -> Result<Option<Row>, TxError> {
        let mut rows = self.query(sql, values).await?;
        let row = rows.pop();
        if rows.is_empty() {
            Ok(row)
        } else {
            Err(Error::internal("a statement returned several rows instead of one").into())
        }
    }

    /// Runs a statement and returns the number of rows that it inserted, changed or deleted.
    ///
    /// # Errors
    /// As [`Tx::query`].
    pub(crate) async fn execute(
        &mut self,
        sql: impl Into<Sql>,
        values: &[Bind<'_>],
    ) -> Result<u64, TxError> {
        let sql = self.check(sql.into(), values)?;
        match &mut self.driver {
            Driver::Sqlite(connection) => Ok(sqlite::execute(connection, sql, values)?),
            #[cfg(feature = "postgres")]
            Driver::Postgres(statements) => Ok(statements.execute(sql, values).await?),
        }
    }

    /// Makes transactions that lock the same key run one after the other, until they end. On SQLite they
    /// do so anyway. Take it before the first statement that counts, and one key only.
    ///
    /// # Errors
    /// As [`Tx::query`].
    #[cfg_attr(not(feature = "postgres"), allow(unused_variables))]
    pub(crate) async fn lock(&mut self, key: &str) -> Result<(), TxError> {
        self.count()?;
        match &mut self.driver {
            Driver::Sqlite(_) => Ok(()),
            #[cfg(feature = "postgres")]
            Driver::Postgres(statements) => Ok(statements.lock(key).await?),
        }
    }

    /// From now on SQLite overwrites what it deletes or replaces, or stops doing so: otherwise the bytes stay
    /// in the file until something else needs the place. PostgreSQL has no such switch.
    ///
    /// # Errors
    /// As [`Tx::query`].
    pub(crate) fn overwrite_deleted(&mut self, is_on: bool) -> Result<(), TxError> {
        match &mut self.driver {
            Driver::Sqlite(connection) => {
                Ok(connection.pragma_update(None, "secure_delete", is_on)?)
            }
            #[cfg(feature = "postgres")]
            Driver::Postgres(_) => Ok(()),
        }
    }

    /// The text for this database, if the statement may run.
    fn check(&mut self, sql: Sql, values: &[Bind<'_>]) -> Result<&'static str, TxError> {
        self.count()?;
        refuse_nul(values)?;
        Ok(match (sql, &self.driver) {
            (Sql::Both(sql), _) => {
                debug_assert_eq!(portable::check(sql), Ok(()), "{sql}");
                sql
            }
            (Sql::Each { sqlite, .. }, Driver::Sqlite(_)) => sqlite,
            #[cfg(feature = "postgres")]
            (Sql::Each { postgres, .. }, Driver::Postgres(_)) => postgres,
        })
    }

    /// Counts a statement, and refuses one too many: PostgreSQL would run it in a transaction of its own.
    fn count(&mut self) -> Result<(), TxError> {
        let Some(allowed) = &mut self.allowed else {
            return Ok(());
        };
        let left = allowed.checked_sub(1);
        *allowed = left.ok_or_else(|| {
            Error::internal("a transaction that says it is one statement runs a second one")
        })?;
        Ok(())
    }
}

/// A [`Transaction`] whose type of outcome is not known to the driver that runs it.
pub trait AnyTransaction: Send + Sync + 'static {
    /// [`Transaction::access`].
    fn access(&self) -> Access;
    /// [`Transaction::RETRY`].
    fn retry(&self) -> Retry;
    /// [`Transaction::run`].
    fn run_any<'a>(&'a self, tx: &'a mut Tx<'_>) -> Step<'a>;
}

/// The outcome of an [`AnyTransaction`].
pub(crate) type Outcome = Box<dyn Any + Send>;

impl<T: Transaction> AnyTransaction for T {
    fn access(&self) -> Access {
        Transaction::access(self)
    }

    fn retry(&self) -> Retry {
        T::RETRY
    }

    fn run_any<'a>(&'a self, tx: &'a mut Tx<'_>) -> Step<'a> {
        Box::pin(async move { Ok(Box::new(self.run(tx).await?) as Outcome) })
    }
}

impl dyn Store + '_ {
    /// Runs a transaction. When it answers, the effect survives a crash. The one place through which all
    /// work of the store goes: it is timed, counted and traced here.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the database cannot answer now; else what the transaction gave up with.
    pub(crate) async fn run<T: Transaction>(&self, transaction: T) -> Result<T::Output, Error> {
        let started = Instant::now();
        // Recorded only where traces are collected.
        let span = tracing::debug_span!(target: "auth_runtime::trace", "store", verb = T::NAME);
        let outcome = self.transact(Arc::new(transaction)).instrument(span).await;
        let error = outcome.as_ref().err();
        self.metrics().done(T::NAME, started.elapsed(), error);
        match outcome?.downcast() {
            Ok(output) => Ok(*output),
            Err(_) => Err(Error::internal(
                "a store returned the outcome of another transaction",
            )),
        }
    }
}

/// Refuses a text that PostgreSQL cannot hold, on both databases.
fn refuse_nul(values: &[Bind<'_>]) -> Result<(), TxError> {
    let has_nul = |value: &Bind<'_>| matches!(value, Bind::Text(text) if text.contains('\0'));
    if values.iter().any(has_nul) {
        return Err(Error::bad_input("text must not hold the character NUL").into());
    }
    Ok(())
}

/// Finishes a run whose statements are all ready at once.
pub(super) fn complete(mut step: Step<'_>) -> Result<Outcome, TxError> {
    match step.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => {
            Err(Error::internal("a transaction awaits something that is no statement").into())
        }
    }
}

impl From<rusqlite::Error> for TxError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

#[cfg(feature = "postgres")]
impl From<Failure> for TxError {
    fn from(error: Failure) -> Self {
        Self::Postgres(error)
    }
}

impl From<Error> for TxError {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl From<TxError> for Error {
    fn from(error: TxError) -> Self {
        match error {
            TxError::Sqlite(error) => sqlite::failure(error),
            #[cfg(feature = "postgres")]
            TxError::Postgres(failure) => failure.into(),
            TxError::Other(error) => error,
        }
    }
}

impl fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx").finish_non_exhaustive()
    }
}
