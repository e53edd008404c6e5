//! What an application decides about the sessions that begin.
//!
//! Two decisions belong to every session: how its tokens travel, and which claims it has. The
//! settings decide both for all requests; a hook decides for one. `getTokenTransferMethod` and an override
//! of `createNewSession` are their names in SuperTokens' SDKs.

use std::future::Future;

use async_trait::async_trait;
use http::HeaderMap;

use super::{NewSessionFor, TransferPolicy};
use crate::error::Error;

/// A request whose tokens travel in one way or another.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct TransferRequest<'a> {
    /// The headers of the request.
    pub headers: &'a HeaderMap,
    /// Whether it begins a session; other requests carry tokens already.
    pub for_create_new_session: bool,
}

/// Decides how the tokens of a request may travel.
pub(crate) type GetTokenTransferMethod =
    dyn Fn(TransferRequest<'_>) -> TransferPolicy + Send + Sync;

/// Works on sessions before they begin. An async closure over the new session and the headers of the
/// request (empty without a request) is one:
/// `|new: NewSessionFor, headers: HeaderMap| async move { Ok(new) }`.
#[async_trait]
pub trait OnCreateSession: Send + Sync {
    /// The session as it begins.
    ///
    /// # Errors
    /// No session begins. [`Error::General`] is a refusal in words for the user: 200 with
    /// `GENERAL_ERROR`.
    async fn on_create_session(
        &self,
        new: NewSessionFor,
        headers: HeaderMap,
    ) -> Result<NewSessionFor, Error>;
}

#[async_trait]
impl<F, R> OnCreateSession for F
where
    F: Fn(NewSessionFor, HeaderMap) -> R + Send + Sync,
    R: Future<Output = Result<NewSessionFor, Error>> + Send,
{
    async fn on_create_session(
        &self,
        new: NewSessionFor,
        headers: HeaderMap,
    ) -> Result<NewSessionFor, Error> {
        self(new, headers).await
    }
}
