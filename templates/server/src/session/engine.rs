//! The session engine: creates, verifies, refreshes and ends sessions.
//!
//! Each verb reads the request's headers and writes [`Effects`]; HTTP itself is elsewhere. Rules
//! kept here:
//! - a failing store is an error of the server, never a verdict about a session: nobody is signed
//!   out because a disk is full;
//! - a refresh holds at most one database connection at a time, and changes the session in one
//!   compare-and-swap; if that fails, the token that was presented is good still;
//! - whatever makes an answer clear the client's tokens has put that into the effects before the
//!   error is returned.

mod issuing;
mod refreshing;

use std::sync::Arc;

use http::{HeaderMap, Method};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::access;
use super::claims;
use super::config::{AntiCsrf, SessionConfig, SettingError, Settings};
use super::csrf;
use super::effects::Effects;
use super::keys::{Jwks, SigningKeys};
use super::refresh::RefreshToken;
use super::transport::{self, TransferMethod};
use super::{NewSessionFor, Session, VerifyOptions};
use crate::app_info::AppInfo;
use crate::clock::Clock;
use crate::crypto::schedule::Schedule;
use crate::crypto::token;
use crate::error::{Error, SessionError};
use crate::store::{PUBLIC_TENANT, Purge, SessionRow, Store};

/// Creates, verifies, refreshes and ends sessions. Clones share everything.
#[derive(Clone)]
pub struct Sessions(Arc<Inner>);

struct Inner {
    settings: Settings,
    store: Arc<dyn Store>,
    keys: SigningKeys,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sessions").finish_non_exhaustive()
    }
}

impl Sessions {
    /// The engine of a server, or all that is wrong with its settings.
    pub fn new(
        app_info: &AppInfo,
        config: SessionConfig,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Vec<SettingError>> {
        let settings = Settings::resolve(app_info, config)?;
        let schedule = Schedule {
            interval_ms: settings.config.signing_key_interval_ms,
            access_validity_ms: settings.config.access_token_validity_ms,
        };
        let keys = SigningKeys::new(
            Arc::clone(&store),
            Arc::clone(&clock),
            settings.config.signing_algorithm,
            schedule,
        );
        Ok(Self(Arc::new(Inner {
            settings,
            store,
            keys,
            clock,
        })))
    }

    /// The settings.
    pub fn config(&self) -> &SessionConfig {
        &self.0.settings.config
    }

    /// Whether browsers would drop the cookies of a session, so that none can begin that way.
    pub fn cookies_cannot_work(&self) -> bool {
        self.0.settings.cookies_cannot_work
    }

    /// The keys that sign access tokens.
    pub fn keys(&self) -> &SigningKeys {
        &self.0.keys
    }

    /// The public keys that verify access tokens.
    pub async fn jwks(&self) -> Result<Jwks, Error> {
        self.0
            .keys
            .jwks(self.config().use_dynamic_signing_key)
            .await
    }

    /// Begins a session and sends its tokens. An old session of the client is never adopted, and
    /// tokens that travel the other way are cleared.
    pub async fn create(
        &self,
        headers: &HeaderMap,
        fx: &mut Effects,
        new: NewSessionFor,
    ) -> Result<Session, Error> {
        let settings = &self.0.settings;
        let transfer = transport::wished(headers, settings.config.transfer);
        if transfer == TransferMethod::Cookie && settings.cookies_cannot_work {
            return Err(Error::internal(
                "Since your API and website domain are different, for sessions to work, please \
                 use https on your apiDomain and dont set cookieSecure to false.",
            ));
        }
        let now = self.0.clock.now();
        let row = self.new_row(new, transfer, now)?;
        let refresh_token =
            RefreshToken::new(&row.handle, &row.rotation_key, &token::random_bytes()?);
        let row = SessionRow {
            refresh_hash: refresh_token.hash2(),
            ..row
        };
        let (jwt, session) = self.issue(&row, &refresh_token, transfer, now).await?;
        let mut sent = Effects::new();
        if transport::carries_access(headers, transfer.other()) {
            transport::clear(settings, &mut sent, transfer.other())?;
        }
        self.send(&mut sent, &session, &jwt, &refresh_token, &row, now)?;
        self.0.store.create_session(row).await?;
        fx.extend(sent);
        Ok(session)
    }

    fn new_row(
        &self,
        new: NewSessionFor,
        transfer: TransferMethod,
        now: i64,
    ) -> Result<SessionRow, Error> {
        let settings = &self.0.settings;
        let id = Uuid::new_v4();
        Ok(SessionRow {
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
            claims: claims::initial(&new.claims, &settings.issuer),
            data: new.data,
            created_at: now,
            expires_at: self.refresh_expiry(now, now),
        })
    }

    /// The session of a request, if there is one. Refuses a request whose token does not count, and
    /// one without a token if a session is required.
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
        let settings = &self.0.settings;
        if transport::carries_legacy(headers) {
            return Err(SessionError::TryRefreshToken.into());
        }
        let Some((transfer, unverified)) =
            transport::access_token(headers, settings.config.transfer)
        else {
            if options.required {
                return Err(SessionError::Unauthorised {
                    clear_tokens: false,
                }
                .into());
            }
            return Ok(None);
        };
        if transfer == TransferMethod::Cookie && transport::has_two_access_cookies(headers) {
            return Err(SessionError::TryRefreshToken.into());
        }
        let session = self.believe(&unverified, transfer).await?;
        let checks_csrf = transfer == TransferMethod::Cookie
            && options
                .anti_csrf
                .unwrap_or_else(|| csrf::applies_to(method));
        if checks_csrf && !self.is_not_forged(headers, &session) {
            return Err(SessionError::TryRefreshToken.into());
        }
        if !options.check_database {
            return Ok(Some(session));
        }
        self.compare_with_store(fx, session).await.map(Some)
    }

