//! The session as an argument of the application's own handlers.
//!
//! `Session` asks for a session and answers 401 or 403 without one; `Option<Session>` takes it if it is
//! there. Both check the anti-CSRF rule for every method but GET, and what the server demands of claims
//! everywhere; [`super::VerifySession`] around a route asks for other things. They need
//! [`super::AuthLayer`] around the route, which puts tokens on the response; without it they answer 500 and
//! name the reason.
//!
//! OPTIONS and TRACE are not checked: browsers send no tokens with them. `Option<Session>` is `None`
//! there, and `Session` answers 204 in place of the handler.

use axum::body::Body;
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;
use http::{Method, Response, StatusCode};

use super::attached::Attached;
use super::context::AuthContext;
use super::error::ErrorResponse;
use super::guard::Verified;
use crate::error::{Error, SessionError};
use crate::session::{Session, VerifyOptions};

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
        match session(&attached, parts, true).await {
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
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Session {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, ErrorResponse> {
        let attached = Attached::of(parts)?;
        session(&attached, parts, false)
            .await
            .map_err(|error| attached.refusal(&error))
    }
}

/// The session that [`super::VerifySession`] found, or else the one that the request has.
async fn session(
    attached: &Attached,
    parts: &Parts,
    required: bool,
) -> Result<Option<Session>, Error> {
    if let Some(Verified(session)) = parts.extensions.get() {
        return Ok(session.clone());
    }
    let options = VerifyOptions {
        required,
        ..VerifyOptions::default()
    };
    attached.demand(parts, options).await
}
