//! The session of a request and the store: what is known about it, what is kept with it, and tokens that were
//! made without a request and are sent with the answer to one.
//!
//! Where the session does not exist any more, the client's tokens are cleared.

use http::HeaderMap;
use serde_json::Value;

use super::{SessionInformation, SessionTokens, Sessions};
use crate::error::{Error, SessionError};
use crate::session::effects::Effects;
use crate::session::transport::{self, TransferMethod};
use crate::session::{Session, size};

impl Sessions {
    /// What the store knows about a session: its data, when it began and when it ends.
    ///
    /// # Errors
    /// [`SessionError::Unauthorised`] if the session is gone; the store failed.
    pub async fn information(
        &self,
        session: &Session,
        fx: &mut Effects,
    ) -> Result<SessionInformation, Error> {
        let known = self.information_by_handle(&session.handle).await?;
        known.ok_or_else(|| self.session_is_missing(fx))
    }

    /// Replaces what the application keeps with a session on the server; `null` is `{}`.
    ///
    /// # Errors
    /// As [`Sessions::information`].
    pub async fn replace_data(
        &self,
        session: &Session,
        data: Value,
        fx: &mut Effects,
    ) -> Result<(), Error> {
        if self.replace_data_by_handle(&session.handle, data).await? {
            return Ok(());
        }
        Err(self.session_is_missing(fx))
    }

    /// Sends tokens that were made without a request. Tokens of the request that travel the other way are
    /// cleared.
    ///
    /// # Errors
    /// No client could carry the tokens; [`Error::ForeignOrigin`] where they are cookies and a page of a
    /// foreign origin caused the request.
    pub fn attach(
        &self,
        headers: &HeaderMap,
        session: &Session,
        tokens: &SessionTokens,
        fx: &mut Effects,
    ) -> Result<(), Error> {
        let settings = &self.0.settings;
        let (transfer, now) = (session.transfer, self.0.clock.now());
        let is_foreign = self.is_foreign(headers);
        if is_foreign && transfer == TransferMethod::Cookie {
            return Err(Error::ForeignOrigin);
        }
        let mut sent = Effects::new();
        if !is_foreign && transport::carries_access(settings, headers, transfer.other()) {
            transport::clear(settings, &mut sent, transfer.other())?;
        }
        let SessionTokens {
            access_token,
            refresh_token,
            refresh_token_expires_at,
            front_token,
            anti_csrf_token,
        } = tokens;
        let lengths = (access_token.len(), front_token.len());
        size::check(settings, transfer, lengths, &session.claims)?;
        transport::send_access(
            settings,
            &mut sent,
            transfer,
            access_token,
            front_token,
            now,
        )?;
        if let Some(token) = refresh_token {
            let expires_at = refresh_token_expires_at.unwrap_or(now);
            transport::send_refresh(settings, &mut sent, transfer, token, expires_at)?;
        }
        if let (Some(token), TransferMethod::Cookie) = (anti_csrf_token, transfer) {
            transport::send_anti_csrf(&mut sent, token)?;
        }
        fx.extend(sent);
        Ok(())
    }

    /// The error for a session that does not exist any more; its tokens are cleared.
    fn session_is_missing(&self, fx: &mut Effects) -> Error {
        self.clearing(fx, SessionError::Unauthorised { clear_tokens: true }.into())
    }
}
