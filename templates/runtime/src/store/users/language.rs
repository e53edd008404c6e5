//! The language of a user: kept at the sign-up, changed by the application, read where a message is written.

use super::super::transaction::Access;
use super::super::{Retry, Transaction, Tx, TxError};

/// The language of the user whom a message is about, or who has its address or number.
pub(crate) struct LanguageOfReader {
    /// The tenant that the message belongs to.
    pub(crate) tenant_id: String,
    /// Its address or number.
    pub(crate) recipient: String,
    /// The login method that it is about, where that is known. It goes before others that have the address.
    pub(crate) recipe_user_id: Option<String>,
}

/// The users of an address or number (`$column`). Of several users the one who has proven it goes first, so that
/// another person who has signed up with an address does not choose the language of its owner.
macro_rules! readers {
    ($column:literal) => {
        concat!(
            "SELECT person.language FROM login_methods AS method
             JOIN login_method_tenants AS home ON home.recipe_user_id = method.recipe_user_id
             JOIN users AS person ON person.id = method.user_id
             WHERE method.",
            $column,
            " = $2 AND home.tenant_id = $1
             ORDER BY CASE WHEN method.recipe_user_id = $3 THEN 0 ELSE 1 END, method.verified DESC,
                      method.time_joined, method.recipe_user_id
             LIMIT 1"
        )
    };
}

impl Transaction for LanguageOfReader {
    type Output = Option<String>;
    const NAME: &'static str = "language_of_reader";
    const ACCESS: Access = Access::ReadOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<String>, TxError> {
        // No number has an `@`.
        let sql = match self.recipient.contains('@') {
            true => readers!("email"),
            false => readers!("phone_number"),
        };
        let row = tx
            .query_optional(
                sql,
                &[
                    (&self.tenant_id).into(),
                    (&self.recipient).into(),
                    self.recipe_user_id.as_deref().unwrap_or_default().into(),
                ],
            )
            .await?;
        row.map_or(Ok(None), |mut row| row.take(0))
    }
}

/// The language of a user, by their id or that of a login method; the outer `None` if there is no such user.
pub(crate) struct LanguageOfUser(pub(crate) String);

impl Transaction for LanguageOfUser {
    type Output = Option<Option<String>>;
    const NAME: &'static str = "language_of_user";
    const ACCESS: Access = Access::ReadOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, TxError> {
        let row = tx
            .query_optional(
                "SELECT language FROM users WHERE id = COALESCE(
                     (SELECT id FROM users WHERE id = $1),
                     (SELECT user_id FROM login_methods WHERE recipe_user_id = $1))",
                &[(&self.0).into()],
            )
            .await?;
        row.map(|mut row| row.take(0)).transpose()
    }
}

/// Sets the language of a user, by their id or that of a login method; whether there is such a user.
pub(crate) struct SetLanguage {
    pub(crate) id: String,
    pub(crate) language: Option<String>,
}

impl Transaction for SetLanguage {
    type Output = bool;
    const NAME: &'static str = "set_language_of_user";
    const ACCESS: Access = Access::WriteOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, TxError> {
        let changed = tx
            .execute(
                "UPDATE users SET language = $2 WHERE id = COALESCE(
                     (SELECT id FROM users WHERE id = $1),
                     (SELECT user_id FROM login_methods WHERE recipe_user_id = $1))",
                &[(&self.id).into(), self.language.as_ref().into()],
            )
            .await?;
        Ok(changed == 1)
    }
}
