//! What operations that sign users in share: guesses that are counted, and the flag
//! `shouldTryLinkingWithSessionUser` of a body, which asks to sign in beside a session.

use serde_json::{Map, Value};

use super::Call;
use crate::auth::Event;
use crate::error::Error;
use crate::events::AuthEvent;
use crate::limits::{Attempt, Kind};
use crate::session::{ClaimValidators, NewSessionFor, Session, VerifyOptions};
use crate::shapes::User;

/// The session of a request that signs in.
pub(crate) struct Linking {
    session: Option<Session>,
    /// Whether the login is to be added to the user of the session.
    is_wanted: bool,
}

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

impl Call {
    /// Begins the session of a user, after the login method was linked where it may be. `account` is what the device of the
    /// request is remembered for, where guesses of its secrets are limited. The outcome is the user to whom the login
    /// method belongs.
    ///
    /// # Errors
    /// As [`Auth::linked`](crate::Auth::linked) and
    /// [`RequestSession::create_session`](super::RequestSession::create_session).
    pub(crate) async fn enter(
        &self,
        recognised: Recognised,
        account: Option<&str>,
    ) -> Result<User, Error> {
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
        Ok(user)
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

    /// Announces that a password or a code of an account was wrong, whether or not there is such an account.
    pub(crate) fn sign_in_failed(&self, recipe_id: &'static str, account: &str) {
        self.auth().raise(|at| AuthEvent::SignInFailed {
            recipe_id,
            account: account.to_owned(),
            tenant_id: self.tenant().to_owned(),
            at,
        });
    }

    /// Reads the session as the client asks for.
    ///
    /// Clients up to FDI 3.0 do not know the flag; their session is read, and must be fresh, but has no
    /// further effect.
    ///
    /// # Errors
    /// [`Error::Session`] when there is none though it is asked for, or it must be refreshed first.
    pub(crate) async fn linking(&self, body: &Value) -> Result<Linking, Error> {
        let flag = body
            .get("shouldTryLinkingWithSessionUser")
            .filter(|flag| !flag.is_null());
        let is_wanted = if self.fdi_version().at_least(&[3, 1]) {
            match flag {
                None | Some(Value::Bool(false)) => {
                    return Ok(Linking {
                        session: None,
                        is_wanted: false,
                    });
                }
                Some(flag) => *flag == Value::Bool(true),
            }
        } else {
            false
        };
        let options = VerifyOptions {
            required: is_wanted,
            claims: ClaimValidators::Skip,
            ..VerifyOptions::default()
        };
        let session = self.session(options).await?;
        Ok(Linking { session, is_wanted })
    }
}

impl Linking {
    /// Whether a session was read.
    pub(crate) fn has_session(&self) -> bool {
        self.session.is_some()
    }

    /// Refuses to add a login to the user of the session: this server does not offer it, whether or not accounts are linked.
    ///
    /// # Errors
    /// [`Error::BadInput`] where it is asked for.
    pub(crate) fn refuse(&self) -> Result<(), Error> {
        if self.is_wanted && self.has_session() {
            return Err(Error::bad_input(
                "shouldDoAutomaticAccountLinking returned false when making the session user primary \
                 but shouldTryLinkingWithSessionUser is true",
            ));
        }
        Ok(())
    }

    /// Refuses a first factor that the tenant does not allow. Every operation that signs users in asks this before it
    /// begins a session; a test calls all of them in a tenant that allows none.
    ///
    /// # Errors
    /// As [`Linking::refuse_factor`], where the tenant does not allow it.
    pub(crate) fn require_factor(&self, call: &Call, factor: &str) -> Result<(), Error> {
        if call.tenant_settings().allows(factor) {
            return Ok(());
        }
        self.refuse_factor(call)
    }

    /// Refuses a way to sign in that the server does not offer.
    ///
    /// # Errors
    /// Always: [`Error::BadInput`] beside a session; else [`Error::Session`], which clears the tokens.
    pub(crate) fn refuse_factor<T>(&self, call: &Call) -> Result<T, Error> {
        if self.has_session() {
            return Err(Error::bad_input(
                "First factor sign in/up called for a non-first factor with an active session. This might \
                 indicate that you are trying to use this as a secondary factor, but disabled account linking.",
            ));
        }
        call.refuse_session()
    }
}
