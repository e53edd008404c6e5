//! Verifying: which session a request belongs to, and whether the session has what the API demands.
//!
//! The order is fixed, because each step relies on the one before: the token's form and signature, the
//! defence against forged requests, the database if asked, the claims. Claims that an API demands
//! and that are missing or too old are fetched first, stored with one change, and sent with one new
//! access token; but a request that is refused after all gets no token, only its refusal.

use std::sync::Arc;

use http::{HeaderMap, Method};
use serde_json::{Map, Value};

use super::Sessions;
use crate::error::{Error, SessionError};
use crate::session::access::Unverified;
use crate::session::config::AntiCsrf;
use crate::session::csrf::{self, Shown};
use crate::session::effects::Effects;
use crate::session::transport::{self, ChosenAccess, TransferMethod};
use crate::session::verified_tokens::VerifiedToken;
use crate::session::{Session, VerifyOptions, access, claims};
use crate::store::ClaimsChange;

/// An access token of a request.
pub(super) enum Token {
    /// Its signature was verified before, and its key is still valid at this time, in milliseconds.
    Verified(Arc<VerifiedToken>, i64),
    /// It has the form of an access token.
    Unverified(Unverified),
}

impl Sessions {
    /// The session of a request, if there is one; `fx` takes what goes on the answer.
    ///
    /// # Errors
    /// [`Error::Session`]: there is no token though a session is required; the token is expired, not
    /// signed by this server, or comes without what the anti-CSRF rule asks for; the session is gone,
    /// where the database is asked; a claim is not as demanded. Other errors are the server's.
    pub async fn verify(
        &self,
        method: &Method,
        headers: &HeaderMap,
        fx: &mut Effects,
        options: VerifyOptions,
    ) -> Result<Option<Session>, Error> {
        if matches!(*method, Method::OPTIONS | Method::TRACE) {
            return Ok(None);
        }
        let policy = self.transfer_policy(headers, false);
        let find = |text: &[u8]| self.verified(text);
        let read = |text: &str| self.token(text);
        let chosen = transport::choose_access(&self.0.settings, headers, policy, find, read);
        let Some(chosen) = chosen else {
            if options.required {
                return Err(SessionError::Unauthorised {
                    clear_tokens: false,
                }
                .into());
            }
            return Ok(None);
        };
        let ChosenAccess {
            transfer,
            token,
            has_two_cookies,
        } = chosen;
        if has_two_cookies {
            return Err(SessionError::TryRefreshToken.into());
        }
        let session = self.session_of(&token, transfer).await?;
        let checks_csrf = transfer == TransferMethod::Cookie
            && options
                .anti_csrf
                .unwrap_or_else(|| csrf::applies_to(method));
        if checks_csrf && !self.is_not_forged(Shown::by(headers), &session) {
            return Err(SessionError::TryRefreshToken.into());
        }
        match self.examine(session, &options).await {
            Ok((session, None)) => Ok(Some(session)),
            Ok((session, Some(jwt))) => {
                self.send_access(fx, &session, &jwt, self.0.clock.now())?;
                Ok(Some(session))
            }
            Err(error) => Err(self.clearing(fx, error)),
        }
    }

    /// The access token that a text is, because its signature was verified before or by its form.
    pub(super) fn token(&self, text: &str) -> Option<Token> {
        self.verified(text.as_bytes())
            .or_else(|| Unverified::parse(text).map(Token::Unverified))
    }

    /// The access token of this text, if its signature was verified before and its key is still valid.
    fn verified(&self, text: &[u8]) -> Option<Token> {
        let token = self.0.verified_tokens.find(text)?;
        let now = self.0.clock.now();
        let is_valid = self.0.keys.accepts(&token.key, now);
        is_valid.then_some(Token::Verified(token, now))
    }

    /// The session of a token, after its key, its signature and its expiry were checked.
    pub(super) async fn session_of(
        &self,
        token: &Token,
        transfer: TransferMethod,
    ) -> Result<Session, Error> {
        let (session, now) = match token {
            Token::Verified(verified, now) => (Some(verified.session(transfer)), *now),
            Token::Unverified(unverified) => {
                let session = self.check(unverified, transfer).await?;
                (session, self.0.clock.now())
            }
        };
        session
            .filter(|session| now < session.expires_at)
            .ok_or_else(|| SessionError::TryRefreshToken.into())
    }

    /// Checks key, signature, issuer and audience.
    pub(super) async fn check(
        &self,
        unverified: &Unverified,
        transfer: TransferMethod,
    ) -> Result<Option<Session>, Error> {
        let prefix = if self.config().use_dynamic_signing_key {
            "d-"
        } else {
            "s-"
        };
        let key = match unverified.kid.starts_with(prefix) {
            true => self.0.keys.verifying(&unverified.kid).await?,
            false => None,
        };
        let Some(key) = key else {
            return Ok(None);
        };
        let payload = key.verify(&unverified.jwt);
        let session = payload
            .filter(|payload| self.0.settings.stamp.accepts(payload))
            .and_then(|payload| access::session(payload, &unverified.jwt, transfer));
        if let Some(session) = &session {
            self.0.verified_tokens.add(&key, session);
        }
        Ok(session)
    }

    /// Whether a request shows what another site cannot make a browser send.
    pub(super) fn is_not_forged(&self, shown: Shown<'_>, session: &Session) -> bool {
        match self.0.settings.anti_csrf {
            AntiCsrf::None => true,
            AntiCsrf::ViaCustomHeader => shown.custom_header,
            AntiCsrf::ViaToken => session
                .claims
                .get("antiCsrfToken")
                .and_then(Value::as_str)
                .is_some_and(|token| shown.has_token(token)),
        }
    }

    /// Asks the database, and judges the claims. With the session comes a new access token, if its
    /// claims changed.
    pub(super) async fn examine(
        &self,
        mut session: Session,
        options: &VerifyOptions,
    ) -> Result<(Session, Option<String>), Error> {
        let mut changed = false;
        if options.check_database {
            let row = self.0.store.session(&session.handle).await?;
            let Some(row) = row.filter(|row| row.expires_at > self.0.clock.now()) else {
                return Err(SessionError::Unauthorised { clear_tokens: true }.into());
            };
            let mut stored = row.claims.clone();
            self.0.settings.stamp.apply(&mut stored);
            changed = claims::of_application(&session.claims) != stored;
            if changed {
                session = self.adopt(&session, &row.claims);
            }
        }
        let validators = options.claims.of(&self.0.validators, &session);
        if !validators.is_empty() {
            let update = self.fetch_due(session.subject(), &validators).await?;
            if !update.is_empty() {
                let change = ClaimsChange::Merge(update);
                let merged = self.store_claims(&session, change).await?;
                session = self.adopt(&session, &merged);
                changed = true;
            }
            let failed = self.failures(&session.claims, &validators).await?;
            if !failed.is_empty() {
                return Err(SessionError::InvalidClaims(failed).into());
            }
        }
        if !changed {
            return Ok((session, None));
        }
        let (jwt, session) = self.sign(session.claims.clone(), session.transfer).await?;
        Ok((session, Some(jwt)))
    }

    /// The session with other claims of the application; its access token does not have them yet.
    fn adopt(&self, session: &Session, claims: &Map<String, Value>) -> Session {
        let issued_at = self.0.clock.now() / 1000;
        let stamp = &self.0.settings.stamp;
        session.with_claims(access::replace_claims(
            &session.claims,
            claims,
            stamp,
            issued_at,
        ))
    }
}
