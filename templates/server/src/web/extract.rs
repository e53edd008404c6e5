//! The session as an argument of the application's own handlers.
//!
//! `Session` asks for a session and answers 401 or 403 without one; `Option<Session>` takes it if it is
//! there. Both check the anti-CSRF rule for every method but GET. They stand under [`super::AuthLayer`],
//! which alone can put tokens on the response; without it they answer 500 and say so.
//!
//! OPTIONS and TRACE are not checked: browsers send no tokens with them. `Option<Session>` is `None`
//! there, and `Session` answers 204 in place of the handler.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;
use http::{Method, Response, StatusCode};
use serde_json::{Map, Value};
use tokio::sync::Mutex;

use super::cache_control;
use super::error::{ErrorResponse, response, text};
use crate::auth::Auth;
use crate::error::{Error, SessionError};
use crate::session::{Effects, Session, VerifyOptions};

/// What is said where the layer is missing.
const NO_LAYER: &str =
    "This route asks for a session, but auth_server::layer(..) does not stand around it";

/// The auth server behind a request of the application, and what happened to the session so far.
///
/// ```no_run
/// use auth_server::{AuthContext, Session};
///
/// async fn leave(session: Session, context: AuthContext) -> &'static str {
///     match context.revoke_session(&session).await {
///         Ok(()) => "bye",
///         Err(_) => "try again",
///     }
/// }
/// ```
#[derive(Clone)]
pub struct AuthContext {
    auth: Auth,
    effects: Arc<Mutex<Effects>>,
}

impl AuthContext {
    pub(super) fn new(auth: Auth) -> Self {
        Self {
            auth,
            effects: Arc::default(),
        }
    }

    /// The auth server.
    pub fn auth(&self) -> &Auth {
        &self.auth
    }

    /// Ends a session; the response will take its tokens away from the client.
    ///
    /// # Errors
    /// The store failed.
    pub async fn revoke_session(&self, session: &Session) -> Result<(), Error> {
        let mut effects = self.effects.lock().await;
        self.auth.sessions().revoke(session, &mut effects).await
    }

    /// Changes the claims of a session: each key of `update` replaces the one of its name, `null`
    /// deletes it. The response carries the new access token.
    ///
    /// # Errors
    /// The session is gone, or a claim belongs to the server.
    pub async fn merge_claims(
        &self,
        session: &mut Session,
        update: &Map<String, Value>,
    ) -> Result<(), Error> {
        let mut effects = self.effects.lock().await;
        self.auth
            .sessions()
            .merge_claims(session, update, &mut effects)
            .await
    }

    /// Puts what happened to the session on the response.
    pub(super) async fn write_to(&self, response: &mut Response<Body>) {
        let effects = std::mem::take(&mut *self.effects.lock().await);
        if !effects.is_empty() {
            effects.apply(response.headers_mut());
            cache_control::forbid_storing_tokens(response.headers_mut());
        }
    }

    async fn verify(&self, parts: &Parts, required: bool) -> Result<Option<Session>, Error> {
        if matches!(parts.method, Method::OPTIONS | Method::TRACE) {
            return Ok(None);
        }
        let options = VerifyOptions {
            required,
            ..VerifyOptions::default()
        };
        let mut effects = self.effects.lock().await;
        self.auth
            .sessions()
            .verify(&parts.method, &parts.headers, &mut effects, options)
            .await
    }

    fn of(parts: &Parts) -> Result<Self, ErrorResponse> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            tracing::error!(path = parts.uri.path(), "{NO_LAYER}");
            ErrorResponse::new(text(StatusCode::INTERNAL_SERVER_ERROR, NO_LAYER))
        })
    }

    fn refuse(&self, error: &Error) -> ErrorResponse {
        ErrorResponse::new(response(error, self.auth.session_config()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AuthContext {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ErrorResponse> {
        Self::of(parts)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Session {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ErrorResponse> {
        let context = AuthContext::of(parts)?;
        match context.verify(parts, true).await {
            Ok(Some(session)) => Ok(session),
            Ok(None) if matches!(parts.method, Method::OPTIONS | Method::TRACE) => {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::NO_CONTENT;
                Err(ErrorResponse::new(response))
            }
            Ok(None) => {
                let missing = SessionError::Unauthorised {
                    clear_tokens: false,
                };
                Err(context.refuse(&missing.into()))
            }
            Err(error) => Err(context.refuse(&error)),
        }
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Session {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, ErrorResponse> {
        let context = AuthContext::of(parts)?;
        context
            .verify(parts, false)
            .await
            .map_err(|error| context.refuse(&error))
    }
}
