//! What an application's handler can do with sessions.
//!
//! Rule: no handler writes cookies or headers of a session; [`super::AuthLayer`] puts them on the
//! response.

use std::ops::Deref;

use http::request::Parts;

use super::attached::Attached;
use super::error::ErrorResponse;
use crate::call::RequestSession;
use crate::error::Error;

/// The auth server behind a request of the application, and what happened to the session so far.
///
/// What it can do with sessions are the methods of [`RequestSession`]. Whatever is done to a session is put on the
/// response, also on one that is an error.
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
    attached: Attached,
    session: RequestSession,
}

impl AuthContext {
    /// The context of a request, or the answer where the layer is missing.
    pub(super) fn of(parts: &Parts) -> Result<Self, ErrorResponse> {
        let attached = Attached::of(parts)?;
        let (auth, collected) = (attached.auth.clone(), attached.collected.clone());
        let session =
            RequestSession::new(auth, parts.method.clone(), parts.headers.clone(), collected);
        Ok(Self { attached, session })
    }

    /// The response that the auth APIs give to an error. A handler may as well return the [`Error`].
    pub fn refusal(&self, error: &Error) -> ErrorResponse {
        self.attached.refusal(error)
    }
}

impl Deref for AuthContext {
    type Target = RequestSession;

    fn deref(&self) -> &RequestSession {
        &self.session
    }
}
