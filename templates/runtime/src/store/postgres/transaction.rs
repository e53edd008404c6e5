//! The statements of a [`Transaction`](crate::store::transaction::Transaction) on PostgreSQL.
//!
//! Isolation is READ COMMITTED for what writes, so a conditional write decides by the row as it is now, and
//! REPEATABLE READ for what only reads (<https://www.postgresql.org/docs/current/transaction-iso.html>). What
//! is one statement is a transaction by itself and takes one round trip.

use std::sync::Arc;

use deadpool_postgres::{Object, Transaction};
use tokio_postgres::types::ToSql;
use tokio_postgres::{IsolationLevel, Statement};

use super::attempts::{ATTEMPTS, QUERY_TIMEOUT, pause};
use super::{Failure, PostgresStore};
use crate::error::Error;
use crate::store::transaction::{AnyTransaction, Bind, Outcome, Retry, Row, Tx, TxError};

/// The statements of one transaction.
pub(in crate::store) enum Statements<'c> {
    /// Between BEGIN and COMMIT.
    Several(Transaction<'c>),
    /// One statement, which commits by itself.
    One(&'c Object),
}

/// Why a run failed, and whether the transaction may have taken effect all the same.
struct Interrupted {
    error: TxError,
    is_commit: bool,
}

impl PostgresStore {
    pub(super) async fn run_transaction(
        &self,
        transaction: Arc<dyn AnyTransaction>,
    ) -> Result<Outcome, Error> {
        let mut attempt = 1;
        loop {
            let interrupted = match self.run_once(&*transaction).await {
                Ok(outcome) => return Ok(outcome),
                Err(interrupted) => interrupted,
            };
            if attempt == ATTEMPTS || !interrupted.can_be_retried(transaction.retry()) {
                return Err(interrupted.error.into());
            }
            pause(attempt).await;
            attempt += 1;
        }
    }

    async fn run_once(&self, transaction: &dyn AnyTransaction) -> Result<Outcome, Interrupted> {
        let connection = self.pool.get().await;
        let mut connection = connection.map_err(|error| Interrupted {
            error: Failure::from(error).into(),
            is_commit: false,
        })?;
        let mut is_commit = false;
        let run = run(&mut connection, transaction, &mut is_commit);
        let outcome = tokio::time::timeout(QUERY_TIMEOUT, run).await;
        let outcome = outcome.unwrap_or_else(|_| {
            // The next owner of this connection would wait behind the statement that hangs.
            drop(Object::take(connection));
            Err(Failure::TimedOut.into())
        });
        outcome.map_err(|error| Interrupted { error, is_commit })
    }
}

async fn run(
    connection: &mut Object,
    transaction: &dyn AnyTransaction,
    is_commit: &mut bool,
) -> Result<Outcome, TxError> {
    let access = transaction.access();
    if access.is_one_statement() {
        // From the moment it is sent it may have taken effect.
        *is_commit = true;
        let statements = Statements::One(connection);
        return transaction
            .run_any(&mut Tx::postgres(&statements, access))
            .await;
    }
    let builder = connection.build_transaction();
    let builder = if access.writes() {
        builder.isolation_level(IsolationLevel::ReadCommitted)
    } else {
        builder
            .isolation_level(IsolationLevel::RepeatableRead)
            .read_only(true)
    };
    let statements = Statements::Several(builder.start().await.map_err(Failure::from)?);
    let mut tx = Tx::postgres(&statements, access);
    let outcome = transaction.run_any(&mut tx).await;
    let Statements::Several(open) = statements else {
        return outcome;
    };
    if outcome.is_err() {
        // The transaction's own error says more than that of a rollback.
        let _ = open.rollback().await;
        return outcome;
    }
    *is_commit = true;
    open.commit().await.map_err(Failure::from)?;
    outcome
}

impl Interrupted {
    fn can_be_retried(&self, retry: Retry) -> bool {
        // What was not committed is rolled back when the connection ends.
        let retry = if self.is_commit {
            retry
        } else {
            Retry::Idempotent
        };
        match &self.error {
            TxError::Postgres(failure) => failure.can_be_retried(retry),
            TxError::Sqlite(_) | TxError::Other(_) => false,
        }
    }
}

impl Statements<'_> {
    /// Runs a statement and returns its rows.
    pub(in crate::store) async fn query(
        &self,
        sql: &str,
        values: &[Bind<'_>],
    ) -> Result<Vec<Row>, Failure> {
        let (statement, values) = (self.prepare(sql).await?, parameters(values));
        let rows = match self {
            Self::Several(transaction) => transaction.query(&statement, &values).await?,
            Self::One(connection) => connection.query(&statement, &values).await?,
        };
        let read = |row: &tokio_postgres::Row| {
            let cells = (0..row.len()).map(|column| row.try_get(column));
            Ok(Row::new(cells.collect::<Result<_, _>>()?))
        };
        rows.iter().map(read).collect()
    }

    /// Runs a statement and returns the number of rows that it inserted, changed or deleted.
    pub(in crate::store) async fn execute(
        &self,
        sql: &str,
        values: &[Bind<'_>],
    ) -> Result<u64, Failure> {
        let (statement, values) = (self.prepare(sql).await?, parameters(values));
        Ok(match self {
            Self::Several(transaction) => transaction.execute(&statement, &values).await?,
            Self::One(connection) => connection.execute(&statement, &values).await?,
        })
    }

    /// Waits for the lock of a key, which lasts as long as the transaction
    /// (<https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS>).
    pub(in crate::store) async fn lock(&self, key: &str) -> Result<(), Failure> {
        // Locks are shared by the whole database, so the schema is part of the key.
        let sql =
            "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '/' || $1, 0))";
        self.execute(sql, &[Bind::from(key)]).await.map(drop)
    }

    async fn prepare(&self, sql: &str) -> Result<Statement, Failure> {
        Ok(match self {
            Self::Several(transaction) => transaction.prepare_cached(sql).await?,
            Self::One(connection) => connection.prepare_cached(sql).await?,
        })
    }
}

fn parameters<'v>(values: &'v [Bind<'v>]) -> Vec<&'v (dyn ToSql + Sync)> {
    values
        .iter()
        .map(|value| value as &(dyn ToSql + Sync))
        .collect()
}
