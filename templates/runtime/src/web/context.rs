//! What an application's handler can do with sessions.
//!
//! Rule: no handler writes cookies or headers of a session; [`super::AuthLayer`] puts them on the
//! response.

use http::{HeaderMap, Method};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::attached::Attached;
use super::error::ErrorResponse;
use crate::auth::Auth;
use crate::error::Error;
use crate::session::{
    Claim, ClaimSource, NewSessionFor, Session, SessionInformation, SessionTokens, Validator,
    VerifyOptions,
};

/// The auth server behind a request of the application, and what happened to the session so far.
///
/// Whatever is done to a session here is put on the response, also on one that is an error.
///
/// ```no_run
/// use auth_runtime::{AuthContext, Claim, Error, Session};
///
/// async fn leave(session: Session, context: AuthContext) -> Result<&'static str, Error> {
///     context.revoke_session(&session).await?;
///     Ok("bye")
/// }
///
/// async fn upgrade(mut session: Session, context: AuthContext) -> Result<&'static str, Error> {
///     let plan: Claim<String> = Claim::set_only("plan");
///     context.set_claim(&mut session, &plan, &"gold".to_owned()).await?;
///     Ok("thank you")
/// }
/// ```
pub struct AuthContext {
    pub(super) attached: Attached,
    pub(super) method: Method,
    pub(super) headers: HeaderMap,
}

impl AuthContext {
    /// The auth server.
    pub fn auth(&self) -> &Auth {
        &self.attached.auth
    }

    /// The session of the request, where neither the extractor's options nor a
    /// [`VerifySession`](super::VerifySession) layer suit.
    ///
    /// # Errors
    /// [`Error::Session`] when it is missing though required, expired, revoked, fails the anti-CSRF
    /// rule, or has not the claims that are demanded.
    pub async fn session(&self, options: VerifyOptions) -> Result<Option<Session>, Error> {
        self.attached
            .verify(&self.method, &self.headers, options)
            .await
    }

    /// Starts a session for a user whom the application has recognised by means of its own; the
    /// response will carry the tokens.
    ///
    /// # Errors
    /// The store failed, a claim could not be fetched, the claims are too large, or cookies cannot work
    /// with the configured domains; [`Error::ForeignOrigin`] for a request in cookie mode that a page of a
    /// foreign origin caused, unless [`NewSessionFor::any_origin`] says that it may.
    pub async fn create_session(&self, new: NewSessionFor) -> Result<Session, Error> {
        let mut effects = self.attached.effects.lock().await;
        let sessions = self.auth().sessions();
        sessions.create(&self.headers, &mut effects, new).await
    }

    /// Trades the refresh token of the request for new tokens, which the response will carry.
    ///
    /// # Errors
    /// [`Error::Session`] when there is none, or it is worth nothing.
    pub async fn refresh_session(&self) -> Result<Session, Error> {
        let mut effects = self.attached.effects.lock().await;
        let sessions = self.auth().sessions();
        sessions.refresh(&self.headers, &mut effects).await
    }

    /// Ends a session; the response will take its tokens away from the client.
    ///
    /// # Errors
    /// The store failed.
    pub async fn revoke_session(&self, session: &Session) -> Result<(), Error> {
        let mut effects = self.attached.effects.lock().await;
        self.auth().sessions().revoke(session, &mut effects).await
    }

    /// What the store knows about a session: its data, when it began and when it ends.
    ///
    /// # Errors
    /// [`Error::Session`] if the session is gone; the response then clears its tokens.
    pub async fn session_information(
        &self,
        session: &Session,
    ) -> Result<SessionInformation, Error> {
        let mut effects = self.attached.effects.lock().await;
        let sessions = self.auth().sessions();
        sessions.information(session, &mut effects).await
    }

    /// Replaces what the application keeps with a session on the server.
    ///
    /// # Errors
    /// As [`AuthContext::session_information`].
    pub async fn replace_session_data(&self, session: &Session, data: Value) -> Result<(), Error> {
        let mut effects = self.attached.effects.lock().await;
        let sessions = self.auth().sessions();
        sessions.replace_data_of(session, data, &mut effects).await
    }

    /// Puts tokens on the response that were made without a request
    /// ([`Sessions::create_without_request`](crate::session::Sessions::create_without_request)).
    ///
    /// # Errors
    /// No client could carry the tokens; [`Error::ForeignOrigin`] where they are cookies and a page of a
    /// foreign origin caused the request.
    pub async fn attach(&self, session: &Session, tokens: &SessionTokens) -> Result<(), Error> {
        let mut effects = self.attached.effects.lock().await;
        let sessions = self.auth().sessions();
        sessions.attach(&self.headers, session, tokens, &mut effects)
    }

    /// Changes the claims of a session: each key of `update` replaces the one of its name, `null`
    /// deletes it. The response carries the new access token.
    ///
    /// # Errors
    /// The session is gone, a claim belongs to the server, or the claims are too large.
    pub async fn merge_claims(
        &self,
        session: &mut Session,
        update: &Map<String, Value>,
    ) -> Result<(), Error> {
        let mut effects = self.attached.effects.lock().await;
        let sessions = self.auth().sessions();
        sessions.merge_claims(session, update, &mut effects).await
    }

    /// Sets a claim to a value, as of now. The response carries the new access token.
    ///
    /// # Errors
    /// As [`AuthContext::merge_claims`].
    pub async fn set_claim<T>(
        &self,
        session: &mut Session,
        claim: &Claim<T>,
        value: &T,
    ) -> Result<(), Error>
    where
        T: Serialize + DeserializeOwned + Send + Sync + 'static,
    {
        let mut effects = self.attached.effects.lock().await;
        let sessions = self.auth().sessions();
        sessions
            .set_claim(session, claim, value, &mut effects)
            .await
    }

    /// Fetches a claim, however new it is. The response carries the new access token.
    ///
    /// # Errors
    /// As [`AuthContext::merge_claims`]; the claim could not be fetched.
    pub async fn fetch_claim(
        &self,
        session: &mut Session,
        claim: &dyn ClaimSource,
    ) -> Result<(), Error> {
        let mut effects = self.attached.effects.lock().await;
        let sessions = self.auth().sessions();
        sessions.fetch_claim(session, claim, &mut effects).await
    }

    /// Removes a claim. The response carries the new access token.
    ///
    /// # Errors
    /// As [`AuthContext::merge_claims`].
    pub async fn remove_claim(
        &self,
        session: &mut Session,
        claim: &dyn ClaimSource,
    ) -> Result<(), Error> {
        let mut effects = self.attached.effects.lock().await;
        let sessions = self.auth().sessions();
        sessions.remove_claim(session, claim, &mut effects).await
    }

    /// Demands something of the claims of a session, for handlers that find out themselves what; fetches
    /// what is missing or too old.
    ///
    /// # Errors
    /// [`Error::Session`] with all that is not met.
    pub async fn assert_claims(
        &self,
        session: &mut Session,
        validators: &[Validator],
    ) -> Result<(), Error> {
        let mut effects = self.attached.effects.lock().await;
        let sessions = self.auth().sessions();
        sessions
            .assert_claims(session, validators, &mut effects)
            .await
    }

    /// The response that the auth APIs give to an error. A handler may as well return the [`Error`].
    pub fn refusal(&self, error: &Error) -> ErrorResponse {
        self.attached.refusal(error)
    }
}
