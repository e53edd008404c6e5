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
use http::{HeaderMap, Method, Response, StatusCode};
use serde_json::{Map, Value};
use tokio::sync::Mutex;

use super::cache_control;
use super::error::{ErrorResponse, response, text};
use crate::auth::Auth;
use crate::error::Error;
use crate::session::{Effects, NewSessionFor, Session, VerifyOptions};

/// What is said where the layer is missing.
const NO_LAYER: &str =
    "This route asks for a session, but auth_server::layer(..) does not stand around it";

/// What the layer hangs on each request that it lets through.
#[derive(Clone)]
pub(super) struct Attached {
    auth: Auth,
    effects: Arc<Mutex<Effects>>,
}

/// The auth server behind a request of the application, and what happened to the session so far.
///
/// Whatever is done to a session here is put on the response, also on one that is an error.
///
/// ```no_run
/// use auth_server::{AuthContext, ErrorResponse, Session};
///
/// async fn leave(session: Session, context: AuthContext) -> Result<&'static str, ErrorResponse> {
///     let left = context.revoke_session(&session).await;
///     left.map_err(|error| context.refusal(&error))?;
///     Ok("bye")
/// }
/// ```
pub struct AuthContext {
    attached: Attached,
    method: Method,
    headers: HeaderMap,
}

impl Attached {
    pub(super) fn new(auth: Auth) -> Self {
        Self {
            auth,
            effects: Arc::default(),
        }
    }

    /// Puts what happened to the session on the response.
    pub(super) async fn write_to(&self, response: &mut Response<Body>) {
        let effects = std::mem::take(&mut *self.effects.lock().await);
        if !effects.is_empty() {
            effects.apply(response.headers_mut());
            cache_control::forbid_storing_tokens(response.headers_mut());
        }
    }

    fn of(parts: &Parts) -> Result<Self, ErrorResponse> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            tracing::error!(path = parts.uri.path(), "{NO_LAYER}");
            ErrorResponse::new(text(StatusCode::INTERNAL_SERVER_ERROR, NO_LAYER))
        })
    }

    async fn verify(
        &self,
        method: &Method,
        headers: &HeaderMap,
        options: VerifyOptions,
    ) -> Result<Option<Session>, Error> {
        let mut effects = self.effects.lock().await;
        self.auth
            .sessions()
            .verify(method, headers, &mut effects, options)
            .await
    }

    fn refusal(&self, error: &Error) -> ErrorResponse {
        ErrorResponse::new(response(error, self.auth.session_config()))
    }
}

impl AuthContext {
    /// The auth server.
    pub fn auth(&self) -> &Auth {
        &self.attached.auth
    }

    /// The session of the request, where the extractor's options do not suit.
    ///
    /// # Errors
    /// [`Error::Session`] when it is missing though required, expired, revoked, or fails the anti-CSRF
    /// rule.
    pub async fn session(&self, options: VerifyOptions) -> Result<Option<Session>, Error> {
        self.attached
            .verify(&self.method, &self.headers, options)
            .await
    }

    /// Starts a session for a user whom the application has recognised by means of its own; the
    /// response will carry the tokens.
    ///
    /// # Errors
    /// The store failed, the claims are too large, or cookies cannot work with the configured domains.
    pub async fn create_session(&self, new: NewSessionFor) -> Result<Session, Error> {
        let mut effects = self.attached.effects.lock().await;
        self.auth()
            .sessions()
            .create(&self.headers, &mut effects, new)
            .await
    }

    /// Ends a session; the response will take its tokens away from the client.
    ///
    /// # Errors
    /// The store failed.
    pub async fn revoke_session(&self, session: &Session) -> Result<(), Error> {
        let mut effects = self.attached.effects.lock().await;
        self.auth().sessions().revoke(session, &mut effects).await
    }

    /// Changes the claims of a session: each key of `update` replaces the one of its name, `null`
    /// deletes it. The response will carry the new access token.
    ///
    /// # Errors
    /// The session is gone, the claims are too large, or a claim belongs to the server.
    pub async fn merge_claims(
        &self,
        session: &mut Session,
        update: &Map<String, Value>,
    ) -> Result<(), Error> {
        let mut effects = self.attached.effects.lock().await;
        self.auth()
            .sessions()
            .merge_claims(session, update, &mut effects)
            .await
    }

    /// The response that the auth APIs give to an error, for handlers that cannot go on.
    pub fn refusal(&self, error: &Error) -> ErrorResponse {
        self.attached.refusal(error)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AuthContext {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ErrorResponse> {
        Ok(Self {
            attached: Attached::of(parts)?,
            method: parts.method.clone(),
            headers: parts.headers.clone(),
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Session {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ErrorResponse> {
        let attached = Attached::of(parts)?;
        let options = VerifyOptions::default();
        let outcome = attached
            .verify(&parts.method, &parts.headers, options)
            .await;
        match outcome {
            Ok(Some(session)) => Ok(session),
            // A required session is only missing without an error where none is looked for.
            Ok(None) => {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::NO_CONTENT;
                Err(ErrorResponse::new(response))
            }
            Err(error) => Err(attached.refusal(&error)),
        }
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Session {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, ErrorResponse> {
        let attached = Attached::of(parts)?;
        let options = VerifyOptions {
            required: false,
            ..VerifyOptions::default()
        };
        attached
            .verify(&parts.method, &parts.headers, options)
            .await
            .map_err(|error| attached.refusal(&error))
    }
}
