//! Finding a user by what they sign in with.

use super::find;
use crate::store::User;
use crate::store::transaction::{Access, Retry, Transaction, Tx, TxError};

/// The user whom an identifier belongs to.
pub(crate) struct FindByIdentifier {
    /// Where the user signs in.
    pub(crate) tenant_id: String,
    /// What is found by it: `emailpassword/email`.
    pub(crate) kind: &'static str,
    /// The identifier.
    pub(crate) value: String,
}

impl Transaction for FindByIdentifier {
    type Output = Option<User>;
    const NAME: &'static str = "user_by_identifier";
    const ACCESS: Access = Access::ReadOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<User>, TxError> {
        find(tx, &self.tenant_id, (self.kind, &self.value)).await
    }
}
