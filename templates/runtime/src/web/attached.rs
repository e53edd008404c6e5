//! What the layer adds to the extensions of each request for the application.
//!
//! Rule: whatever happens to a session while the application works on a request is collected here and
//! put on its response by [`super::AuthLayer`]; of several changes the last one counts.

use axum::body::Body;
use http::request::Parts;
use http::{Response, StatusCode};

use super::cache_control;
use super::error::{self, ErrorResponse};
use crate::auth::{Auth, RequestHead};
use crate::call::Collected;
use crate::error::Error;
use crate::session::{Session, Validator, VerifyOptions};

/// The message where the layer is missing.
const NO_LAYER: &str =
    "This route asks for a session, but the layer of the auth server does not stand around it";

/// The auth server, and what happened to the session so far.
#[derive(Clone)]
pub(super) struct Attached {
    pub(super) auth: Auth,
    pub(super) collected: Collected,
    /// Whether it is a refresh of the application's own.
    is_refresh: bool,
}

impl Attached {
    pub(super) fn new(auth: Auth, is_refresh: bool) -> Self {
        Self {
            auth,
            collected: Collected::default(),
            is_refresh,
        }
    }

    /// What the layer added to a request, or the answer where the layer is missing.
    pub(super) fn of(parts: &Parts) -> Result<Self, ErrorResponse> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            tracing::error!(path = parts.uri.path(), "{NO_LAYER}");
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            ErrorResponse::new(error::text(status, NO_LAYER))
        })
    }

    /// The session that a route asks for. At the refresh path that is the one that was refreshed: its
    /// access token may have expired. It must meet `more` beside what the options say.
    pub(super) async fn demand(
        &self,
        parts: &Parts,
        options: VerifyOptions,
        more: Vec<Validator>,
    ) -> Result<Option<Session>, Error> {
        let (sessions, headers) = (self.auth.sessions(), &parts.headers);
        if self.is_refresh {
            let refreshed = sessions.refresh(headers, &mut self.collected.begin()).await;
            let mut session = refreshed?;
            self.assert(&mut session, &more).await?;
            return Ok(Some(session));
        }
        let options = VerifyOptions {
            claims: options.claims.and(more),
            ..options
        };
        sessions
            .verify(&parts.method, headers, &mut self.collected.begin(), options)
            .await
    }

    /// Demands more of a session that was verified before.
    pub(super) async fn assert(
        &self,
        session: &mut Session,
        validators: &[Validator],
    ) -> Result<(), Error> {
        if validators.is_empty() {
            return Ok(());
        }
        let mut effects = self.collected.begin();
        self.auth
            .sessions()
            .assert_claims(session, validators, &mut effects)
            .await
    }

    /// An error as a response.
    pub(super) fn refusal(&self, error: &Error) -> ErrorResponse {
        ErrorResponse::new(error::response(error, self.auth.session_config()))
    }

    /// Puts what happened to the session on the response.
    pub(super) async fn write_to(&self, response: &mut Response<Body>, head: Option<RequestHead>) {
        error::settle(response, &self.auth, head).await;
        let effects = self.collected.take();
        if !effects.is_empty() {
            effects.apply(response.headers_mut());
            cache_control::forbid_storing_tokens(response.headers_mut());
        }
    }
}
