//! The app that the database belongs to.

use super::{Access, Retry, Transaction, Tx, TxError};
use crate::error::Error;

/// Makes the database that of an app, unless it has an owner already. The outcome is the id of the owner.
pub(crate) struct OwningApp {
    /// The app of this server.
    pub(crate) app_id: String,
}

impl Transaction for OwningApp {
    type Output = String;
    const NAME: &'static str = "owning_app";
    const ACCESS: Access = Access::WriteOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<String, TxError> {
        // The update changes nothing: it makes the statement return the row that another app wrote.
        let row = tx
            .query_optional(
                "INSERT INTO app (only_row, app_id) VALUES (1, $1)
                 ON CONFLICT (only_row) DO UPDATE SET app_id = app.app_id
                 RETURNING app_id",
                &[(&self.app_id).into()],
            )
            .await?;
        row.ok_or_else(|| Error::internal("an upsert returned no row"))?
            .get(0)
    }
}
