//! What a request can do with sessions.
//!
//! Rules: each verb stands here once, for operations ([`Call`](super::Call)) and for handlers of the application
//! ([`AuthContext`](crate::AuthContext)) alike; and none of them writes cookies or headers itself: what happens to a
//! session is collected here and put on the answer, also on one that is an error. Of several changes the last one
//! counts.

use http::{HeaderMap, Method};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::collected::{Collected, Collecting};
use crate::auth::Auth;
use crate::contract;
use crate::error::{Error, SessionError};
use crate::session::{
    Claim, ClaimSource, Effects, NewSessionFor, Session, SessionInformation, SessionTokens,
    Sessions, Validator, VerifyOptions,
};

/// The session verbs of one request. An operation has them on its [`Call`](super::Call), a handler of the
/// application on its [`AuthContext`](crate::AuthContext). The same verbs by the handle of a session, without its
/// request, are methods of [`Auth::sessions`].
pub struct RequestSession {
    auth: Auth,
    method: Method,
    headers: HeaderMap,
    collected: Collected,
    /// Whether pages of any origin may send this request, cookies included.
    any_origin: bool,
    /// Whether the request may begin a session.
    sessions: contract::Sessions,
}

impl RequestSession {
    /// For a request of the application, which may begin sessions; pages of foreign origins may not cause that.
    pub(crate) fn new(
        auth: Auth,
        method: Method,
        headers: HeaderMap,
        collected: Collected,
    ) -> Self {
        Self {
            auth,
            method,
            headers,
            collected,
            any_origin: false,
            sessions: contract::Sessions::Begins,
        }
    }

    /// The same request, with what its operation may do.
    pub(super) fn with_rights(self, any_origin: bool, sessions: contract::Sessions) -> Self {
        Self {
            any_origin,
            sessions,
            ..self
        }
    }

    /// The auth server.
    pub fn auth(&self) -> &Auth {
        &self.auth
    }

