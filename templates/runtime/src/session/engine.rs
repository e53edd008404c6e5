//! The session engine: creates, verifies, refreshes and ends sessions.
//!
//! Each verb reads the request's headers and writes [`Effects`]; HTTP itself is elsewhere. Rules
//! kept here:
//! - a failing store is an error of the server, never a verdict about a session: no user is signed
//!   out because a disk is full;
//! - a refresh holds at most one database connection at a time, and changes the session in one
//!   compare-and-swap; if that fails, the token that was presented is good still;
//! - whatever makes an answer clear the client's tokens has put that into the effects before the
//!   error is returned.

mod administration;
mod beginning;
mod bound;
mod claiming;
mod ending;
mod issuing;
mod refreshing;
mod verifying;
mod without_request;

use std::sync::Arc;

use http::HeaderMap;

pub use administration::SessionInformation;
pub use without_request::{JwtOptions, SessionTokens};

use super::claims::{ClaimSource, Validator};
use super::config::{SessionConfig, SettingError, TransferPolicy};
use super::effects::Effects;
use super::events::{SessionEvent, SessionEventKind};
use super::hooks::{GetTokenTransferMethod, OnCreateSession, TransferRequest};
use super::keys::{Jwks, SigningKeys};
use super::origin::{self, CookieUse};
use super::settings::Settings;
use super::size::HeadWarning;
use super::transport::{self, TransferMethod};
use super::verified_tokens::VerifiedTokenCache;
use crate::app_info::AppInfo;
use crate::clock::Clock;
use crate::crypto::schedule::Schedule;
use crate::error::{Error, SessionError};
use crate::events::{AuthEvent, EventQueues};
use crate::metrics::SessionMetrics;
use crate::store::{Purge, SessionRow, Store};

/// Creates, verifies, refreshes and ends sessions. Clones share everything.
#[derive(Clone)]
pub struct Sessions(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    settings: Settings,
    store: Arc<dyn Store>,
    keys: SigningKeys,
    clock: Arc<dyn Clock>,
    verified_tokens: Arc<VerifiedTokenCache>,
    /// Claims that every new session gets.
    claims: Vec<Arc<dyn ClaimSource>>,
    /// What every API demands unless it says otherwise.
    validators: Vec<Validator>,
    /// Decides how the tokens of a request may travel, in place of the settings.
    transfer: Option<Arc<GetTokenTransferMethod>>,
    /// What sees every session before it begins.
    on_create: Vec<Arc<dyn OnCreateSession>>,
    /// The queues of the handlers of events.
    events: EventQueues,
    metrics: SessionMetrics,
    head_warning: HeadWarning,
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
            settings.config.signing_key_encryption.clone(),
        );
        Ok(Self(Arc::new(Inner {
            settings,
            store,
            keys,
            clock,
            verified_tokens: Arc::new(VerifiedTokenCache::new()),
            claims: Vec::new(),
            validators: Vec::new(),
            transfer: None,
            on_create: Vec::new(),
            events: EventQueues::default(),
            metrics: SessionMetrics::default(),
            head_warning: HeadWarning::new(),
        })))
    }

    /// The same engine, counted by these instruments.
    #[must_use]
    pub fn with_metrics(self, metrics: SessionMetrics) -> Self {
        let inner = Inner {
            metrics,
            ..Arc::unwrap_or_clone(self.0)
        };
        Self(Arc::new(inner))
    }

    /// The same engine with `claims`, which are fetched for every new session in this order, and
    /// `validators`, which every API applies unless it says otherwise
    /// ([`ClaimValidators`](super::ClaimValidators)).
    #[must_use]
    pub fn with_claims(
        self,
        claims: Vec<Arc<dyn ClaimSource>>,
        validators: Vec<Validator>,
    ) -> Self {
        let inner = Inner {
            claims,
            validators,
            ..Arc::unwrap_or_clone(self.0)
        };
        Self(Arc::new(inner))
    }

    /// The same engine with what an application decides itself: how the tokens of a request may travel,
    /// and, in this order, what new sessions are made of.
    #[must_use]
    pub(crate) fn with_hooks(
        self,
        transfer: Option<Arc<GetTokenTransferMethod>>,
        on_create: Vec<Arc<dyn OnCreateSession>>,
    ) -> Self {
        let inner = Inner {
            transfer,
            on_create,
            ..Arc::unwrap_or_clone(self.0)
        };
        Self(Arc::new(inner))
    }

    /// The same engine, whose events go to these queues.
    #[must_use]
    pub(crate) fn with_events(self, events: EventQueues) -> Self {
        let inner = Inner {
            events,
            ..Arc::unwrap_or_clone(self.0)
        };
        Self(Arc::new(inner))
    }

    /// How the tokens of a request may travel.
    fn transfer_policy(&self, headers: &HeaderMap, for_create_new_session: bool) -> TransferPolicy {
        let request = TransferRequest {
            headers,
            for_create_new_session,
        };
        let decided = self.0.transfer.as_ref().map(|decide| decide(request));
        decided.unwrap_or(self.config().transfer)
    }

    /// Whether a page of a foreign origin caused a request.
    pub(crate) fn is_foreign(&self, headers: &HeaderMap) -> bool {
        origin::is_foreign(headers, &self.0.settings.own_origins)
    }

    /// What cookies may do for a request.
    pub(crate) fn cookie_use(&self, headers: &HeaderMap) -> CookieUse {
        if !self.is_foreign(headers) {
            return CookieUse::Allowed;
        }
        origin::of_foreign(headers, self.transfer_policy(headers, false))
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

    #[cfg(test)]
    pub(super) fn verified_tokens(&self) -> &VerifiedTokenCache {
        &self.0.verified_tokens
    }

    /// The public keys that verify access tokens.
    pub async fn jwks(&self) -> Result<Jwks, Error> {
        self.0
            .keys
            .jwks(self.config().use_dynamic_signing_key)
            .await
    }

    /// Takes the tokens of both methods away from the client.
    pub fn clear_tokens(&self, fx: &mut Effects) -> Result<(), Error> {
        transport::clear(&self.0.settings, fx, TransferMethod::Cookie)?;
        transport::clear(&self.0.settings, fx, TransferMethod::Header)
    }

    /// Deletes what has expired: sessions, reset tokens and signing keys. Meant to run now and then.
    pub async fn purge_expired(&self) -> Result<u64, Error> {
        let purge = Purge {
            expired_until: self.0.clock.now(),
            keys_created_before: self.0.keys.expired_before(),
        };
        self.0.store.purge(purge).await
    }

    /// Announces what has happened to a session that is stored.
    fn announce(&self, kind: SessionEventKind, row: &SessionRow) {
        let event = || SessionEvent::of(kind, row, self.0.clock.now());
        self.0.events.raise(|| AuthEvent::Session(event()));
    }

    /// The settings with all defaults filled in.
    pub(super) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// The same error; clears everything first if it is that the session is over.
    fn clearing(&self, fx: &mut Effects, error: Error) -> Error {
        match error {
            Error::Session(SessionError::Unauthorised { clear_tokens: true }) => {
                self.clear_tokens(fx).err().unwrap_or(error)
            }
            error => error,
        }
    }
}
