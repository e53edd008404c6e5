//! The table of metadata.

use serde_json::{Map, Value};

use crate::error::Error;
use crate::store::{Access, Retry, Row, Transaction, Tx, TxError};

/// The object of a user; empty where there is none.
pub(super) struct FindMetadata(pub(super) String);

impl Transaction for FindMetadata {
    type Output = Map<String, Value>;
    const NAME: &'static str = "user_metadata";
    const ACCESS: Access = Access::ReadOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, TxError> {
        find(tx, &self.0).await
    }
}

async fn find(tx: &mut Tx<'_>, user_id: &str) -> Result<Map<String, Value>, TxError> {
    let row = tx
        .query_optional(
            "SELECT metadata FROM user_metadata WHERE user_id = $1",
            &[user_id.into()],
        )
        .await?;
    row.map_or_else(|| Ok(Map::new()), read)
}

fn read(mut row: Row) -> Result<Map<String, Value>, TxError> {
    let text: String = row.take(0)?;
    Ok(serde_json::from_str(&text).map_err(Error::internal)?)
}

/// Replaces keys of the object of a user; `null` removes one. The object as it is then.
pub(super) struct UpdateMetadata {
    pub(super) user_id: String,
    pub(super) update: Map<String, Value>,
    /// How many bytes the object may have as JSON.
    pub(super) limit: usize,
}

impl Transaction for UpdateMetadata {
    type Output = Map<String, Value>;
    const NAME: &'static str = "update_user_metadata";
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, TxError> {
        // The object is read and then written.
        tx.lock(&format!("user metadata/{}", self.user_id)).await?;
        let mut metadata = find(tx, &self.user_id).await?;
        for (key, value) in &self.update {
            if value.is_null() {
                metadata.shift_remove(key);
            } else {
                metadata.insert(key.clone(), value.clone());
            }
        }
        let text = serde_json::to_string(&metadata).map_err(Error::internal)?;
        if text.len() > self.limit {
            return Err(Error::bad_input(format!(
                "the metadata of a user has {} bytes at most as JSON, and would have {}",
                self.limit,
                text.len()
            ))
            .into());
        }
        tx.execute(
            "INSERT INTO user_metadata (user_id, metadata) VALUES ($1, $2)
             ON CONFLICT (user_id) DO UPDATE SET metadata = excluded.metadata",
            &[(&self.user_id).into(), (&text).into()],
        )
        .await?;
        Ok(metadata)
    }
}

/// Deletes the object of a user; whether there was one.
pub(super) struct ClearMetadata(pub(super) String);

impl Transaction for ClearMetadata {
    type Output = bool;
    const NAME: &'static str = "clear_user_metadata";
    const ACCESS: Access = Access::WriteOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, TxError> {
        let deleted = tx
            .execute(
                "DELETE FROM user_metadata WHERE user_id = $1",
                &[(&self.0).into()],
            )
            .await?;
        Ok(deleted == 1)
    }
}
