//! Refreshing: deciding about a refresh token, and carrying the decision out.
//!
//! No step holds a database connection while it waits for another one, and the only write is one
//! compare-and-swap. A refresh that loses the race reads the session again, and then finds that its token was
//! replaced just now, by the same successor that it would have made.

use http::HeaderMap;

use super::Sessions;
use crate::error::{Error, SessionError};
use crate::metrics::RefreshOutcome;
use crate::session::Session;
use crate::session::config::{AntiCsrf, TransferPolicy};
use crate::session::csrf::{self, Shown};
use crate::session::effects::Effects;
use crate::session::events::{RevokedBy, SessionEventKind};
use crate::session::origin::CookieUse;
use crate::session::refresh::RefreshToken;
use crate::session::rotation::{self, Decision, Moment};
use crate::session::transport::{self, RefreshTokens, TransferMethod};
use crate::store::{RotateSession, SessionRow};

/// How often a refresh looks again after another one of the same session was faster.
const ATTEMPTS: usize = 4;

impl Sessions {
    /// Replaces the refresh token, and with it the access token.
    ///
    /// # Errors
    /// [`Error::Session`] when there is no refresh token, or it is not valid, or two cookies have its
    /// name; [`Error::ForeignOrigin`] for a request in cookie mode that a page of a foreign origin caused.
    pub async fn refresh(&self, headers: &HeaderMap, fx: &mut Effects) -> Result<Session, Error> {
        let policy = self.transfer_policy(headers, false);
        match self.cookie_use(headers) {
            CookieUse::Allowed => self.refresh_by(policy, headers, fx).await,
            CookieUse::Refused => Err(Error::ForeignOrigin),
            CookieUse::Ignored => {
                let mut sent = Effects::new();
                let by_header = TransferPolicy::Header;
                let outcome = self.refresh_by(by_header, headers, &mut sent).await;
                sent.leave_cookies();
                fx.extend(sent);
                outcome
            }
        }
    }

    async fn refresh_by(
        &self,
        policy: TransferPolicy,
        headers: &HeaderMap,
        fx: &mut Effects,
    ) -> Result<Session, Error> {
        let settings = &self.0.settings;
        self.refuse_duplicates(headers, policy, fx)?;
        let tokens = RefreshTokens::read(settings, headers);
        let Some((transfer, refresh_token)) = tokens.choose(policy) else {
            self.0.metrics.refresh(RefreshOutcome::Missing);
            return Err(self.end(
                headers,
                fx,
                SessionError::Unauthorised { clear_tokens: true },
            ));
        };
        let shown = Shown::by(headers);
        match self.rotate(shown, transfer, refresh_token).await? {
            Err(verdict) => Err(self.end(headers, fx, verdict)),
            Ok((row, next)) => {
                let now = self.0.clock.now();
                let (jwt, session) = self.issue(&row, &next, transfer, now).await?;
                let mut sent = Effects::new();
                if tokens.has(transfer.other()) {
                    transport::clear(settings, &mut sent, transfer.other())?;
                }
                self.send(&mut sent, &session, &jwt, &next, &row, now)?;
                transport::clear_legacy(settings, &mut sent, headers)?;
                fx.extend(sent);
                Ok(session)
            }
        }
    }

    /// Decides about a refresh token and carries the decision out: the session and the successor,
    /// or why there is none.
    pub(super) async fn rotate(
        &self,
        shown: Shown<'_>,
        transfer: TransferMethod,
        presented: Option<RefreshToken>,
    ) -> Result<Result<(SessionRow, RefreshToken), SessionError>, Error> {
        let mut outcome = match presented {
            Some(_) => RefreshOutcome::Refused,
            None => RefreshOutcome::Missing,
        };
        let answer = self.decide(shown, transfer, presented, &mut outcome).await;
        // A failure of the store is counted there.
        if answer.is_ok() || outcome == RefreshOutcome::Contended {
            self.0.metrics.refresh(outcome);
        }
        answer
    }

