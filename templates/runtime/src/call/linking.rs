//! Signing in beside a session: the flag `shouldTryLinkingWithSessionUser` of a body asks to add the login method to the user
//! of the session.
//!
//! Rules:
//! - what adds a login method opens the account to whoever has it: it is asked for by a page of the website alone (OWASP,
//!   Cross-Site Request Forgery Prevention Cheat Sheet), with a session that the database still has;
//! - the tenant is that of the session, whichever one the path names: no login method, code or provider of another tenant is
//!   added;
//! - nothing is spent or counted before the session is known to do, and what is decided is decided again in the transaction
//!   that adds the login method (`store::users::primary`);
//! - the session goes on as it is. Its user becomes primary and keeps the id.

use std::sync::Arc;

use serde_json::Value;

use super::{Call, Entered};
use crate::auth::{EntryRefusal, Event, JoinOutcome, JoinRefusal, Joining, SessionUser, SigningIn};
use crate::error::Error;
use crate::session::{ClaimValidators, Session, TransferMethod, VerifyOptions};

/// The session of a request that signs in.
pub(crate) struct Linking {
    has_session: bool,
    /// The session to whose user the login method is to be added.
    beside: Option<SessionUser>,
}

impl Call {
    /// Reads the session as the client asks for. Where a login method is to be added to its user, the tenant of this call is
    /// that of the session from now on.
    ///
    /// Clients up to FDI 3.0 do not know the flag; their session is read, and must be fresh, but has no
    /// further effect.
    ///
    /// # Errors
    /// [`Error::Session`] when there is none though it is asked for, it must be refreshed first, or it has ended;
    /// [`Error::BadInput`] where the server links nothing; [`Error::ForeignOrigin`] where a page of another origin asks.
    pub(crate) async fn linking(&mut self) -> Result<Linking, Error> {
        let flag = self.body()?.get("shouldTryLinkingWithSessionUser");
        let flag = flag.filter(|flag| !flag.is_null());
        let is_wanted = if self.fdi_version().at_least(&[3, 1]) {
            match flag {
                None | Some(Value::Bool(false)) => {
                    return Ok(Linking {
                        has_session: false,
                        beside: None,
                    });
                }
                Some(flag) => *flag == Value::Bool(true),
            }
        } else {
            false
        };
        let options = VerifyOptions {
            required: is_wanted,
            check_database: is_wanted,
            claims: ClaimValidators::Skip,
            ..VerifyOptions::default()
        };
        let session = self.session(options).await?;
        let has_session = session.is_some();
        let beside = match session.filter(|_| is_wanted) {
            Some(session) => Some(self.beside(session).await?),
            None => None,
        };
        Ok(Linking {
            has_session,
            beside,
        })
    }

    /// The user of a session to whom a login method is to be added.
    async fn beside(&mut self, session: Session) -> Result<SessionUser, Error> {
        if self.auth().linker().is_none() {
            return Err(declined());
        }
        // The dispatcher has asked the same by the contract of the operation.
        let sessions = self.auth().sessions();
        if session.transfer == TransferMethod::Cookie && sessions.is_foreign(self.headers()) {
            return Err(Error::ForeignOrigin);
        }
        if session.tenant_id != self.tenant() {
            let Some(tenant) = self.auth().tenant(&session.tenant_id).await? else {
                return self.refuse_session();
            };
            self.tenant = Arc::new(tenant);
        }
        let user = self.auth().store().user(&session.user_id).await?;
        let user = user.filter(|user| user.id == session.user_id);
        let Some(user) = user else {
            return self.refuse_session();
        };
        let Some(method) = user.login_method(&session.recipe_user_id).cloned() else {
            return self.refuse_session();
        };
        Ok(SessionUser {
            session,
            user,
            method,
        })
    }

    /// What follows from an attempt to add a login method to the user of a session.
    ///
    /// # Errors
    /// [`Error::Session`] where the session has ended meanwhile; the login method is gone; the store failed.
    pub(crate) async fn joined(
        &self,
        beside: &SessionUser,
        recipe_user_id: &str,
        outcome: JoinOutcome,
        account: Option<&str>,
    ) -> Result<Entered, Error> {
        let (auth, session) = (self.auth(), &beside.session);
        match outcome {
            JoinOutcome::Done(ended) => {
                auth.announce_link(ended, recipe_user_id, &session.user_id);
            }
            JoinOutcome::Already => {}
            JoinOutcome::Refused(refusal) => return Ok(Entered::Refused(refusal)),
            JoinOutcome::SessionOver => return self.refuse_session(),
            JoinOutcome::NotFound => {
                return Err(Error::internal("a user was deleted while they signed in"));
            }
        }
        if let Some(account) = account {
            self.remember_device(account, session)?;
        }
        match auth.store().user(&session.user_id).await? {
            Some(user) => Ok(Entered::In(user)),
            None => self.refuse_session(),
        }
    }
}

