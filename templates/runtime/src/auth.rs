//! One auth server: its settings and the parts that do the work.
//!
//! Rule: no globals. Everything that a request needs is part of an [`Auth`], so several servers can run in one
//! process, and a test can give one its own clock, store and mailer.

mod background;
mod builder;
mod events;
mod guarded;
mod hooks;
mod language;
mod linking;
mod mailer;
mod messages;
mod readiness;
mod recipe;
mod refusal;
mod requirement;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::Extensions;
use tokio::sync::watch;

use crate::app_info::AppInfo;
use crate::clock::Clock;
use crate::config::Config;
use crate::crypto::password::Passwords;
use crate::delivery::{Outbox, Queue, Templates};
use crate::error::Error;
use crate::events::EventQueues;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::session::{SessionConfig, Sessions, Website, Websites};
use crate::store::Store;

pub use self::builder::AuthBuilder;
pub use self::events::OnEvent;
pub(crate) use self::guarded::guarded;
pub use self::linking::AccountInfo;
pub(crate) use self::linking::{
    EntryRefusal, JoinCodes, JoinOutcome, JoinRefusal, Joining, Linker, NewAddress, SessionUser,
    SigningIn,
};
use self::mailer::SenderWarnings;
pub(crate) use self::messages::kinds;
use self::readiness::Probe;
pub use self::readiness::Readiness;
#[allow(unused_imports, reason = "for recipes that send messages")]
pub(crate) use self::recipe::{Compose, ComposeSms, Contacts, Directory, Event, Factors, Recipe};
pub use self::refusal::{ErrorHandler, Refusal};
pub(crate) use self::refusal::{ErrorHandlers, RequestHead};
pub use self::requirement::Requirement;

/// How long shutting down waits for mails that are due.
const MAIL_TIMEOUT: Duration = Duration::from_secs(10);

/// How long shutting down waits for handlers of events.
const EVENT_TIMEOUT: Duration = Duration::from_secs(10);

/// An auth server. Clones share it.
#[derive(Clone)]
pub struct Auth(Arc<Parts>);

struct Parts {
    config: Config,
    store: Arc<dyn Store>,
    sessions: Sessions,
    websites: Websites,
    passwords: Passwords,
    limits: Limits,
    mail: Queue,
    templates: Templates,
    sender_warnings: SenderWarnings,
    outbox: Option<Arc<Outbox>>,
    clock: Arc<dyn Clock>,
    events: EventQueues,
    error_handlers: ErrorHandlers,
    metrics: Metrics,
    recipes: &'static [&'static dyn Recipe],
    /// The one of them that links login methods, where that is set.
    linker: Option<&'static dyn Linker>,
    /// What recipes keep between requests, by its type.
    recipe_parts: Extensions,
    probe: Probe,
    is_stopping: AtomicBool,
    /// Whether its background work is over.
    retired: watch::Sender<bool>,
}

/// Why a server could not start.
#[derive(Debug)]
pub struct StartError(String);

impl Auth {
    /// Opens the database that the settings name, brings it up to date, and starts the mail queue.
    ///
    /// # Errors
    /// What could not be opened.
    pub async fn open(config: Config) -> Result<Self, StartError> {
        Self::builder(config).build().await
    }

    /// A builder, for a server with another store, mailer or clock.
    pub fn builder(config: Config) -> AuthBuilder {
        AuthBuilder::new(config)
    }

