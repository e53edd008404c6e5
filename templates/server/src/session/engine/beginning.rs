//! Beginning a session.
//!
//! The rule kept here: an old session of the client is never adopted (session fixation, OWASP Session
//! Management Cheat Sheet), and the client hears of the new one only when the store has it.

use http::HeaderMap;
use uuid::Uuid;

use super::Sessions;
use crate::crypto::token;
use crate::error::Error;
use crate::session::claims::{self, Subject};
use crate::session::config::AntiCsrf;
use crate::session::effects::Effects;
use crate::session::refresh::RefreshToken;
use crate::session::transport::{self, TransferMethod};
use crate::session::{NewSessionFor, Session};
use crate::store::{PUBLIC_TENANT, SessionRow};

/// A session that has begun.
pub(super) struct Begun {
    pub(super) row: SessionRow,
    pub(super) refresh_token: RefreshToken,
    pub(super) jwt: String,
    pub(super) session: Session,
}

impl Sessions {
    /// Begins a session and sends its tokens. Tokens that travel the other way are cleared.
    ///
    /// # Errors
    /// The store failed, a claim could not be fetched, a hook refused the session, or cookies cannot
    /// work with the configured domains.
    pub async fn create(
        &self,
        headers: &HeaderMap,
        fx: &mut Effects,
        new: NewSessionFor,
    ) -> Result<Session, Error> {
        let settings = &self.0.settings;
        let transfer = transport::wished(headers, self.transfer_policy(headers, true));
        let Begun {
            row,
            refresh_token,
            jwt,
            session,
        } = self.begin(new, headers, transfer).await?;
        if transport::carries_access(settings, headers, transfer.other()) {
            transport::clear(settings, fx, transfer.other())?;
        }
        let now = row.created_at;
        self.send(fx, &session, &jwt, &refresh_token, &row, now)?;
        Ok(session)
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
            claims: claims::initial(&new.claims, &settings.issuer),
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
        if transfer == TransferMethod::Cookie {
            self.check_size(&row.user_id, &payload)?;
        }
        // The store commits on a thread of its own, while this one signs.
        let stored = self.0.store.create_session(row.clone());
        let signed = self.sign(payload, transfer);
        let ((), (jwt, session)) = tokio::try_join!(biased; stored, signed)?;
        Ok(Begun {
            row,
            refresh_token,
            jwt,
            session,
        })
    }
}
