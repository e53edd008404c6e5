//! Building a server: what is not given is made as the settings say.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use http::Extensions;
use tokio::sync::watch;

use super::hooks::Hooks;
use super::mailer::SenderWarnings;
use super::readiness::Probe;
use super::{Auth, Parts, Recipe, StartError, background, events, mailer, messages};
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, judgement};
use crate::crypto::password::{PasswordParams, Passwords};
use crate::delivery::{Mailer, NoMailer, NoSmsSender, Outbox, Queue, Senders, SmsSender};
use crate::events::EventQueues;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::session::{ClaimSource, CookieNames, Sessions, SettingError, Validator, Websites};
use crate::store::{self, OwningApp, Store};

/// How many passwords may wait for each that is being hashed.
const WAITING_PER_THREAD: usize = 64;

/// Builds an [`Auth`]; what is not given is made as the settings say.
pub struct AuthBuilder {
    config: Config,
    store: Option<Arc<dyn Store>>,
    mailer: Option<Arc<dyn Mailer>>,
    sms_sender: Option<Arc<dyn SmsSender>>,
    clock: Option<Arc<dyn Clock>>,
    password_params: PasswordParams,
    claims: Vec<Arc<dyn ClaimSource>>,
    validators: Vec<Validator>,
    metrics: Option<Metrics>,
    pub(super) hooks: Hooks,
    /// What an application gives to recipes, by its type.
    pub(crate) recipe_parts: Extensions,
}

impl AuthBuilder {
    /// For these settings; everything else as it is by default.
    pub(super) fn new(config: Config) -> Self {
        Self {
            config,
            store: None,
            mailer: None,
            sms_sender: None,
            clock: None,
            password_params: PasswordParams::default(),
            claims: Vec::new(),
            validators: Vec::new(),
            metrics: None,
            hooks: Hooks::default(),
            recipe_parts: Extensions::new(),
        }
    }

    /// Uses this store, in place of the one that the settings name. Several servers of one app share one:
    /// [`SharedStore`](crate::store::SharedStore).
    #[must_use]
    pub fn store(mut self, store: impl Store + 'static) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// Sends mail with this mailer in place of the one that the settings name.
    #[must_use]
    pub fn mailer(mut self, mailer: impl Mailer) -> Self {
        self.mailer = Some(Arc::new(mailer));
        self
    }

    /// Sends text messages with this, whatever the settings say.
    #[must_use]
    pub fn sms_sender(mut self, sender: impl SmsSender) -> Self {
        self.sms_sender = Some(Arc::new(sender));
        self
    }

    /// Takes the time from this clock instead of the store's.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Takes the place of another server: on its database, and counting on where it counts.
    pub(crate) fn in_place_of(mut self, auth: &Auth) -> Self {
        self.metrics = Some(auth.metrics().clone());
        self.store = Some(auth.shared_store());
        self
    }

    /// Hashes passwords with other costs. Without effect where no recipe has passwords.
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
            sms_sender,
            clock,
            password_params,
            mut claims,
            mut validators,
            metrics,
            hooks,
            mut recipe_parts,
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
        for recipe in recipes {
            recipe.check(&config).map_err(StartError)?;
        }
        for recipe in recipes {
            let opened = recipe.open(&config, &mut recipe_parts);
            opened.map_err(StartError)?;
        }
        let templates = messages::templates(recipes, &config)?;
        judgement::warn(&config);
        let names = || CookieNames::of_app(&config.app_id);
        config.session.cookie_names.get_or_insert_with(names);
        // The names of the files contain the time; any clock will do.
        let naming = clock
            .clone()
            .unwrap_or_else(|| Arc::new(SystemClock::new()));
        let outbox = config
            .mail_outbox
            .as_deref()
            .map(|folder| Outbox::open(folder, &config.mail_from, naming).map(Arc::new))
            .transpose()
            .map_err(|error| StartError(format!("AUTH_MAIL_OUTBOX: {error}")))?;
        let mailer = match mailer {
            Some(mailer) => Some(mailer),
            None => mailer::configured(&config, outbox.as_ref())?,
        };
        let sms = match sms_sender {
            Some(sender) => Some(sender),
            None => mailer::configured_sms(&config, outbox.as_ref())?,
        };
        let sender_warnings = SenderWarnings {
            mail: AtomicBool::new(mailer.is_none()),
            sms: AtomicBool::new(sms.is_none()),
        };
        let senders = Senders {
            mailer: mailer.unwrap_or_else(|| Arc::new(NoMailer)),
            sms: sms.unwrap_or_else(|| Arc::new(NoSmsSender)),
        };

        let store = match store {
            Some(store) => store,
            None => store::open(config.database_url.expose(), config.database_connections)
                .await
                .map_err(|error| StartError(error.to_string()))?,
        };
        refuse_other_app(store.as_ref(), &config.app_id).await?;
        let metrics = metrics.unwrap_or_else(|| Metrics::with_store(store.metrics().clone()));
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
        let mut queues = EventQueues::default();
        let listeners = hooks.on_event.into_iter();
        let listeners = listeners.map(|handler| (handler, queues.add())).collect();
        let sessions = Sessions::new(
            &config.app_info,
            config.session.clone(),
            Arc::clone(&store),
            Arc::clone(&clock),
        )
        .map_err(wrong)?
        .with_claims(claims, validators)
        .with_hooks(hooks.transfer, hooks.on_create)
        .with_events(queues.clone())
        .with_metrics(metrics.sessions.clone());
        sessions
            .keys()
            .encrypt_anew()
            .await
            .map_err(|error| StartError(error.to_string()))?;
        let limits = Limits::open(
            config.limits.clone(),
            config.session.signing_key_encryption.clone(),
            Arc::clone(&store),
            Arc::clone(&clock),
            metrics.sms.clone(),
        )
        .await
        .map_err(|error| StartError(error.to_string()))?;
        let websites = Websites::new(&config.app_info, &config.session.websites, hooks.website);
        let mail = Queue::new(
            &config.app_info,
            Arc::clone(&store),
            Arc::clone(&clock),
            senders,
            config.session.signing_key_encryption.clone(),
            &metrics,
        );
        let mut all = recipes.iter();
        let linker = all.find_map(|recipe| recipe.linker(&config));
        let parts = Arc::new(Parts {
            config,
            store,
            sessions,
            websites,
            passwords,
            limits,
            mail,
            templates,
            sender_warnings,
            outbox,
            clock,
            events: queues,
            error_handlers: hooks.error_handlers,
            metrics,
            recipes,
            linker,
            recipe_parts,
            probe: Probe::default(),
            is_stopping: AtomicBool::new(false),
            retired: watch::Sender::new(false),
        });
        let auth = Auth(Arc::clone(&parts));
        for recipe in recipes {
            recipe.start(&auth).await.map_err(StartError)?;
        }
        background::start(&parts);
        events::start(listeners, &parts);
        Ok(auth)
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
