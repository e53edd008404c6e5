//! Issuing: making tokens and putting them into the effects.

use serde_json::{Map, Value};

use super::Sessions;
use crate::crypto::token;
use crate::error::Error;
use crate::session::effects::Effects;
use crate::session::refresh::RefreshToken;
use crate::session::transport::{self, TransferMethod};
use crate::session::{Session, access, csrf, front_token, size};
use crate::store::SessionRow;

/// How long the header of an access token is, at most.
const HEADER_BYTES: usize = 100;

impl Sessions {
    /// When a refresh token that is made now expires.
    pub(super) fn refresh_expiry(&self, created_at: i64, now: i64) -> i64 {
        let sliding = now + self.config().refresh_token_validity_ms;
        let last = self.config().max_session_age_ms.map(|age| created_at + age);
        last.map_or(sliding, |last| sliding.min(last))
    }

    /// Makes an access token that goes with a refresh token.
    pub(super) async fn issue(
        &self,
        row: &SessionRow,
        refresh_token: &RefreshToken,
        transfer: TransferMethod,
        now: i64,
    ) -> Result<(String, Session), Error> {
        let payload = self.access_payload(row, refresh_token, now)?;
        self.sign(payload, transfer).await
    }

    /// What an access token says that goes with a refresh token.
    pub(super) fn access_payload(
        &self,
        row: &SessionRow,
        refresh_token: &RefreshToken,
        now: i64,
    ) -> Result<Map<String, Value>, Error> {
        let config = self.config();
        let issued_at = now / 1000;
        let shortened = 1.0 - config.access_token_jitter * token::random_fraction()?;
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            reason = "a validity has far fewer than 52 bits"
        )]
        let validity = ((config.access_token_validity_ms / 1000) as f64 * shortened) as i64;
        let anti_csrf = row
            .anti_csrf
            .then(|| csrf::token_for(&refresh_token.text()));
        Ok(access::payload(
            row,
            &refresh_token.hash1(),
            anti_csrf.as_deref(),
            &self.0.settings.stamp,
            (issued_at, issued_at + validity.max(1)),
        ))
    }

    /// Signs an access token with other claims, valid no longer than the one before, and sends it.
    pub(super) async fn reissue(
        &self,
        fx: &mut Effects,
        session: Session,
        claims: &Map<String, Value>,
    ) -> Result<Session, Error> {
        let now = self.0.clock.now();
        let payload =
            access::replace_claims(&session.claims, claims, &self.0.settings.stamp, now / 1000);
        let (jwt, session) = self.sign(payload, session.transfer).await?;
        self.send_access(fx, &session, &jwt, now)?;
        Ok(session)
    }

    /// Signs an access token; the session that it speaks of.
    pub(super) async fn sign(
        &self,
        payload: Map<String, Value>,
        transfer: TransferMethod,
    ) -> Result<(String, Session), Error> {
        let key = self
            .0
            .keys
            .signing(self.config().use_dynamic_signing_key)
            .await?;
        let jwt = key.sign(Some(access::VERSION), &payload)?;
        let session = access::session(payload, &jwt, transfer)
            .ok_or_else(|| Error::internal("an access token would not be read back"))?;
        Ok((jwt, session))
    }

    /// Refuses claims that no client could carry, before anything is stored or signed.
    pub(super) fn check_size(
        &self,
        transfer: TransferMethod,
        user_id: &str,
        payload: &Map<String, Value>,
    ) -> Result<(), Error> {
        let payload_bytes = serde_json::to_vec(payload).map_err(Error::internal)?.len();
        let signature = self.config().signing_algorithm.signature_bytes();
        let parts = [HEADER_BYTES, payload_bytes, signature];
        // Base64 makes four characters of three bytes; a point follows each part.
        let jwt = parts.iter().map(|bytes| bytes.div_ceil(3) * 4 + 1).sum();
        let front_token = front_token::build(user_id, 0, payload)?.len();
        size::check(&self.0.settings, transfer, (jwt, front_token), payload)
    }

    /// Sends all tokens of a session.
    pub(super) fn send(
        &self,
        fx: &mut Effects,
        session: &Session,
        jwt: &str,
        refresh_token: &RefreshToken,
        row: &SessionRow,
        now: i64,
    ) -> Result<(), Error> {
        let settings = &self.0.settings;
        let transfer = session.transfer;
        self.put_access(fx, session, jwt, now)?;
        let refresh_token = refresh_token.text();
        transport::send_refresh(settings, fx, transfer, &refresh_token, row.expires_at)?;
        match session.claims.get("antiCsrfToken").and_then(Value::as_str) {
            Some(token) if transfer == TransferMethod::Cookie => {
                transport::send_anti_csrf(fx, token)?;
            }
            _ => {}
        }
        self.0.head_warning.look(fx.bytes(), &session.claims, now);
        Ok(())
    }

    /// Sends an access token and its front token.
    pub(super) fn send_access(
        &self,
        fx: &mut Effects,
        session: &Session,
        jwt: &str,
        now: i64,
    ) -> Result<(), Error> {
        self.put_access(fx, session, jwt, now)?;
        self.0.head_warning.look(fx.bytes(), &session.claims, now);
        Ok(())
    }

    /// Puts an access token and its front token into the effects.
    fn put_access(
        &self,
        fx: &mut Effects,
        session: &Session,
        jwt: &str,
        now: i64,
    ) -> Result<(), Error> {
        let (settings, transfer) = (&self.0.settings, session.transfer);
        let front_token =
            front_token::build(&session.user_id, session.expires_at, &session.claims)?;
        let lengths = (jwt.len(), front_token.len());
        size::check(settings, transfer, lengths, &session.claims)?;
        transport::send_access(settings, fx, transfer, jwt, &front_token, now)
    }
}
