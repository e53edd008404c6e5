//! How a database carries a statement out.

use super::{Retry, Transaction, Tx, TxError};
use crate::store::{Bind, Sql};

/// One statement.
pub(crate) struct Plain(pub(crate) &'static str);

impl Transaction for Plain {
    type Output = ();
    const NAME: &'static str = "plain";
    const RETRY: Retry = Retry::Never;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), TxError> {
        tx.execute(self.0, &[]).await.map(drop)
    }
}

/// What a database answers to `EXPLAIN`.
pub(crate) async fn plan(
    tx: &mut Tx<'_>,
    sql: Sql,
    values: &[Bind<'_>],
) -> Result<String, TxError> {
    let rows = tx.query(sql, values).await?;
    // PostgreSQL has one column of text, SQLite has it behind three numbers.
    let lines = rows.iter().map(|row| row.get(0).or_else(|_| row.get(3)));
    let lines: Vec<String> = lines.collect::<Result<_, TxError>>()?;
    Ok(lines.join("\n"))
}
