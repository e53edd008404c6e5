//! What the recipe stores beside what all recipes share: nothing of its own.

use crate::store::{Access, Retry, Transaction, Tx, TxError, users};

/// Stores that the user of a login method has proven its address, whether or not the server has another use for it.
pub(super) struct MarkProven {
    pub(super) recipe_user_id: String,
    pub(super) email: String,
}

impl Transaction for MarkProven {
    type Output = ();
    const NAME: &'static str = "mark_address_proven";
    const ACCESS: Access = Access::WriteOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), TxError> {
        users::set_verified(tx, &self.recipe_user_id, &self.email, true).await?;
        Ok(())
    }
}
