//! One auth server: its settings and the parts that do the work.
//!
//! Rule: no globals. Everything a request needs hangs on an [`Auth`], so several servers can live in one
//! process, and a test can give one its own clock, store and mailer.

mod background;
mod hooks;
mod mailer;
mod readiness;
mod recipe;
mod refusal;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::app_info::AppInfo;
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, judgement};
use crate::crypto::password::{PasswordParams, Passwords};
use crate::delivery::{Mailer, Outbox, Queue};
use crate::error::Error;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::session::{ClaimSource, CookieNames, SessionConfig, Sessions, SettingError, Validator};
use crate::store::{self, OwningApp, Store};

use self::hooks::Hooks;
use self::mailer::MailWarning;
use self::readiness::Probe;
pub use self::readiness::Readiness;
pub(crate) use self::recipe::{Compose, Event, Recipe};
pub use self::refusal::{ErrorHandler, Refusal};
pub(crate) use self::refusal::{ErrorHandlers, RequestHead};

/// How many passwords may wait for each that is being hashed.
const WAITING_PER_THREAD: usize = 64;

/// How long shutting down waits for mails that are due.
const MAIL_TIMEOUT: Duration = Duration::from_secs(10);

/// An auth server. Clones share it.
#[derive(Clone)]
pub struct Auth(Arc<Parts>);

struct Parts {
    config: Config,
    store: Arc<dyn Store>,
    sessions: Sessions,
    passwords: Passwords,
    limits: Limits,
    mail: Queue,
    mail_warning: MailWarning,
    outbox: Option<Arc<Outbox>>,
    clock: Arc<dyn Clock>,
    error_handlers: ErrorHandlers,
    metrics: Metrics,
    recipes: &'static [&'static dyn Recipe],
    probe: Probe,
    is_stopping: AtomicBool,
}

/// Puts an [`Auth`] together; what is not given is made after the settings.
pub struct AuthBuilder {
    config: Config,
    store: Option<Arc<dyn Store>>,
    mailer: Option<Arc<dyn Mailer>>,
    clock: Option<Arc<dyn Clock>>,
    password_params: PasswordParams,
    claims: Vec<Arc<dyn ClaimSource>>,
    validators: Vec<Validator>,
    hooks: Hooks,
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

    /// For what needs another store, mailer or clock.
    pub fn builder(config: Config) -> AuthBuilder {
        AuthBuilder {
            config,
            store: None,
            mailer: None,
            clock: None,
            password_params: PasswordParams::default(),
            claims: Vec::new(),
            validators: Vec::new(),
            hooks: Hooks::default(),
        }
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

    /// The password hasher.
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

    /// Says from now on that no further requests should be sent here ([`Auth::readiness`]); those that
    /// come are answered all the same. The first step of stopping a server behind a load balancer.
    pub fn begin_to_stop(&self) {
        self.0.is_stopping.store(true, Ordering::Release);
    }

    /// Whether [`Auth::begin_to_stop`] was called.
    pub fn is_stopping(&self) -> bool {
        self.0.is_stopping.load(Ordering::Acquire)
    }

    /// Deletes expired sessions, reset tokens, signing keys and mails now, as the server does from time to time;
    /// how many rows went. Several servers may do so at once.
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
            .filter(|_| self.0.config.is_local() && self.app_info().is_local())
    }

    /// Sends the mails that are due, for at most ten seconds; then closes the database, so that a copy of
    /// its file has everything. What was not sent is sent after the next start. The last thing to do with
    /// a server.
    pub async fn close(&self) {
        let drained = tokio::time::timeout(MAIL_TIMEOUT, self.mail().drained()).await;
        if drained.is_err() {
            tracing::warn!(
                "some mails were not sent before the server stopped: the next start sends them"
            );
        }
        self.mail().stop().await;
        self.store().close().await;
    }
}