    async fn decide(
        &self,
        shown: Shown<'_>,
        transfer: TransferMethod,
        presented: Option<RefreshToken>,
        outcome: &mut RefreshOutcome,
    ) -> Result<Result<(SessionRow, RefreshToken), SessionError>, Error> {
        let refused = Ok(Err(SessionError::Unauthorised { clear_tokens: true }));
        let by_cookie = transfer == TransferMethod::Cookie;
        let mode = self.0.settings.anti_csrf;
        if by_cookie && mode == AntiCsrf::ViaCustomHeader && !shown.custom_header {
            return refused;
        }
        let Some(presented) = presented else {
            return refused;
        };
        // A request counts as presented when it arrives, however long it waits for the database.
        let at = self.0.clock.now();
        for _ in 0..ATTEMPTS {
            let Some(row) = self.0.store.session(&presented.handle).await? else {
                return refused;
            };
            if !presented.is_genuine(&row.rotation_key) {
                return refused;
            }
            let wants_token = by_cookie && mode == AntiCsrf::ViaToken && row.anti_csrf;
            if wants_token && !shown.has_token(&csrf::token_for(&presented.text())) {
                return refused;
            }
            let moment = Moment {
                at,
                since_rotation: self.0.clock.between(row.rotated_at, at),
            };
            let grace = self.config().rotation_grace_ms;
            match rotation::decide(&row, &presented, moment, grace) {
                Decision::Expired => {
                    *outcome = RefreshOutcome::Expired;
                    return refused;
                }
                Decision::Theft => {
                    *outcome = RefreshOutcome::Theft;
                    return self.theft(row).await.map(Err);
                }
                Decision::Repeat(next) => {
                    *outcome = RefreshOutcome::Repeated;
                    return Ok(Ok((row, next)));
                }
                Decision::Rotate(next) => {
                    let now = self.0.clock.now();
                    let expires_at = self.refresh_expiry(row.created_at, now);
                    let rotation = RotateSession {
                        handle: row.handle.clone(),
                        presented_hash: row.refresh_hash.clone(),
                        next_hash: next.hash2(),
                        rotated_at: now,
                        expires_at,
                    };
                    if self.0.store.rotate_session(rotation).await? {
                        *outcome = RefreshOutcome::Rotated;
                        self.announce(SessionEventKind::Refreshed, &row);
                        return Ok(Ok((SessionRow { expires_at, ..row }, next)));
                    }
                    // Another refresh with the same token was faster: look again.
                }
            }
        }
        *outcome = RefreshOutcome::Contended;
        Err(Error::Unavailable {
            retry_after_seconds: 1,
        })
    }

    /// Revokes a session whose token was copied.
    async fn theft(&self, row: SessionRow) -> Result<SessionError, Error> {
        self.announce(SessionEventKind::TheftDetected, &row);
        let handles = std::slice::from_ref(&row.handle);
        self.revoke_because(handles, RevokedBy::Theft).await?;
        self.0.metrics.thefts.inc();
        tracing::warn!(
            session = %row.handle,
            user = %row.user_id,
            "a refresh token was used twice; the session is revoked"
        );
        Ok(SessionError::TokenTheft {
            handle: row.handle,
            user_id: row.user_id,
            recipe_user_id: row.recipe_user_id,
        })
    }

    /// Two cookies of one name: after `cookieDomain` was changed, browsers send the old one, too; or a
    /// sibling domain has set one of its own. The server cannot distinguish its own one, so it clears both.
    fn refuse_duplicates(
        &self,
        headers: &HeaderMap,
        policy: TransferPolicy,
        fx: &mut Effects,
    ) -> Result<(), Error> {
        let settings = &self.0.settings;
        let duplicates = transport::duplicates(settings, headers, policy);
        if duplicates.is_empty() {
            return Ok(());
        }
        let Some(domain) = &settings.older_domain else {
            transport::clear_everywhere(settings, fx, &duplicates)?;
            return Err(SessionError::DuplicateCookies.into());
        };
        for name in duplicates {
            transport::clear_older(settings, fx, name, domain)?;
        }
        Err(SessionError::ClearDuplicateCookies.into())
    }

    /// Clears everything, the cookie of old servers included, and says why.
    fn end(&self, headers: &HeaderMap, fx: &mut Effects, verdict: SessionError) -> Error {
        let cleared = self
            .clear_tokens(fx)
            .and_then(|()| transport::clear_legacy(&self.0.settings, fx, headers));
        match cleared {
            Ok(()) => verdict.into(),
            Err(error) => error,
        }
    }
}
