//! Beginning a session.
//!
//! Rules kept here: an old session of the client is never adopted (session fixation, OWASP Session
//! Management Cheat Sheet), and it ends when the new one has begun (ASVS 5.0, 7.2.4), unless the new one
//! says otherwise ([`OldSession::Keep`]); no page of a foreign origin makes a browser begin a session by
//! cookies (login CSRF), whichever operation or route of the application asks for it; and the client gets
//! the tokens of the new session only when the store has it.
//!
//! The old session is the one whose access or refresh token the request carries, by header or cookie. An
//! access token counts though it has expired: the browser keeps it, and the session behind it can still
//! be refreshed.

use http::HeaderMap;
use uuid::Uuid;

use super::Sessions;
use super::verifying::Token;
use crate::crypto::token;
use crate::error::Error;
use crate::session::claims::{self, Subject};
use crate::session::config::{AntiCsrf, TransferPolicy};
use crate::session::effects::Effects;
use crate::session::events::{RevokedBy, SessionEventKind};
use crate::session::refresh::RefreshToken;
use crate::session::transport::{self, RefreshTokens, TransferMethod};
use crate::session::{NewSessionFor, OldSession, Session};
use crate::store::{PUBLIC_TENANT, SessionRow};

/// A session that has begun.
pub(super) struct Begun {
    pub(super) row: SessionRow,
    pub(super) refresh_token: RefreshToken,
    pub(super) jwt: String,
    pub(super) session: Session,
    /// What happens to the session before it, as the hooks of the application decided.
    old_session: OldSession,
}

/// How many access tokens of one request are looked at.
const MAX_CARRIED: usize = 4;

impl Sessions {
    /// Begins a session and sends its tokens. Tokens that travel the other way are cleared.
    ///
    /// # Errors
    /// The store failed, a claim could not be fetched, a hook refused the session, the claims are too
    /// large, or cookies cannot work with the configured domains. [`Error::ForeignOrigin`] for a request in
    /// cookie mode that a page of a foreign origin caused.
    pub async fn create(
        &self,
        headers: &HeaderMap,
        fx: &mut Effects,
        new: NewSessionFor,
    ) -> Result<Session, Error> {
        let settings = &self.0.settings;
        let transfer = transport::wished(headers, self.transfer_policy(headers, true));
        let is_foreign = !new.any_origin && self.is_foreign(headers);
        if is_foreign && transfer == TransferMethod::Cookie {
            return Err(Error::ForeignOrigin);
        }
        let old = self.carried(headers, !is_foreign).await?;
        let Begun {
            row,
            refresh_token,
            jwt,
            session,
            old_session,
        } = self.begin(new, headers, transfer).await?;
        if old_session == OldSession::End && !old.is_empty() {
            self.revoke_because(&old, RevokedBy::User).await?;
        }
        // A foreign page's request in header mode does not touch cookies.
        let may_clear = transfer == TransferMethod::Cookie || !is_foreign;
        if may_clear && transport::carries_access(settings, headers, transfer.other()) {
            transport::clear(settings, fx, transfer.other())?;
        }
        let now = row.created_at;
        self.send(fx, &session, &jwt, &refresh_token, &row, now)?;
        Ok(session)
    }

    /// Handles of the sessions whose tokens a request carries.
    async fn carried(&self, headers: &HeaderMap, with_cookies: bool) -> Result<Vec<String>, Error> {
        let settings = &self.0.settings;
        let mut handles = Vec::new();
        let texts = transport::access_texts(settings, headers, with_cookies);
        for text in texts.iter().take(MAX_CARRIED) {
            let transfer = TransferMethod::Header;
            let session = match self.token(text) {
                Some(Token::Verified(token, _)) => Some(token.session(transfer)),
                Some(Token::Unverified(token)) => self.check(&token, transfer).await?,
                None => None,
            };
            handles.extend(session.map(|session| session.handle.clone()));
        }
        let policy = if with_cookies {
            TransferPolicy::Any
        } else {
            TransferPolicy::Header
        };
        let refresh_token = RefreshTokens::read(settings, headers).choose(policy);
        if let Some((_, Some(token))) = refresh_token {
            let row = self.0.store.session(&token.handle).await?;
            let row = row.filter(|row| token.is_genuine(&row.rotation_key));
            handles.extend(row.map(|row| row.handle));
        }
        handles.sort_unstable();
        handles.dedup();
        Ok(handles)
    }

    /// Makes a session and its tokens, after the hooks of the application have seen it, and stores it.
    pub(super) async fn begin(
        &self,
        mut new: NewSessionFor,
        headers: &HeaderMap,
        transfer: TransferMethod,
    ) -> Result<Begun, Error> {
        let settings = &self.0.settings;
        if transfer == TransferMethod::Cookie && settings.cookies_cannot_work {
            return Err(Error::internal(
                "Since your API and website domain are different, for sessions to work, please \
                 use https on your apiDomain and dont set cookieSecure to false.",
            ));
        }
        for hook in &self.0.on_create {
            new = hook.on_create_session(new, headers.clone()).await?;
        }
        let now = self.0.clock.now();
        let id = Uuid::new_v4();
        let user = Subject {
            claims: claims::initial(&new.claims, &settings.stamp.issuer),
            user_id: new.user_id.clone(),
            recipe_user_id: new.recipe_user_id.clone(),
            tenant_id: new.tenant_id.clone(),
        };
        let row = SessionRow {
            handle: if new.tenant_id == PUBLIC_TENANT {
                id.to_string()
            } else {
                format!("{id}_{}", new.tenant_id)
            },
            user_id: new.user_id,
            recipe_user_id: new.recipe_user_id,
            tenant_id: new.tenant_id,
            refresh_hash: String::new(),
            previous_refresh_hash: None,
            rotated_at: now,
            rotation_key: token::random_bytes::<{ token::SECRET_BYTES }>()?.to_vec(),
            anti_csrf: settings.anti_csrf == AntiCsrf::ViaToken
                && transfer == TransferMethod::Cookie,
            claims: self.first_claims(user, now).await?,
            data: new.data,
            created_at: now,
            expires_at: self.refresh_expiry(now, now),
        };
        let refresh_token =
            RefreshToken::new(&row.handle, &row.rotation_key, &token::random_bytes()?);
        let row = SessionRow {
            refresh_hash: refresh_token.hash2(),
            ..row
        };
        let payload = self.access_payload(&row, &refresh_token, now)?;
        self.check_size(transfer, &row.user_id, &payload)?;
        // The store commits on a thread of its own, while this one signs.
        let stored = self.0.store.create_session(row.clone());
        let signed = self.sign(payload, transfer);
        let ((), (jwt, session)) = tokio::try_join!(biased; stored, signed)?;
        self.0.metrics.created.inc();
        self.announce(SessionEventKind::Created, &row);
        Ok(Begun {
            old_session: new.old_session,
            row,
            refresh_token,
            jwt,
            session,
        })
    }
}
