//! Users who sign in with an email address and a password, in the tables that all recipes share.

use crate::email::EmailAddress;
use crate::error::Error;
use crate::shapes::User;
use crate::store::users::primary::{self, Join, JoinOutcome, SessionNames};
use crate::store::{Access, Retry, Store, Transaction, Tx, TxError, names, users};

#[cfg(all(test, feature = "recipes"))]
pub(crate) mod tests;

/// The recipe of users that sign in with email and password.
pub const EMAIL_PASSWORD: &str = "emailpassword";

/// The identifier: the address in its normal form.
pub(crate) const IDENTIFIER: &str = "emailpassword/email";

/// The credential: the hash of the password as a PHC string.
pub(crate) const PASSWORD: &str = "emailpassword/password";

/// The lock of a password: changes of it, and actions that follow a check of it, run one after the other.
pub(crate) fn password_lock(recipe_user_id: &str) -> String {
    format!("password/{recipe_user_id}")
}

/// A new user, who signs in with email and password.
#[derive(Debug, Clone)]
pub struct NewEmailPasswordUser {
    /// Where the user signs up.
    pub tenant_id: String,
    /// The address.
    pub email: EmailAddress,
    /// PHC string of the password's hash.
    pub password_hash: String,
    /// The language in which the user reads messages, a tag of RFC 5646 in lower case.
    pub language: Option<String>,
    /// When the user signs up.
    pub time_joined: i64,
}

/// Outcome of a [`NewEmailPasswordUser`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CreateUser {
    /// The user exists now.
    Created(User),
    /// A user signs in with this address already.
    EmailTaken,
}

impl dyn Store + '_ {
    /// Signs a user up, unless the tenant has a user with this address.
    ///
    /// # Errors
    /// [`Error::BadInput`] if the tenant's name is too long or holds NUL; the store failed.
    pub async fn create_email_password_user(
        &self,
        user: NewEmailPasswordUser,
    ) -> Result<CreateUser, Error> {
        names::check("the id of a tenant", &user.tenant_id)?;
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
            phone_number: None,
            third_party: None,
            verified: false,
            identifiers: &[(IDENTIFIER, self.email.as_str())],
            credentials: &[(PASSWORD, "", &self.password_hash)],
            language: self.language.as_deref(),
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

/// Whether a password is still the one that was checked. Asked once the session that its check began is
/// stored: a reset that changes the password in between either ends that session or is noticed here.
pub(crate) struct PasswordIsUnchanged {
    /// The login method.
    pub(crate) recipe_user_id: String,
    /// PHC string of the hash that was checked.
    pub(crate) password_hash: String,
}

impl Transaction for PasswordIsUnchanged {
    type Output = bool;
    const NAME: &'static str = "password_is_unchanged";
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, TxError> {
        // Waits for a reset that has not committed yet.
        tx.lock(&password_lock(&self.recipe_user_id)).await?;
        let row = tx
            .query_optional(
                "SELECT data FROM credentials
                 WHERE recipe_user_id = $1 AND kind = $2 AND id = ''",
                &[(&self.recipe_user_id).into(), PASSWORD.into()],
            )
            .await?;
        let stored = row.map(|row| row.get::<String>(0)).transpose()?;
        Ok(stored.as_ref() == Some(&self.password_hash))
    }
}

/// Signs a user up as a login method of the user of a session, or not at all.
pub(super) struct SignUpBeside {
    pub(super) new: NewEmailPasswordUser,
    pub(super) session: SessionNames,
    pub(super) now: i64,
}

/// Its outcome.
pub(super) enum SignedUpBeside {
    /// The login method, as it was before it was added to the user of the session.
    Joined(User, JoinOutcome),
    /// Nothing is stored.
    Refused(JoinOutcome),
    /// A user signs in with this address already.
    EmailTaken,
}

impl Transaction for SignUpBeside {
    type Output = SignedUpBeside;
    const NAME: &'static str = "sign_up_beside_session";
    const RETRY: Retry = Retry::Never;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<SignedUpBeside, TxError> {
        let user = match self.new.run(tx).await? {
            CreateUser::Created(user) => user,
            CreateUser::EmailTaken => return Ok(SignedUpBeside::EmailTaken),
        };
        let outcome = primary::join(tx, &self.session, &user.id, self.now).await?;
        if matches!(outcome, JoinOutcome::Done(_)) {
            return Ok(SignedUpBeside::Joined(user, outcome));
        }
        users::delete(tx, &user.id).await?;
        Ok(SignedUpBeside::Refused(outcome))
    }
}

/// Adds a login method to the user of a session; `None` if its password is not the one that was checked any more. In one
/// step: who knew a password that its owner has just replaced adds nothing.
pub(super) struct JoinByPassword {
    pub(super) join: Join,
    /// PHC string of the hash that was checked.
    pub(super) password_hash: String,
}

impl Transaction for JoinByPassword {
    type Output = Option<JoinOutcome>;
    const NAME: &'static str = "join_by_password";
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, TxError> {
        let check = PasswordIsUnchanged {
            recipe_user_id: self.join.recipe_user_id.clone(),
            password_hash: self.password_hash.clone(),
        };
        Ok(match check.run(tx).await? {
            true => Some(self.join.run(tx).await?),
            false => None,
        })
    }
}
