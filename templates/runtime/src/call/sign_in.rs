//! What operations that sign users in share: how a user enters, guesses that are counted, and events.

use serde_json::{Map, Value};

use super::{Call, Linking};
use crate::auth::{Event, JoinRefusal};
use crate::error::Error;
use crate::events::{AuthEvent, SignInFailure};
use crate::limits::{Attempt, Kind};
use crate::session::{NewSessionFor, Session};
use crate::shapes::User;

/// A user whom an operation has signed in or up, before their session begins.
pub(crate) struct Recognised {
    /// The user.
    pub(crate) user: User,
    /// The login method.
    pub(crate) recipe_user_id: String,
    /// Whether the user is new.
    pub(crate) is_new: bool,
    /// The address that is proven by it.
    pub(crate) proven: Option<String>,
}

/// Outcome of entering.
pub(crate) enum Entered {
    /// The user is signed in: by a session that has begun, or by that of the request, to whose user the login method
    /// belongs now.
    In(User),
    /// The login method is not added to the user of the session.
    Refused(JoinRefusal),
}

/// Who a client claims to be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Claimed<'a> {
    /// The owner of an address or a number.
    Account(&'a str),
    /// A user of the provider of this id.
    ThirdParty(&'a str),
}

impl Call {
    /// Begins the session of a user, after the login method was linked where it may be; or adds the login method to the user of
    /// the session, where the client asks for it. `account` is what the device of the request is remembered for, where
    /// guesses of its secrets are limited.
    ///
    /// # Errors
    /// As [`Auth::linked`](crate::Auth::linked) and
    /// [`RequestSession::create_session`](super::RequestSession::create_session), or as [`Call::joined`].
    pub(crate) async fn enter(
        &self,
        linking: &Linking,
        recognised: Recognised,
        account: Option<&str>,
    ) -> Result<Entered, Error> {
        let Recognised {
            user,
            recipe_user_id,
            is_new,
            proven,
        } = recognised;
        if is_new {
            self.signed_up(&user, &recipe_user_id, Map::new());
        }
        let auth = self.auth();
        if let Some(email) = proven {
            let recipe_user_id = recipe_user_id.clone();
            let proven = Event::AddressProven {
                recipe_user_id,
                email,
            };
            auth.announce(proven).await?;
        }
        if let Some(beside) = linking.beside() {
            let join = beside.join(&recipe_user_id, auth.clock().now());
            let outcome = auth.store().run(join).await?;
            return self.joined(beside, &recipe_user_id, outcome, account).await;
        }
        let user = auth.linked(user, &recipe_user_id).await?;
        let new = NewSessionFor {
            recipe_user_id,
            tenant_id: self.tenant().to_owned(),
            ..NewSessionFor::user(&user.id)
        };
        let session = self.create_session(new).await?;
        if let Some(account) = account {
            self.remember_device(account, &session)?;
        }
        if !is_new {
            self.signed_in(&user, &session);
        }
        Ok(Entered::In(user))
    }

    /// Counts a guess of a secret of an account of this tenant, before anything is compared. A right one gives it
    /// back ([`Attempt::succeeded`]).
    ///
    /// # Errors
    /// [`Error::TooManyRequests`]; the store failed.
    pub(crate) async fn guess(&self, kind: Kind, account: &str) -> Result<Attempt, Error> {
        let (client, account) = (self.client(), self.account(account));
        self.auth().limits().guess(kind, &client, &account).await
    }

    /// Announces a new user, once they are stored and before their session begins. `form_fields` are the values of the
    /// fields that the application has declared.
    pub(crate) fn signed_up(
        &self,
        user: &User,
        recipe_user_id: &str,
        form_fields: Map<String, Value>,
    ) {
        self.auth().raise(|at| AuthEvent::SignedUp {
            user: user.clone(),
            recipe_user_id: recipe_user_id.to_owned(),
            tenant_id: self.tenant().to_owned(),
            form_fields,
            at,
        });
    }

    /// Announces that a known user has signed in, once their session has begun.
    pub(crate) fn signed_in(&self, user: &User, session: &Session) {
        self.auth().raise(|at| AuthEvent::SignedIn {
            user: user.clone(),
            recipe_user_id: session.recipe_user_id.clone(),
            tenant_id: self.tenant().to_owned(),
            session_handle: session.handle.clone(),
            at,
        });
    }

    /// Announces that a sign-in failed, whether or not there is such a user.
    pub(crate) fn sign_in_failed(
        &self,
        recipe_id: &'static str,
        reason: SignInFailure,
        claimed: Claimed<'_>,
    ) {
        let (account, third_party_id) = match claimed {
            Claimed::Account(account) => (Some(account), None),
            Claimed::ThirdParty(id) => (None, Some(id)),
        };
        self.auth().raise(|at| AuthEvent::SignInFailed {
            recipe_id,
            reason,
            account: account.map(str::to_owned),
            third_party_id: third_party_id.map(str::to_owned),
            tenant_id: self.tenant().to_owned(),
            at,
        });
    }
}
