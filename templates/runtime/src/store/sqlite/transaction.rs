//! The statements of a [`Transaction`](crate::store::transaction::Transaction) on SQLite.

use std::sync::Arc;

use rusqlite::{CachedStatement, Connection};

use super::SqliteStore;
use crate::error::Error;
use crate::store::transaction::{AnyTransaction, Bind, Outcome, Row, Tx, complete};

impl SqliteStore {
    pub(super) async fn run_transaction(
        &self,
        transaction: Arc<dyn AnyTransaction>,
    ) -> Result<Outcome, Error> {
        let access = transaction.access();
        let run = move |connection: &mut Connection| {
            complete(transaction.run_any(&mut Tx::sqlite(connection, access)))
        };
        if access.writes() {
            self.run_on_writer(run).await
        } else {
            self.run_on_reader(access.is_one_statement(), run).await
        }
    }
}

/// Runs a statement and returns its rows.
pub(in crate::store) fn query(
    connection: &Connection,
    sql: &str,
    values: &[Bind<'_>],
) -> rusqlite::Result<Vec<Row>> {
    let mut statement = bound(connection, sql, values)?;
    let columns = statement.column_count();
    let mut rows = statement.raw_query();
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let cells = (0..columns).map(|column| row.get(column));
        all.push(Row::new(cells.collect::<Result<_, _>>()?));
    }
    Ok(all)
}

/// Runs a statement and returns the number of rows that it inserted, changed or deleted.
pub(in crate::store) fn execute(
    connection: &Connection,
    sql: &str,
    values: &[Bind<'_>],
) -> rusqlite::Result<u64> {
    Ok(bound(connection, sql, values)?.raw_execute()? as u64)
}

/// A statement with its values. SQLite numbers `$1`, `$2` by their first appearance, so a value is bound by
/// the name of its parameter.
fn bound<'c>(
    connection: &'c Connection,
    sql: &str,
    values: &[Bind<'_>],
) -> rusqlite::Result<CachedStatement<'c>> {
    let mut statement = connection.prepare_cached(sql)?;
    let expected = statement.parameter_count();
    if expected != values.len() {
        return Err(rusqlite::Error::InvalidParameterCount(
            values.len(),
            expected,
        ));
    }
    for index in 1..=expected {
        let name = statement.parameter_name(index).unwrap_or_default();
        let number: Option<usize> = name.get(1..).and_then(|number| number.parse().ok());
        let value = number.and_then(|number| values.get(number.checked_sub(1)?));
        let Some(value) = value else {
            let name = name.to_owned();
            return Err(rusqlite::Error::InvalidParameterName(name));
        };
        statement.raw_bind_parameter(index, value)?;
    }
    Ok(statement)
}
