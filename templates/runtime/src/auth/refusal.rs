//! The application's own answers to requests whose session is refused.

use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;
use axum::body::Body;
use axum::response::IntoResponse;
use http::{HeaderMap, Method, Request, Response, Uri, header};

use crate::error::SessionError;

/// A request that is refused because of its session.
#[derive(Debug)]
#[non_exhaustive]
pub struct Refusal {
    /// What is wrong with the session.
    pub error: SessionError,
    /// The method of the request.
    pub method: Method,
    /// Where the request went.
    pub uri: Uri,
    /// The headers of the request.
    pub headers: HeaderMap,
    /// What the server would answer; a handler may change or replace it.
    pub response: Response<Body>,
}

/// Answers refused requests. An async closure over [`Refusal`] is one, if it makes something that is a
/// response: `|refusal: Refusal| async move { (refusal.response.status(), "No.") }`.
#[async_trait]
pub trait ErrorHandler: Send + Sync {
    /// The answer.
    async fn answer(&self, refusal: Refusal) -> Response<Body>;
}

#[async_trait]
impl<F, R> ErrorHandler for F
where
    F: Fn(Refusal) -> R + Send + Sync,
    R: Future<Output: IntoResponse> + Send,
{
    async fn answer(&self, refusal: Refusal) -> Response<Body> {
        self(refusal).await.into_response()
    }
}

/// The error handlers of a server; where there is none, the server answers by itself.
#[derive(Clone, Default)]
pub(crate) struct ErrorHandlers {
    pub(super) unauthorised: Option<Arc<dyn ErrorHandler>>,
    pub(super) try_refresh_token: Option<Arc<dyn ErrorHandler>>,
    pub(super) token_theft_detected: Option<Arc<dyn ErrorHandler>>,
    pub(super) invalid_claim: Option<Arc<dyn ErrorHandler>>,
    pub(super) clear_duplicate_session_cookies: Option<Arc<dyn ErrorHandler>>,
}

/// What a handler sees of a request.
pub(crate) struct RequestHead {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

impl ErrorHandlers {
    fn of(&self, error: &SessionError) -> Option<&dyn ErrorHandler> {
        let handler = match error {
            SessionError::Unauthorised { .. } => &self.unauthorised,
            SessionError::TryRefreshToken => &self.try_refresh_token,
            SessionError::TokenTheft { .. } => &self.token_theft_detected,
            SessionError::InvalidClaims(_) => &self.invalid_claim,
            SessionError::ClearDuplicateCookies => &self.clear_duplicate_session_cookies,
            // Clients compare the text.
            SessionError::DuplicateCookies => &None,
        };
        handler.as_deref()
    }

    /// What handlers will see of a request; `None` where there are none, so that nothing is copied.
    pub(crate) fn head(&self, request: &Request<Body>) -> Option<RequestHead> {
        let Self {
            unauthorised,
            try_refresh_token,
            token_theft_detected,
            invalid_claim,
            clear_duplicate_session_cookies,
        } = self;
        [
            unauthorised,
            try_refresh_token,
            token_theft_detected,
            invalid_claim,
            clear_duplicate_session_cookies,
        ]
        .iter()
        .any(|handler| handler.is_some())
        .then(|| RequestHead {
            method: request.method().clone(),
            uri: request.uri().clone(),
            headers: request.headers().clone(),
        })
    }

    /// The answer of the application, if it has one to this error; else the server's. Headers that others
    /// have put on the response stay (CORS), unless the application sets them.
    pub(crate) async fn answer(
        &self,
        error: SessionError,
        head: Option<RequestHead>,
        response: Response<Body>,
    ) -> Response<Body> {
        let (Some(handler), Some(head)) = (self.of(&error), head) else {
            return response;
        };
        let mut kept = response.headers().clone();
        kept.remove(header::CONTENT_TYPE);
        kept.remove(header::CONTENT_LENGTH);
        let RequestHead {
            method,
            uri,
            headers,
        } = head;
        let mut answer = handler
            .answer(Refusal {
                error,
                method,
                uri,
                headers,
                response,
            })
            .await;
        let set = answer.headers().clone();
        for (name, value) in &kept {
            if !set.contains_key(name) {
                answer.headers_mut().append(name, value.clone());
            }
        }
        answer
    }
}
