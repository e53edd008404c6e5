//! The session as an argument of the application's own handlers.
//!
//! `Session` asks for a session and answers 401 or 403 without one; `Option<Session>` takes it if it is
//! there. Both check the anti-CSRF rule for every method but GET, and what the server demands of claims
//! everywhere; [`super::VerifySession`] around a route asks for other things, and [`Require`] for what a type of the
//! application says. They need
//! [`super::AuthLayer`] around the route, which puts tokens on the response; without it they answer 500 and
//! name the reason.
//!
//! OPTIONS and TRACE are not checked: browsers send no tokens with them. `Option<Session>` is `None`
//! there, and `Session` answers 204 in place of the handler.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use axum::body::Body;
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;
use http::{Method, Response, StatusCode};

use super::attached::Attached;
use super::context::AuthContext;
use super::error::ErrorResponse;
use super::guard::Verified;
use crate::auth::Requirement;
use crate::error::{Error, SessionError};
use crate::session::{Session, Validator, VerifyOptions};

/// The session of a request that meets a [`Requirement`]; its fields are read as those of the [`Session`]. A request without
/// a session is answered 401, and one whose session does not meet the requirement 403, with the validators that failed.
pub struct Require<R> {
    session: Session,
    requirement: PhantomData<fn() -> R>,
}

impl<R> Require<R> {
    /// The session itself, for verbs that change it.
    pub fn into_session(self) -> Session {
        self.session
    }
}

impl<R> Deref for Require<R> {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}

impl<R> fmt::Debug for Require<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Require").field(&self.session).finish()
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
        let attached = Attached::of(parts)?;
        required(&attached, parts, Vec::new()).await
    }
}

impl<R: Requirement, S: Send + Sync> FromRequestParts<S> for Require<R> {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ErrorResponse> {
        let attached = Attached::of(parts)?;
        let validators = R::validators(&attached.auth);
        Ok(Self {
            session: required(&attached, parts, validators).await?,
            requirement: PhantomData,
        })
    }
}

/// The session of a request, or the answer where it has none that meets the validators.
async fn required(
    attached: &Attached,
    parts: &Parts,
    validators: Vec<Validator>,
) -> Result<Session, ErrorResponse> {
    match session(attached, parts, true, validators).await {
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
            Err(attached.refusal(&missing.into()))
        }
        Err(error) => Err(attached.refusal(&error)),
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Session {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, ErrorResponse> {
        let attached = Attached::of(parts)?;
        session(&attached, parts, false, Vec::new())
            .await
            .map_err(|error| attached.refusal(&error))
    }
}

/// The session that [`super::VerifySession`] found, or else the one that the request has. It meets the validators.
async fn session(
    attached: &Attached,
    parts: &Parts,
    required: bool,
    validators: Vec<Validator>,
) -> Result<Option<Session>, Error> {
    if let Some(Verified(session)) = parts.extensions.get() {
        let mut session = session.clone();
        if let Some(session) = &mut session {
            attached.assert(session, &validators).await?;
        }
        return Ok(session);
    }
    let options = VerifyOptions {
        required,
        ..VerifyOptions::default()
    };
    attached.demand(parts, options, validators).await
}
