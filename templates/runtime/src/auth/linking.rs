//! How login methods become those of one user. The recipe that decides about it, and those whose users sign in, meet
//! here without knowledge of each other.

use async_trait::async_trait;

use super::Auth;
use crate::error::Error;
use crate::events::AuthEvent;
use crate::session::{RevokedBy, Session};
use crate::shapes::{LoginMethod, ThirdParty, User};
use crate::store::EndedSession;
use crate::store::users::primary::{Join, SessionNames};
pub(crate) use crate::store::users::primary::{JoinOutcome, JoinRefusal};

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

/// A session to whose user a login method is to be added, because the client asks for it.
#[derive(Debug, Clone)]
pub(crate) struct SessionUser {
    /// The session, which the database has.
    pub(crate) session: Session,
    /// Its user.
    pub(crate) user: User,
    /// The login method with which it began.
    pub(crate) method: LoginMethod,
}

/// A login method that signs in, or up.
pub(crate) struct SigningIn<'a> {
    /// Its user, and itself; `None` where it signs up.
    pub(crate) known: Option<(&'a User, &'a LoginMethod)>,
    /// What it shows. It counts as verified also where this sign-in proves the address or number.
    pub(crate) shows: &'a AccountInfo,
    /// Whether a message to the address is read for it. That proves the address for the login method of a session, too.
    pub(crate) reads_messages: bool,
}

/// What is decided about adding a login method to the user of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Joining {
    /// It is one of the user already.
    Already,
    /// It is added.
    Allowed,
    /// The application does not want it.
    Declined,
    /// The login method of the session has to prove its address first.
    VerifyFirst,
    /// It is refused.
    Refused(JoinRefusal),
}

/// Why a user may not sign in, or up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryRefusal {
    /// Another user of the address could lose their account by the sign-up, or the sign-in.
    Account,
    /// The login method is not added to the user of the session.
    Join(JoinRefusal),
}

/// The codes with which an operation refuses to add a login method to the user of a session.
pub(crate) struct JoinCodes {
    /// For [`JoinRefusal::NotProven`].
    pub(crate) not_proven: &'static str,
    /// For [`JoinRefusal::OfAnother`].
    pub(crate) of_another: &'static str,
    /// For [`JoinRefusal::Taken`].
    pub(crate) taken: &'static str,
    /// For [`JoinRefusal::SessionUser`].
    pub(crate) session_user: &'static str,
}

impl JoinCodes {
    /// The sentence to show.
    pub(crate) fn reason(&self, refusal: JoinRefusal) -> String {
        let code = match refusal {
            JoinRefusal::NotProven => self.not_proven,
            JoinRefusal::OfAnother => self.of_another,
            JoinRefusal::Taken => self.taken,
            JoinRefusal::SessionUser => self.session_user,
        };
        format!(
            "Cannot sign in / up due to security reasons. Please contact support. (ERR_CODE_{code})"
        )
    }
}

impl SessionUser {
    /// The names of the session, by which a transaction looks at it again.
    pub(crate) fn names(&self) -> SessionNames {
        let session = &self.session;
        SessionNames {
            handle: session.handle.clone(),
            user_id: session.user_id.clone(),
            recipe_user_id: session.recipe_user_id.clone(),
            tenant_id: session.tenant_id.clone(),
        }
    }

    /// What adds a login method to the user.
    pub(crate) fn join(&self, recipe_user_id: &str, now: i64) -> Join {
        Join {
            session: self.names(),
            recipe_user_id: recipe_user_id.to_owned(),
            now,
        }
    }
}

/// Decides which sign-ups and sign-ins are refused because they could be used to take over an account, and links login methods.
#[async_trait]
pub(crate) trait Linker: Send + Sync {
    /// Whether a login method may sign in, or up, in a tenant: no other user of its address may lose their account by it.
    /// `beside`: the session to whose user it is to be added.
    ///
    /// # Errors
    /// The store, or the application's own function, failed.
    async fn may_enter(
        &self,
        auth: &Auth,
        tenant_id: &str,
        signing: &SigningIn<'_>,
        beside: Option<&SessionUser>,
    ) -> Result<bool, Error>;

    /// Whether a login method may be added to the user of a session.
    ///
    /// # Errors
    /// As [`Linker::may_enter`].
    async fn may_join(
        &self,
        auth: &Auth,
        beside: &SessionUser,
        signing: &SigningIn<'_>,
    ) -> Result<Joining, Error>;

    /// Whether a login method of a user may get what `new` shows in place of its own.
    ///
    /// # Errors
    /// As [`Linker::may_enter`].
    async fn may_change(
        &self,
        auth: &Auth,
        user: &User,
        method: &LoginMethod,
        new: &AccountInfo,
        beside: Option<&SessionUser>,
    ) -> Result<NewAddress, Error>;

    /// Whether a link that was sent to the address of a login method proves it where the login method has no session: who
    /// reads the mail may be another person than who signed up.
    ///
    /// # Errors
    /// As [`Linker::may_enter`].
    async fn may_prove_without_session(
        &self,
        auth: &Auth,
        recipe_user_id: &str,
    ) -> Result<bool, Error>;

    /// Makes the user of a login method primary, or links it to a primary user, where it is proven; the user to whom
    /// the login method belongs then, `None` if it is gone.
    ///
    /// # Errors
    /// As [`Linker::may_enter`].
    async fn link(&self, auth: &Auth, recipe_user_id: &str) -> Result<Option<User>, Error>;
}

impl Auth {
    /// What decides about linking; `None` where login methods are not linked by themselves.
    pub(crate) fn linker(&self) -> Option<&'static dyn Linker> {
        self.0.linker
    }

    /// Announces that a login method is linked, and which of its sessions have ended.
    pub(crate) fn announce_link(
        &self,
        ended: Vec<EndedSession>,
        recipe_user_id: &str,
        primary_user_id: &str,
    ) {
        self.sessions().ended(ended, RevokedBy::CredentialChange);
        self.raise(|at| AuthEvent::Linked {
            recipe_user_id: recipe_user_id.to_owned(),
            primary_user_id: primary_user_id.to_owned(),
            at,
        });
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
