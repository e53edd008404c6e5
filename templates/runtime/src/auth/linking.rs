//! How login methods become those of one user. The recipe that decides about it, and those whose users sign in, meet
//! here without knowledge of each other.

use async_trait::async_trait;

use super::Auth;
use crate::error::Error;
use crate::shapes::{LoginMethod, ThirdParty, User};

/// What a login method shows of its user, before or after it exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountInfo {
    /// The id of its recipe on the wire.
    pub recipe_id: String,
    /// Its address.
    pub email: Option<String>,
    /// Its phone number.
    pub phone_number: Option<String>,
    /// Its account at a third party.
    pub third_party: Option<ThirdParty>,
    /// Whether the user has proven to own the address or number.
    pub verified: bool,
}

impl From<&LoginMethod> for AccountInfo {
    fn from(method: &LoginMethod) -> Self {
        Self {
            recipe_id: method.recipe_id.clone(),
            email: method.email.clone(),
            phone_number: method.phone_number.clone(),
            third_party: method.third_party.clone(),
            verified: method.verified,
        }
    }
}

/// Whether a login method may get another address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NewAddress {
    /// It may.
    Allowed,
    /// The address belongs to another primary user.
    Taken,
    /// The user has not proven the address, and another user could lose their account by it.
    Risk,
}

/// Decides which sign-ups and sign-ins are refused because they could be used to take over an account, and links login methods.
#[async_trait]
pub(crate) trait Linker: Send + Sync {
    /// Whether a user may sign up in a tenant with what a login method shows.
    ///
    /// # Errors
    /// The store, or the application's own function, failed.
    async fn may_sign_up(
        &self,
        auth: &Auth,
        tenant_id: &str,
        new: &AccountInfo,
    ) -> Result<bool, Error>;

    /// Whether a user may sign in with one of their login methods; `proves`: this sign-in proves the address or number.
    ///
    /// # Errors
    /// As [`Linker::may_sign_up`].
    async fn may_sign_in(
        &self,
        auth: &Auth,
        tenant_id: &str,
        user: &User,
        method: &LoginMethod,
        proves: bool,
    ) -> Result<bool, Error>;

    /// Whether a login method of a user may get what `new` shows in place of its own.
    ///
    /// # Errors
    /// As [`Linker::may_sign_up`].
    async fn may_change(
        &self,
        auth: &Auth,
        user: &User,
        method: &LoginMethod,
        new: &AccountInfo,
    ) -> Result<NewAddress, Error>;

    /// Whether a link that was sent to the address of a login method proves it where the login method has no session: who
    /// reads the mail may be another person than who signed up.
    ///
    /// # Errors
    /// As [`Linker::may_sign_up`].
    async fn may_prove_without_session(
        &self,
        auth: &Auth,
        recipe_user_id: &str,
    ) -> Result<bool, Error>;

    /// Makes the user of a login method primary, or links it to a primary user, where it is proven; the user to whom
    /// the login method belongs then, `None` if it is gone.
    ///
    /// # Errors
    /// As [`Linker::may_sign_up`].
    async fn link(&self, auth: &Auth, recipe_user_id: &str) -> Result<Option<User>, Error>;
}

impl Auth {
    /// What decides about linking; `None` where login methods are not linked by themselves.
    pub(crate) fn linker(&self) -> Option<&'static dyn Linker> {
        self.0.linker
    }

    /// The user of a login method that has signed in, after it was linked where it may be.
    ///
    /// # Errors
    /// The login method is gone; as [`Linker::link`].
    pub(crate) async fn linked(&self, user: User, recipe_user_id: &str) -> Result<User, Error> {
        // A sign-in as a primary user links nothing.
        let Some(linker) = self.linker().filter(|_| !user.is_primary_user) else {
            return Ok(user);
        };
        let linked = linker.link(self, recipe_user_id).await?;
        linked.ok_or_else(|| Error::internal("a user was deleted while they signed in"))
    }
}