impl Linking {
    /// Whether a session was read.
    pub(crate) fn has_session(&self) -> bool {
        self.has_session
    }

    /// The session to whose user the login method is to be added; `None` where a session of its own begins.
    pub(crate) fn beside(&self) -> Option<&SessionUser> {
        self.beside.as_ref()
    }

    /// Why a login method may not sign in, or up; to be asked once its secret is known to be right, or where the answer
    /// reveals no more than the request shows.
    ///
    /// # Errors
    /// [`Error::BadInput`] where the application does not want it added; [`Error::Session`] where the login method of
    /// the session has to prove its address first; the store, or the application's own function, failed.
    pub(crate) async fn refusal(
        &self,
        call: &Call,
        signing: &SigningIn<'_>,
    ) -> Result<Option<EntryRefusal>, Error> {
        let joining = self.joining(call, signing).await?;
        match joining {
            Some(Joining::Declined) => return Err(declined()),
            Some(Joining::VerifyFirst) => self.demand_proof(call).await?,
            _ => {}
        }
        let refused = match joining {
            // What is wrong with the session counts before what is wrong with the login method.
            Some(Joining::VerifyFirst | Joining::Refused(JoinRefusal::SessionUser)) => {
                return Ok(Some(EntryRefusal::Join(JoinRefusal::SessionUser)));
            }
            Some(Joining::Refused(refusal)) => Some(EntryRefusal::Join(refusal)),
            _ => None,
        };
        let may_enter = self.may_enter(call, signing).await?;
        Ok(if may_enter {
            refused
        } else {
            Some(EntryRefusal::Account)
        })
    }

    /// Whether it is worth to send a message to a login method that has shown nothing yet: no other user is put at risk, and
    /// the application wants it added. Nothing is demanded of the session, as in the reference.
    ///
    /// # Errors
    /// As [`Linking::refusal`], except [`Error::Session`].
    pub(crate) async fn may_begin(
        &self,
        call: &Call,
        signing: &SigningIn<'_>,
    ) -> Result<bool, Error> {
        if self.joining(call, signing).await? == Some(Joining::Declined) {
            return Err(declined());
        }
        self.may_enter(call, signing).await
    }

    async fn joining(
        &self,
        call: &Call,
        signing: &SigningIn<'_>,
    ) -> Result<Option<Joining>, Error> {
        let auth = call.auth();
        match auth.linker().zip(self.beside()) {
            Some((linker, beside)) => linker.may_join(auth, beside, signing).await.map(Some),
            None => Ok(None),
        }
    }

    async fn may_enter(&self, call: &Call, signing: &SigningIn<'_>) -> Result<bool, Error> {
        let auth = call.auth();
        match auth.linker() {
            Some(linker) => {
                let beside = self.beside();
                linker.may_enter(auth, call.tenant(), signing, beside).await
            }
            None => Ok(true),
        }
    }

    /// Demands that the login method of the session has proven its address, so that a client sends its user to do so.
    /// Returns where sessions do not say it.
    async fn demand_proof(&self, call: &Call) -> Result<(), Error> {
        let claim = call.auth().address_claim();
        if let Some((claim, beside)) = claim.zip(self.beside()) {
            let mut session = beside.session.clone();
            // The access token may say what was true before the address changed.
            if claim.value(&session.claims) != Some(false) {
                call.fetch_claim(&mut session, &claim).await?;
            }
            call.assert_claims(&mut session, &[claim.is_true()]).await?;
        }
        Ok(())
    }

    /// Notes that the user has read a message to an address in the browser of the session. If it is that of the login
    /// method of the session, this proves it.
    ///
    /// # Errors
    /// The store failed; the session has ended.
    pub(crate) async fn has_read(&self, call: &Call, email: &str) -> Result<(), Error> {
        let Some(SessionUser {
            session, method, ..
        }) = self.beside()
        else {
            return Ok(());
        };
        if method.verified || method.email.as_deref() != Some(email) {
            return Ok(());
        }
        let proven = Event::AddressProven {
            recipe_user_id: method.recipe_user_id.clone(),
            email: email.to_owned(),
        };
        call.auth().announce(proven).await?;
        match call.auth().address_claim() {
            Some(claim) => call.fetch_claim(&mut session.clone(), &claim).await,
            None => Ok(()),
        }
    }

    /// Refuses a first factor that the tenant does not allow, also where it would be added to the user of a session. Every
    /// operation that signs users in asks this before it begins a session; a test calls all of them in a tenant that allows
    /// none.
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

/// That a login method is not added to the user of the session because the settings, or the application, do not want it.
fn declined() -> Error {
    Error::bad_input(
        "shouldDoAutomaticAccountLinking returned false when making the session user primary but \
         shouldTryLinkingWithSessionUser is true",
    )
}