    /// The method of the request.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The headers of the request.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    fn sessions(&self) -> &Sessions {
        self.auth.sessions()
    }

    /// A place for what a verb does to the answer.
    pub(super) fn effects(&self) -> Collecting<'_> {
        self.collected.begin()
    }

    /// What the verbs have done to the answer so far; nothing of it is left.
    pub(super) fn take_effects(&self) -> Effects {
        self.collected.take()
    }

    /// The login method of the session that has begun.
    pub(super) fn signed_in_with(&self) -> Option<String> {
        self.collected.lock().signed_in_with.clone()
    }

    /// The session of the request.
    ///
    /// # Errors
    /// [`Error::Session`] when it is missing though required, expired, revoked (where the database is asked), fails
    /// the anti-CSRF rule, or does not have the claims that are demanded.
    pub async fn session(&self, options: VerifyOptions) -> Result<Option<Session>, Error> {
        let mut effects = self.effects();
        self.sessions()
            .verify(&self.method, &self.headers, &mut effects, options)
            .await
    }

    /// The session of the request, which must be there.
    ///
    /// # Errors
    /// As [`RequestSession::session`].
    pub async fn require_session(&self) -> Result<Session, Error> {
        self.require_session_with(VerifyOptions::default()).await
    }

    /// The session of the request, which must be there and be as `options` say.
    ///
    /// # Errors
    /// As [`RequestSession::session`].
    pub async fn require_session_with(&self, options: VerifyOptions) -> Result<Session, Error> {
        let options = VerifyOptions {
            required: true,
            ..options
        };
        self.session(options).await?.ok_or_else(|| {
            SessionError::Unauthorised {
                clear_tokens: false,
            }
            .into()
        })
    }

    /// Begins a session for a user who was recognised; the answer carries its tokens.
    ///
    /// # Errors
    /// The store failed, a claim could not be fetched, a hook refused the session, the claims are too large, or
    /// cookies cannot work with the configured domains; [`Error::ForeignOrigin`] for a request in cookie mode that a
    /// page of a foreign origin caused, unless [`NewSessionFor::any_origin`] says that it may; [`Error::Internal`] in
    /// an operation whose contract says that it begins no session.
    pub async fn create_session(&self, mut new: NewSessionFor) -> Result<Session, Error> {
        // The contract says which operations sign users in; this check keeps any other from doing so by mistake.
        if self.sessions == contract::Sessions::Keeps {
            return Err(Error::internal(
                "an operation begins a session, and its contract says that it does not",
            ));
        }
        new.any_origin |= self.any_origin;
        let session = self.begin(new).await?;
        self.collected.lock().signed_in_with = Some(session.recipe_user_id.clone());
        Ok(session)
    }

    async fn begin(&self, new: NewSessionFor) -> Result<Session, Error> {
        let mut effects = self.effects();
        let sessions = self.sessions();
        let session = sessions.create(&self.headers, &mut effects, new).await?;
        self.collected.lock().begun.push(session.handle.clone());
        Ok(session)
    }

    /// Begins a session in place of one of the request, whose login method has become one of another user; the answer
    /// carries its tokens. Any operation may do so: the request has shown that its login method is signed in.
    ///
    /// # Errors
    /// As [`RequestSession::create_session`], except the error about the contract of the operation.
    pub(crate) async fn continue_session(
        &self,
        session: Session,
        user_id: String,
    ) -> Result<Session, Error> {
        let new = NewSessionFor {
            recipe_user_id: session.recipe_user_id.clone(),
            tenant_id: session.tenant_id.clone(),
            ..NewSessionFor::user(user_id)
        };
        self.begin(new).await
    }

    /// Forgets the sessions that this request has begun; returns their handles.
    pub(super) fn take_begun(&self) -> Vec<String> {
        let mut collected = self.collected.lock();
        collected.signed_in_with = None;
        std::mem::take(&mut collected.begun)
    }

    /// Exchanges the refresh token of the request for new tokens, which the answer carries.
    ///
    /// # Errors
    /// [`Error::Session`] when there is none, or it is not valid.
    pub async fn refresh_session(&self) -> Result<Session, Error> {
        let mut effects = self.effects();
        self.sessions().refresh(&self.headers, &mut effects).await
    }

    /// Ends the session of the request; the answer clears the client's tokens.
    ///
    /// # Errors
    /// The store failed.
    pub async fn revoke_session(&self, session: &Session) -> Result<(), Error> {
        self.sessions().revoke(session, &mut self.effects()).await
    }

    /// Clears the client's tokens of a session whose user does not exist any more, and returns the error.
    ///
    /// # Errors
    /// Always: [`Error::Session`], or why the tokens cannot be cleared.
    pub fn refuse_session<T>(&self) -> Result<T, Error> {
        self.sessions().clear_tokens(&mut self.effects())?;
        Err(SessionError::Unauthorised { clear_tokens: true }.into())
    }

    /// What the store knows about a session: its data, when it began and when it ends.
    ///
    /// # Errors
    /// [`Error::Session`] if the session is gone; the answer then clears its tokens.
    pub async fn session_information(
        &self,
        session: &Session,
    ) -> Result<SessionInformation, Error> {
        let mut effects = self.effects();
        self.sessions().information(session, &mut effects).await
    }

    /// Replaces what the application keeps with a session on the server; `null` is `{}`.
    ///
    /// # Errors
    /// As [`RequestSession::session_information`].
    pub async fn replace_session_data(&self, session: &Session, data: Value) -> Result<(), Error> {
        let mut effects = self.effects();
        self.sessions()
            .replace_data(session, data, &mut effects)
            .await
    }

    /// Puts tokens on the answer that were made without a request
    /// ([`Sessions::create_without_request`](crate::session::Sessions::create_without_request)).
    ///
    /// # Errors
    /// No client could carry the tokens; [`Error::ForeignOrigin`] where they are cookies and a page of a foreign
    /// origin caused the request.
    pub fn attach(&self, session: &Session, tokens: &SessionTokens) -> Result<(), Error> {
        let mut effects = self.effects();
        self.sessions()
            .attach(&self.headers, session, tokens, &mut effects)
    }

    /// Changes the application's claims of a session: each key of `update` replaces the one of its name, `null`
    /// deletes it. The answer carries the new access token.
    ///
    /// # Errors
    /// The session is gone, a claim belongs to the server, or the claims are too large.
    pub async fn merge_claims(
        &self,
        session: &mut Session,
        update: &Map<String, Value>,
    ) -> Result<(), Error> {
        let mut effects = self.effects();
        self.sessions()
            .merge_claims(session, update, &mut effects)
            .await
    }

    /// Replaces the application's own claims of a session by the fields of `claims`; those that are `null` are left
    /// out. What the server writes stays, and so do the claims that it fetches for every session
    /// ([`AuthBuilder::claim`](crate::auth::AuthBuilder::claim)). The answer carries the new access token.
    /// [`Session::own_claims`] reads them.
    ///
    /// # Errors
    /// As [`RequestSession::merge_claims`]; [`Error::Internal`] if `claims` is no object.
    pub async fn replace_claims<T: Serialize + Sync + ?Sized>(
        &self,
        session: &mut Session,
        claims: &T,
    ) -> Result<(), Error> {
        let mut effects = self.effects();
        self.sessions()
            .replace_claims(session, claims, &mut effects)
            .await
    }

    /// Sets a claim to a value, as of now. The answer carries the new access token.
    ///
    /// # Errors
    /// As [`RequestSession::merge_claims`].
    pub async fn set_claim<T>(
        &self,
        session: &mut Session,
        claim: &Claim<T>,
        value: &T,
    ) -> Result<(), Error>
    where
        T: Serialize + DeserializeOwned + Send + Sync + 'static,
    {
        let mut effects = self.effects();
        self.sessions()
            .set_claim(session, claim, value, &mut effects)
            .await
    }

    /// Fetches a claim, however new it is. The answer carries the new access token.
    ///
    /// # Errors
    /// As [`RequestSession::merge_claims`]; the claim could not be fetched.
    pub async fn fetch_claim(
        &self,
        session: &mut Session,
        claim: &dyn ClaimSource,
    ) -> Result<(), Error> {
        let mut effects = self.effects();
        self.sessions()
            .fetch_claim(session, claim, &mut effects)
            .await
    }

    /// Removes a claim. The answer carries the new access token.
    ///
    /// # Errors
    /// As [`RequestSession::merge_claims`].
    pub async fn remove_claim(
        &self,
        session: &mut Session,
        claim: &dyn ClaimSource,
    ) -> Result<(), Error> {
        let mut effects = self.effects();
        self.sessions()
            .remove_claim(session, claim, &mut effects)
            .await
    }

    /// Applies validators to the claims of a session, for code that chooses them itself; fetches claims that are
    /// missing or too old.
    ///
    /// # Errors
    /// [`Error::Session`] with all that is not met.
    pub async fn assert_claims(
        &self,
        session: &mut Session,
        validators: &[Validator],
    ) -> Result<(), Error> {
        let mut effects = self.effects();
        self.sessions()
            .assert_claims(session, validators, &mut effects)
            .await
    }
}
