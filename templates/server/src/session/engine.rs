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

use std::sync::Arc;

use http::{HeaderMap, Method};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::access;
use super::claims;
use super::config::{AntiCsrf, SessionConfig, Settings};
use super::csrf;
use super::effects::Effects;
use super::front_token;
use super::keys::{Jwks, SigningKeys};
use super::refresh::RefreshToken;
use super::rotation::{self, Decision};
use super::transport::{self, RefreshTokens, TransferMethod};
use super::{NewSessionFor, Session, VerifyOptions};
use crate::app_info::AppInfo;
use crate::clock::Clock;
use crate::crypto::schedule::Schedule;
use crate::crypto::token;
use crate::error::{Error, SessionError};
use crate::store::{PUBLIC_TENANT, Purge, RotateSession, SessionRow, Store};

/// How often a refresh looks again after another one of the same session was faster.
const ATTEMPTS: usize = 4;

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
    ) -> Result<Self, Vec<String>> {
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

    /// Replaces the refresh token, and with it the access token.
    pub async fn refresh(&self, headers: &HeaderMap, fx: &mut Effects) -> Result<Session, Error> {
        let settings = &self.0.settings;
        self.refuse_duplicates(headers, fx)?;
        let tokens = RefreshTokens::read(headers);
        let Some((transfer, refresh_token)) = tokens.choose(settings.config.transfer) else {
            return Err(self.end(
                headers,
                fx,
                SessionError::Unauthorised { clear_tokens: true },
            ));
        };
        match self.rotate(headers, transfer, refresh_token).await? {
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
    async fn rotate(
        &self,
        headers: &HeaderMap,
        transfer: TransferMethod,
        presented: Option<RefreshToken>,
    ) -> Result<Result<(SessionRow, RefreshToken), SessionError>, Error> {
        let refused = Ok(Err(SessionError::Unauthorised { clear_tokens: true }));
        let by_cookie = transfer == TransferMethod::Cookie;
        let mode = self.0.settings.anti_csrf;
        if by_cookie && mode == AntiCsrf::ViaCustomHeader && !csrf::has_custom_header(headers) {
            return refused;
        }
        let Some(presented) = presented else {
            return refused;
        };
        let hash = presented.hash2();
        for _ in 0..ATTEMPTS {
            let Some(row) = self.0.store.session(&presented.handle).await? else {
                return refused;
            };
            if !presented.is_genuine(&row.rotation_key) {
                return refused;
            }
            let wants_token = by_cookie && mode == AntiCsrf::ViaToken && row.anti_csrf;
            if wants_token && !csrf::has_token(headers, &csrf::token_for(&presented.text())) {
                return refused;
            }
            let now = self.0.clock.now();
            let grace = self.config().rotation_grace_ms;
            match rotation::decide(&row, &hash, now, grace) {
                Decision::Expired => return refused,
                Decision::Theft => return self.theft(row).await.map(Err),
                Decision::Repeat => {
                    let next = presented.successor(&row.rotation_key);
                    return Ok(Ok((row, next)));
                }
                Decision::Rotate => {
                    let next = presented.successor(&row.rotation_key);
                    let expires_at = self.refresh_expiry(row.created_at, now);
                    let rotation = RotateSession {
                        handle: row.handle.clone(),
                        presented_hash: hash.clone(),
                        next_hash: next.hash2(),
                        rotated_at: now,
                        expires_at,
                    };
                    if self.0.store.rotate_session(rotation).await? {
                        return Ok(Ok((SessionRow { expires_at, ..row }, next)));
                    }
                    // Another refresh with the same token was faster: look again.
                }
            }
        }
        Err(Error::Unavailable {
            retry_after_seconds: 1,
        })
    }

    /// Revokes a session whose token was copied.
    async fn theft(&self, row: SessionRow) -> Result<SessionError, Error> {
        let handles = [row.handle.clone()];
        self.0.store.revoke_sessions(&handles).await?;
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

    /// Two cookies of one name: after `cookieDomain` was changed, browsers send the old one, too.
    fn refuse_duplicates(&self, headers: &HeaderMap, fx: &mut Effects) -> Result<(), Error> {
        let settings = &self.0.settings;
        let duplicates = transport::duplicates(headers, settings.config.transfer);
        if duplicates.is_empty() {
            return Ok(());
        }
        let Some(domain) = &settings.older_domain else {
            return Err(SessionError::DuplicateCookies.into());
        };
        for name in duplicates {
            transport::clear_older(settings, fx, name, domain)?;
        }
        Err(SessionError::ClearDuplicateCookies.into())
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
        let store = &self.0.store;
        if !store
            .replace_session_claims(&session.handle, merged.clone())
            .await?
        {
            return Err(self.unauthorised(fx));
        }
        if self.0.clock.now() < session.expires_at {
            *session = self.reissue(fx, session.clone(), &merged).await?;
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

    /// When a refresh token that is made now expires.
    fn refresh_expiry(&self, created_at: i64, now: i64) -> i64 {
        let sliding = now + self.config().refresh_token_validity_ms;
        let last = self.config().max_session_age_ms.map(|age| created_at + age);
        last.map_or(sliding, |last| sliding.min(last))
    }

    /// Signs an access token.
    async fn issue(
        &self,
        row: &SessionRow,
        refresh_token: &RefreshToken,
        transfer: TransferMethod,
        now: i64,
    ) -> Result<(String, Session), Error> {
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
        let payload = access::payload(
            row,
            &refresh_token.hash1(),
            anti_csrf.as_deref(),
            issued_at,
            issued_at + validity.max(1),
        );
        self.sign(payload, transfer).await
    }

    /// Signs an access token with other claims, valid no longer than the one before, and sends it.
    async fn reissue(
        &self,
        fx: &mut Effects,
        session: Session,
        claims: &Map<String, Value>,
    ) -> Result<Session, Error> {
        let now = self.0.clock.now();
        let payload = access::replace_claims(&session.claims, claims, now / 1000);
        let (jwt, session) = self.sign(payload, session.transfer).await?;
        self.send_access(fx, &session, &jwt, now)?;
        Ok(session)
    }

    async fn sign(
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
        let session = access::session(payload, transfer)
            .ok_or_else(|| Error::internal("an access token would not be read back"))?;
        Ok((jwt, session))
    }

    fn send(
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
        self.send_access(fx, session, jwt, now)?;
        transport::send_refresh(settings, fx, transfer, refresh_token, row.expires_at)?;
        match session.claims.get("antiCsrfToken").and_then(Value::as_str) {
            Some(token) if transfer == TransferMethod::Cookie => {
                transport::send_anti_csrf(fx, token)
            }
            _ => Ok(()),
        }
    }

    fn send_access(
        &self,
        fx: &mut Effects,
        session: &Session,
        jwt: &str,
        now: i64,
    ) -> Result<(), Error> {
        let Session {
            user_id,
            expires_at,
            claims,
            transfer,
            ..
        } = session;
        let front_token = front_token::build(user_id, *expires_at, claims)?;
        transport::send_access(&self.0.settings, fx, *transfer, jwt, &front_token, now)
    }
}
