//! One auth server: its settings and the parts that do the work.
//!
//! Rule: no globals. Everything a request needs hangs on an [`Auth`], so several servers can live in one
//! process, and a test can give one its own clock, store and mailer.

use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Duration;

use crate::app_info::AppInfo;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::crypto::password::{PasswordParams, Passwords};
use crate::delivery::{Both, Mailer, NoMailer, Outbox, Queue, Smtp};
use crate::session::{SessionConfig, Sessions, SettingError};
use crate::store::{SqliteStore, Store};

/// How many passwords may wait for each that is being hashed.
const WAITING_PER_THREAD: usize = 64;

/// How long shutting down waits for mails.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often expired sessions, tokens and keys are deleted.
const HOUSEKEEPING: Duration = Duration::from_secs(3600);

/// An auth server. Clones share it.
#[derive(Clone)]
pub struct Auth(Arc<Parts>);

struct Parts {
    config: Config,
    store: Arc<dyn Store>,
    sessions: Sessions,
    passwords: Passwords,
    mail: Queue,
    outbox: Option<Arc<Outbox>>,
    clock: Arc<dyn Clock>,
}

/// Puts an [`Auth`] together; what is not given is made after the settings.
pub struct AuthBuilder {
    config: Config,
    store: Option<Arc<dyn Store>>,
    mailer: Option<Arc<dyn Mailer>>,
    clock: Arc<dyn Clock>,
    password_params: PasswordParams,
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
            clock: Arc::new(SystemClock),
            password_params: PasswordParams::default(),
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

    /// The session engine.
    pub fn sessions(&self) -> &Sessions {
        &self.0.sessions
    }

    /// The password hasher.
    pub fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    /// The mail queue.
    pub fn mail(&self) -> &Queue {
        &self.0.mail
    }

    /// The time.
    pub fn clock(&self) -> &dyn Clock {
        self.0.clock.as_ref()
    }

    /// The development outbox, where its page may be shown.
    pub fn dev_outbox(&self) -> Option<&Outbox> {
        self.0
            .outbox
            .as_deref()
            .filter(|_| self.0.config.is_local())
    }

    /// Waits for the mails that are still to go out, but not forever.
    pub async fn close(&self) {
        if tokio::time::timeout(PATIENCE, self.mail().drained())
            .await
            .is_err()
        {
            tracing::error!("some mails were not delivered before the server stopped");
        }
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

    /// Goes by this clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Hashes passwords with other costs.
    #[must_use]
    pub fn password_params(mut self, params: PasswordParams) -> Self {
        self.password_params = params;
        self
    }

    /// Opens and starts what was not given.
    ///
    /// # Errors
    /// What could not be opened.
    pub async fn build(self) -> Result<Auth, StartError> {
        let Self {
            config,
            store,
            mailer,
            clock,
            password_params,
        } = self;
        // Everything is checked before anything is opened.
        let wrong = |errors: Vec<SettingError>| {
            let lines: Vec<_> = errors.iter().map(ToString::to_string).collect();
            StartError(format!(
                "the session settings are wrong:\n  {}",
                lines.join("\n  ")
            ))
        };
        config.session.check(&config.app_info).map_err(wrong)?;
        let outbox = config
            .mail_outbox
            .as_deref()
            .map(|folder| Outbox::open(folder, &config.mail_from, Arc::clone(&clock)).map(Arc::new))
            .transpose()
            .map_err(|error| StartError(format!("AUTH_MAIL_OUTBOX: {error}")))?;
        let mailer = match mailer {
            Some(mailer) => mailer,
            None => configured_mailer(&config, outbox.as_ref())?,
        };

        // Opening a database and the first password hash take a while: they are done on threads that
        // may block.
        let (url, threads) = (config.database_url.clone(), config.password_threads);
        let opened = tokio::task::spawn_blocking(move || {
            let store = match store {
                Some(store) => store,
                None => Arc::new(SqliteStore::open(url.expose())?),
            };
            let waiting = threads.saturating_mul(WAITING_PER_THREAD);
            Ok::<_, crate::error::Error>((
                store,
                Passwords::new(password_params, threads, waiting)?,
            ))
        });
        let (store, passwords) = opened
            .await
            .map_err(|_| StartError("opening the database panicked".to_owned()))?
            .map_err(|error| StartError(error.to_string()))?;
        let sessions = Sessions::new(
            &config.app_info,
            config.session.clone(),
            Arc::clone(&store),
            Arc::clone(&clock),
        )
        .map_err(wrong)?;
        if sessions.cookies_cannot_work() {
            tracing::warn!(
                "API and website are different sites without https: sessions work by headers only"
            );
        }
        let mail = Queue::start(&mailer);
        let parts = Arc::new(Parts {
            config,
            store,
            sessions,
            passwords,
            mail,
            outbox,
            clock,
        });
        tokio::spawn(keep_house(Arc::downgrade(&parts)));
        Ok(Auth(parts))
    }
}

/// Deletes what has expired, once an hour, for as long as somebody holds the [`Auth`].
async fn keep_house(parts: Weak<Parts>) {
    let mut hours = tokio::time::interval(HOUSEKEEPING);
    loop {
        hours.tick().await;
        let Some(parts) = parts.upgrade() else { return };
        match parts.sessions.purge_expired().await {
            Ok(deleted) => tracing::debug!(deleted, "deleted what had expired"),
            Err(error) => tracing::error!(?error, "what had expired could not be deleted"),
        }
    }
}

/// SMTP, the outbox, both, or a mailer that complains.
fn configured_mailer(
    config: &Config,
    outbox: Option<&Arc<Outbox>>,
) -> Result<Arc<dyn Mailer>, StartError> {
    let smtp = config
        .smtp_url
        .as_ref()
        .map(|url| Smtp::new(url.expose(), &config.mail_from))
        .transpose()
        .map_err(|error| StartError(format!("AUTH_SMTP_URL: {error}")))?;
    Ok(match (smtp, outbox) {
        (Some(smtp), Some(outbox)) => Arc::new(Both(Arc::<Outbox>::clone(outbox), Arc::new(smtp))),
        (Some(smtp), None) => Arc::new(smtp),
        (None, Some(outbox)) => Arc::<Outbox>::clone(outbox),
        (None, None) => {
            tracing::warn!(
                "no mail will go out: neither AUTH_SMTP_URL nor AUTH_MAIL_OUTBOX is set"
            );
            Arc::new(NoMailer)
        }
    })
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