    /// Checks key, signature and expiry.
    async fn believe(
        &self,
        unverified: &access::Unverified,
        transfer: TransferMethod,
    ) -> Result<Session, Error> {
        let prefix = if self.config().use_dynamic_signing_key {
            "d-"
        } else {
            "s-"
        };
        let key = match unverified.kid.starts_with(prefix) {
            true => self.0.keys.verifying(&unverified.kid).await?,
            false => None,
        };
        let now = self.0.clock.now();
        key.and_then(|key| key.verify(&unverified.jwt))
            .and_then(|payload| access::session(payload, transfer))
            .filter(|session| now < session.expires_at)
            .ok_or_else(|| SessionError::TryRefreshToken.into())
    }

    fn is_not_forged(&self, headers: &HeaderMap, session: &Session) -> bool {
        match self.0.settings.anti_csrf {
            AntiCsrf::None => true,
            AntiCsrf::ViaCustomHeader => csrf::has_custom_header(headers),
            AntiCsrf::ViaToken => session
                .claims
                .get("antiCsrfToken")
                .and_then(Value::as_str)
                .is_some_and(|token| csrf::has_token(headers, token)),
        }
    }

    /// Asks whether the session still exists; sends a new access token if its claims changed.
    async fn compare_with_store(
        &self,
        fx: &mut Effects,
        session: Session,
    ) -> Result<Session, Error> {
        let row = self.0.store.session(&session.handle).await?;
        let Some(row) = row.filter(|row| row.expires_at > self.0.clock.now()) else {
            return Err(self.unauthorised(fx));
        };
        if claims::of_application(&session.claims) == row.claims {
            return Ok(session);
        }
        self.reissue(fx, session, &row.claims).await
    }

    /// Ends a session and clears the tokens of the method that it uses. It is no error if the
    /// session is gone already.
    pub async fn revoke(&self, session: &Session, fx: &mut Effects) -> Result<(), Error> {
        let handles = [session.handle.clone()];
        self.0.store.revoke_sessions(&handles).await?;
        transport::clear(&self.0.settings, fx, session.transfer)
    }

    /// Changes the application's claims: each key of `update` replaces the one of its name, `null`
    /// deletes. The database has the new claims at once, the client with this answer.
    pub async fn merge_claims(
        &self,
        session: &mut Session,
        update: &Map<String, Value>,
        fx: &mut Effects,
    ) -> Result<(), Error> {
        if let Some(name) = update.keys().find(|name| claims::is_protected(name)) {
            return Err(Error::internal(format!(
                "the claim {name} belongs to the server and cannot be changed"
            )));
        }
        let merged = claims::merge(&claims::of_application(&session.claims), update);
        // Made before the store changes: claims that no cookie holds must not get there, for no later
        // refresh could send them either.
        let mut sent = Effects::new();
        let renewed = self.reissue(&mut sent, session.clone(), &merged).await?;
        let store = &self.0.store;
        if !store
            .replace_session_claims(&session.handle, merged)
            .await?
        {
            return Err(self.unauthorised(fx));
        }
        if self.0.clock.now() < session.expires_at {
            fx.extend(sent);
            *session = renewed;
        }
        Ok(())
    }

    /// Takes the tokens of both methods away from the client.
    pub fn clear_tokens(&self, fx: &mut Effects) -> Result<(), Error> {
        transport::clear(&self.0.settings, fx, TransferMethod::Cookie)?;
        transport::clear(&self.0.settings, fx, TransferMethod::Header)
    }

    /// Forgets what expired: sessions, reset tokens and signing keys. Meant to run now and then.
    pub async fn purge_expired(&self) -> Result<u64, Error> {
        let purge = Purge {
            expired_until: self.0.clock.now(),
            keys_created_before: self.0.keys.forget_before(),
        };
        self.0.store.purge(purge).await
    }

    /// Clears everything, and says that there is no session.
    fn unauthorised(&self, fx: &mut Effects) -> Error {
        match self.clear_tokens(fx) {
            Ok(()) => SessionError::Unauthorised { clear_tokens: true }.into(),
            Err(error) => error,
        }
    }
}