    /// Who the application is and where it lives.
    pub fn app_info(&self) -> &AppInfo {
        &self.0.config.app_info
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The settings of sessions.
    pub fn session_config(&self) -> &SessionConfig {
        &self.0.config.session
    }

    /// The database.
    pub fn store(&self) -> &dyn Store {
        self.0.store.as_ref()
    }

    /// The database, for what outlives a request.
    pub(crate) fn shared_store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.0.store)
    }

    /// The session engine.
    pub fn sessions(&self) -> &Sessions {
        &self.0.sessions
    }

    /// The websites of the application; that of appInfo is the first one.
    pub fn all_websites(&self) -> &[Website] {
        self.0.websites.all()
    }

    /// What finds the website of a request.
    pub(crate) fn websites(&self) -> &Websites {
        &self.0.websites
    }

    /// The password hasher.
    #[cfg(feature = "passwords")]
    pub fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    /// The limits on what can be tried or triggered from outside.
    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// The mail queue.
    pub fn mail(&self) -> &Queue {
        &self.0.mail
    }

    /// The texts of messages.
    pub(crate) fn templates(&self) -> &Templates {
        &self.0.templates
    }

    /// The time.
    pub fn clock(&self) -> &dyn Clock {
        self.0.clock.as_ref()
    }

    /// What the application answers to requests whose session is not as it must be.
    pub(crate) fn error_handlers(&self) -> &ErrorHandlers {
        &self.0.error_handlers
    }

    /// What the server counts about itself.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// All metrics as OpenMetrics text, as of now.
    ///
    /// # Errors
    /// [`Error::Internal`] if they cannot be written down.
    pub fn metrics_text(&self) -> Result<String, Error> {
        let metrics = self.metrics();
        if let Some(connections) = self.store().connections() {
            let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
            let gauges = &metrics.database;
            gauges.set_connections(connections.used, connections.idle);
            gauges.limit.set(number(connections.limit));
            gauges.waiting.set(number(connections.waiting));
        }
        for rotates in [true, false] {
            if let Some(created_at) = self.sessions().keys().newest(rotates) {
                let age = (self.clock().now() - created_at) / 1000;
                metrics.keys.set_age(rotates, age);
            }
        }
        metrics.text()
    }

    /// Whether requests should be sent here: the server is not stopping, and its database answers.
    pub async fn readiness(&self) -> Readiness {
        if self.is_stopping() {
            return Readiness::Stopping;
        }
        self.0.probe.look(self.store()).await
    }

    /// Reports from now on that no further requests should be sent here ([`Auth::readiness`]); those that
    /// arrive are still answered. The first step of stopping a server behind a load balancer.
    pub fn begin_to_stop(&self) {
        self.0.is_stopping.store(true, Ordering::Release);
    }

    /// Whether [`Auth::begin_to_stop`] was called.
    pub fn is_stopping(&self) -> bool {
        self.0.is_stopping.load(Ordering::Acquire)
    }

    /// Deletes expired sessions, reset tokens, signing keys and mails now, as the server does from time to time;
    /// returns the number of deleted rows. Several servers may do so at once.
    ///
    /// # Errors
    /// The store failed; what was deleted before stays deleted.
    pub async fn clean_up(&self) -> Result<u64, Error> {
        background::clean_up(&self.0).await
    }

    /// The development outbox, where its page may be shown.
    pub fn dev_outbox(&self) -> Option<&Outbox> {
        self.0
            .outbox
            .as_deref()
            .filter(|_| self.0.config.is_for_development())
    }

    /// Lets the handlers of events finish and sends the mails that are due, each for at most ten seconds;
    /// then closes the database, so that a copy of its file has everything. A mail that was not sent is sent after the
    /// next start; an event that was not handled is lost. This is the last call on a server.
    pub async fn close(&self) {
        self.handle_events().await;
        let drained = tokio::time::timeout(MAIL_TIMEOUT, self.mail().drained()).await;
        if drained.is_err() {
            tracing::warn!(
                "some mails were not sent before the server stopped: the next start sends them"
            );
        }
        self.mail().stop().await;
        self.0.retired.send_replace(true);
        self.store().close().await;
    }

    /// Ends the background work of a server whose requests are answered by another one on the same database: handlers of
    /// events finish, and so do mails that are being sent, each for at most ten seconds; mails that wait are left
    /// to the other server. Nothing is deleted, and no keys are read, from time to time any more. It cannot begin again.
    /// The store stays open. [`AuthSwap`](crate::AuthSwap) does this to the servers that it replaces.
    pub async fn retire(&self) {
        self.handle_events().await;
        if tokio::time::timeout(MAIL_TIMEOUT, self.mail().finish())
            .await
            .is_err()
        {
            tracing::warn!(
                "some mails were cut off when their server was retired: another one sends them"
            );
        }
        self.mail().stop().await;
        self.0.retired.send_replace(true);
    }

    /// Whether two of them are one server.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    async fn handle_events(&self) {
        let handled = tokio::time::timeout(EVENT_TIMEOUT, self.events_handled()).await;
        if handled.is_err() {
            tracing::warn!("some events were not handled before the server stopped");
        }
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth")
            .field("config", &self.0.config)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}
