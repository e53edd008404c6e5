//! What the recipe stores: users, found by the account that they have at a provider.

use super::profile::Profile;
use crate::auth::AccountInfo;
use crate::error::Error;
use crate::shapes::{LoginMethod, ThirdParty, User};
use crate::store::users::EmailChange;
use crate::store::{FindByIdentifier, Retry, Transaction, Tx, TxError, users};

/// The recipe of users that sign in through a provider.
pub const THIRD_PARTY: &str = "thirdparty";

/// The identifier: the id of the provider, a blank, and the id of the user there. An id of a provider has no blank.
const ACCOUNT: &str = "thirdparty/account";

/// How often it is begun again when another request has changed the user meanwhile.
const TRIES: usize = 3;

/// Signs a user of a provider in, or up. The address follows that of the provider.
pub(super) struct SignInOrUp {
    pub(super) tenant_id: String,
    pub(super) third_party_id: String,
    pub(super) user_id: String,
    /// The address, in its normal form.
    pub(super) email: Option<String>,
    /// Whether the provider says that it is the user's.
    pub(super) verified: bool,
    /// The language of a new user.
    pub(super) language: Option<String>,
    pub(super) now: i64,
}

/// Outcome of a [`SignInOrUp`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SignedIn {
    /// The user is signed in.
    Done {
        user: Box<User>,
        recipe_user_id: String,
        is_new: bool,
    },
    /// The address that the account has now belongs to another primary user; nothing has changed.
    AddressTaken,
}

impl SignInOrUp {
    /// For a user of a provider, at this time; a made-up address belongs to no user.
    pub(super) fn new(tenant_id: &str, third_party_id: &str, profile: Profile, now: i64) -> Self {
        let (email, verified) = match profile.email {
            Some((email, verified)) => (Some(email.to_string()), verified),
            None => (None, false),
        };
        Self {
            tenant_id: tenant_id.to_owned(),
            third_party_id: third_party_id.to_owned(),
            user_id: profile.user_id,
            email,
            verified,
            language: None,
            now,
        }
    }

    fn identifier(&self) -> String {
        format!("{} {}", self.third_party_id, self.user_id)
    }

    /// What finds the user of the account.
    pub(super) fn find(&self) -> FindByIdentifier {
        FindByIdentifier {
            tenant_id: self.tenant_id.clone(),
            kind: ACCOUNT,
            value: self.identifier(),
        }
    }

    /// What a login method of it shows.
    pub(super) fn account(&self) -> AccountInfo {
        AccountInfo {
            recipe_id: THIRD_PARTY.to_owned(),
            email: self.email.clone(),
            phone_number: None,
            third_party: Some(ThirdParty {
                id: self.third_party_id.clone(),
                user_id: self.user_id.clone(),
            }),
            verified: self.verified,
        }
    }
}

impl Transaction for SignInOrUp {
    type Output = SignedIn;
    const NAME: &'static str = "third_party_sign_in_or_up";
    // A repetition would sign in the user that the first run has signed up.
    const RETRY: Retry = Retry::Never;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<SignedIn, TxError> {
        let identifier = self.identifier();
        let identifier = (ACCOUNT, identifier.as_str());
        for _ in 0..TRIES {
            if let Some(user) = users::find(tx, &self.tenant_id, identifier).await? {
                // A user who was linked or deleted in this moment is looked for again.
                match self.sign_in(tx, user).await? {
                    Some(signed_in) => return Ok(signed_in),
                    None => continue,
                }
            }
            let new = users::NewUser {
                recipe_id: THIRD_PARTY,
                tenant_id: &self.tenant_id,
                email: self.email.as_deref(),
                phone_number: None,
                third_party: Some((&self.third_party_id, &self.user_id)),
                verified: self.verified,
                identifiers: &[identifier],
                credentials: &[],
                language: self.language.as_deref(),
                time_joined: self.now,
            };
            if let Some(user) = users::create(tx, &new).await? {
                return Ok(SignedIn::Done {
                    recipe_user_id: user.id.clone(),
                    user: Box::new(user),
                    is_new: true,
                });
            }
        }
        Err(Error::internal("a user of a provider is neither there nor new").into())
    }
}

impl SignInOrUp {
    async fn sign_in(&self, tx: &mut Tx<'_>, user: User) -> Result<Option<SignedIn>, TxError> {
        let method = self.method(&user)?;
        let recipe_user_id = method.recipe_user_id.clone();
        let is_same = method.email == self.email;
        // What was proven of this address stays proven; of another one, only what the provider says.
        let verified = self.verified || is_same && method.verified;
        if is_same && method.verified == verified {
            return Ok(Some(SignedIn::Done {
                user: Box::new(user),
                recipe_user_id,
                is_new: false,
            }));
        }
        let email = self.email.as_deref();
        match users::change_email(tx, &user, &recipe_user_id, email, verified).await? {
            EmailChange::Done => {}
            EmailChange::Taken => return Ok(Some(SignedIn::AddressTaken)),
            EmailChange::Moved => return Ok(None),
        }
        let identifier = self.identifier();
        let user = users::find(tx, &self.tenant_id, (ACCOUNT, &identifier)).await?;
        let gone = || Error::internal("a user is gone within a transaction");
        Ok(Some(SignedIn::Done {
            user: Box::new(user.ok_or_else(gone)?),
            recipe_user_id,
            is_new: false,
        }))
    }

    /// The login method of the user that is the account at the provider.
    pub(super) fn method<'a>(&self, user: &'a User) -> Result<&'a LoginMethod, Error> {
        let is_account = |method: &&LoginMethod| {
            method.third_party.as_ref().is_some_and(|account| {
                account.id == self.third_party_id && account.user_id == self.user_id
            })
        };
        let found = user.login_methods.iter().find(is_account);
        found.ok_or_else(|| Error::internal("an identifier belongs to no login method of its user"))
    }
}
