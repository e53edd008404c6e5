//! Users who sign in with an email address and a password.

use super::transaction::Access;
use super::{
    CreateUser, EMAIL_PASSWORD, NewEmailPasswordUser, Retry, Store, Transaction, Tx, TxError, User,
    names, users,
};
use crate::email::EmailAddress;
use crate::error::Error;

/// The identifier: the address in its normal form.
const IDENTIFIER: &str = "emailpassword/email";

/// The credential: the hash of the password as a PHC string.
pub(super) const PASSWORD: &str = "emailpassword/password";

impl dyn Store + '_ {
    /// Signs a user up, unless the tenant has a user with this address.
    ///
    /// # Errors
    /// [`Error::BadInput`] if the tenant's name is too long or holds NUL; the store failed.
    pub async fn create_email_password_user(
        &self,
        user: NewEmailPasswordUser,
    ) -> Result<CreateUser, Error> {
        names::check_user(&user)?;
        self.run(user).await
    }

    /// The user who signs in with this address, and the hash of the password.
    ///
    /// # Errors
    /// The store failed.
    pub async fn email_password_user(
        &self,
        tenant_id: &str,
        email: &EmailAddress,
    ) -> Result<Option<(User, String)>, Error> {
        if !names::is_name(tenant_id) {
            return Ok(None);
        }
        let (tenant_id, email) = (tenant_id.to_owned(), email.clone());
        self.run(FindByAddress { tenant_id, email }).await
    }
}

impl Transaction for NewEmailPasswordUser {
    type Output = CreateUser;
    const NAME: &'static str = "create_email_password_user";
    const RETRY: Retry = Retry::Never;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<CreateUser, TxError> {
        let new = users::NewUser {
            recipe_id: EMAIL_PASSWORD,
            tenant_id: &self.tenant_id,
            email: Some(self.email.as_str()),
            identifiers: &[(IDENTIFIER, self.email.as_str())],
            credentials: &[(PASSWORD, "", &self.password_hash)],
            time_joined: self.time_joined,
        };
        let created = users::create(tx, &new).await?;
        Ok(created.map_or(CreateUser::EmailTaken, CreateUser::Created))
    }
}

struct FindByAddress {
    tenant_id: String,
    email: EmailAddress,
}

impl Transaction for FindByAddress {
    type Output = Option<(User, String)>;
    const NAME: &'static str = "email_password_user";
    const ACCESS: Access = Access::ReadOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, TxError> {
        let identifier = (IDENTIFIER, self.email.as_str());
        users::find_with_credential(tx, &self.tenant_id, identifier, PASSWORD).await
    }
}