impl AuthBuilder {
    /// Uses this store.
    #[must_use]
    pub fn store(mut self, store: impl Store + 'static) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// Sends mail with this, whatever the settings say.
    #[must_use]
    pub fn mailer(mut self, mailer: impl Mailer) -> Self {
        self.mailer = Some(Arc::new(mailer));
        self
    }

    /// Goes by this clock instead of the one of the store.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Hashes passwords with other costs.
    #[must_use]
    pub fn password_params(mut self, params: PasswordParams) -> Self {
        self.password_params = params;
        self
    }

    /// Fetches this claim for every new session.
    #[must_use]
    pub fn claim(mut self, claim: impl ClaimSource + 'static) -> Self {
        self.claims.push(Arc::new(claim));
        self
    }

    /// Demands this of every session that an API asks for, unless the API says otherwise
    /// ([`VerifyOptions::claims`](crate::session::VerifyOptions)).
    #[must_use]
    pub fn claim_validator(mut self, validator: Validator) -> Self {
        self.validators.push(validator);
        self
    }

    /// Opens and starts what was not given, with these recipes.
    ///
    /// # Errors
    /// What could not be opened.
    pub(crate) async fn build_with(
        self,
        recipes: &'static [&'static dyn Recipe],
    ) -> Result<Auth, StartError> {
        let Self {
            mut config,
            store,
            mailer,
            clock,
            password_params,
            mut claims,
            mut validators,
            hooks,
        } = self;
        // Everything is checked before anything is opened.
        let wrong = |errors: Vec<SettingError>| {
            let lines: Vec<_> = errors.iter().map(ToString::to_string).collect();
            StartError(format!(
                "the session settings are wrong:\n  {}",
                lines.join("\n  ")
            ))
        };
        config
            .check()
            .map_err(|errors| StartError(errors.to_string()))?;
        judgement::warn(&config);
        let names = || CookieNames::of_app(&config.app_id);
        config.session.cookie_names.get_or_insert_with(names);
        // Files are named by the time; whose time it is does not matter.
        let naming = clock
            .clone()
            .unwrap_or_else(|| Arc::new(SystemClock::new()));
        let outbox = config
            .mail_outbox
            .as_deref()
            .map(|folder| Outbox::open(folder, &config.mail_from, naming).map(Arc::new))
            .transpose()
            .map_err(|error| StartError(format!("AUTH_MAIL_OUTBOX: {error}")))?;
        let (mailer, mail_warning) = match mailer {
            Some(mailer) => (mailer, MailWarning::default()),
            None => mailer::configured(&config, outbox.as_ref())?,
        };

        let store = match store {
            Some(store) => store,
            None => store::open(config.database_url.expose(), config.database_connections)
                .await
                .map_err(|error| StartError(error.to_string()))?,
        };
        refuse_other_app(store.as_ref(), &config.app_id).await?;
        let metrics = Metrics::with_store(store.metrics().clone());
        let clock = clock.unwrap_or_else(|| store.clock());
        let threads = config.password_threads;
        let waiting = threads.saturating_mul(WAITING_PER_THREAD);
        let passwords = Passwords::new(password_params, threads, waiting)
            .map_err(|error| StartError(error.to_string()))?
            .with_metrics(metrics.passwords.clone());
        for recipe in recipes {
            claims.extend(recipe.claims(&config, &store));
            validators.extend(recipe.validators(&config, &store));
        }
        let sessions = Sessions::new(
            &config.app_info,
            config.session.clone(),
            Arc::clone(&store),
            Arc::clone(&clock),
        )
        .map_err(wrong)?
        .with_claims(claims, validators)
        .with_hooks(hooks.transfer, hooks.on_create)
        .with_metrics(metrics.sessions.clone());
        sessions
            .keys()
            .encrypt_anew()
            .await
            .map_err(|error| StartError(error.to_string()))?;
        let limits = Limits::open(&config, Arc::clone(&store), Arc::clone(&clock))
            .await
            .map_err(|error| StartError(error.to_string()))?;
        let mail = Queue::new(
            Arc::clone(&store),
            Arc::clone(&clock),
            mailer,
            config.session.signing_key_encryption.clone(),
            metrics.mail.clone(),
        );
        let parts = Arc::new(Parts {
            config,
            store,
            sessions,
            passwords,
            limits,
            mail,
            mail_warning,
            outbox,
            clock,
            error_handlers: hooks.error_handlers,
            metrics,
            recipes,
            probe: Probe::default(),
            is_stopping: AtomicBool::new(false),
        });
        background::start(&parts);
        Ok(Auth(parts))
    }
}

/// Refuses a database of another app: users, sessions and keys of two apps must not mix.
async fn refuse_other_app(store: &dyn Store, app_id: &str) -> Result<(), StartError> {
    let owner = store
        .run(OwningApp {
            app_id: app_id.to_owned(),
        })
        .await;
    let owner = owner.map_err(|error| StartError(error.to_string()))?;
    if owner == app_id {
        return Ok(());
    }
    Err(StartError(format!(
        "the database belongs to the app `{owner}`, and this server is the app `{app_id}`: give each \
         app a database (DATABASE_URL) or a PostgreSQL schema (?options=-csearch_path%3Dname) of its \
         own, or correct the app id (AUTH_APP_ID)"
    )))
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
