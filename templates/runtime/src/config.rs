//! The settings of a server, read from the environment and the settings file when it starts.
//!
//! Rules: everything is checked before anything is opened, and all that is wrong is said at once; a value
//! that may hold a password is never printed. An empty variable counts as one that is not set.
//!
//! All variables, their defaults and meanings stand in one table: [`variables::all`].

mod check;
mod env;
mod file;
pub mod judgement;
mod names;
mod reading;
mod recipes;
mod secret;
mod sms;
mod sources;
#[cfg(test)]
mod tests;
pub mod variables;

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use http::HeaderName;

use self::env::Env;
use self::names::Names;
pub use self::recipes::RecipeSettings;
pub use self::secret::Secret;
pub use self::sms::SmsSettings;
pub use self::sources::Source;
pub(crate) use self::sources::Sources;
use crate::app_info::{AppInfo, AppInfoDefaults, AppInfoInput, is_loopback};
use crate::delivery::Language;
use crate::limits::LimitSettings;
use crate::network::TrustedProxies;
use crate::session::{SessionConfig, Website};
use crate::store::DEFAULT_APP_ID;

const DEFAULT_PORT: u16 = 3001;
const DEFAULT_DATABASE: &str = "sqlite://auth.db";
const DEFAULT_CONNECTIONS: usize = 10;
const DEFAULT_SENDER: &str = "no-reply@localhost";
const DEFAULT_BODY_LIMIT: usize = 102_400;
const DEFAULT_BODY_TIMEOUT: Duration = Duration::from_secs(15);
const DEFAULT_CLEANUP: Duration = Duration::from_secs(3600);
/// Each takes 19 MiB.
const MAX_PASSWORD_THREADS: usize = 256;

/// The settings of one server.
#[derive(Debug, Clone)]
pub struct Config {
    /// Who the application is and where it lives.
    pub app_info: AppInfo,
    /// Names the app among those that share a process, a host or a database server: letters, digits,
    /// `-` and `_`. A database belongs to the app that opened it first.
    pub app_id: String,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where operators are answered, `/metrics` included.
    pub admin_listen: Option<SocketAddr>,
    /// The proxies that may name the client of a request.
    pub trusted_proxies: TrustedProxies,
    /// How many connections there may be at once; `None` leaves it to
    /// [`ConnectionLimits`](crate::ConnectionLimits).
    pub max_connections: Option<usize>,
    /// How many of them one peer may have.
    pub max_connections_per_peer: Option<usize>,
    /// How often things may be tried or triggered from outside.
    pub limits: LimitSettings,
    /// How long to serve on after a stop signal, until load balancers have noticed.
    pub shutdown_delay: Duration,
    /// How often what has expired is deleted.
    pub cleanup_interval: Duration,
    /// The database.
    pub database_url: Secret,
    /// How many connections to PostgreSQL at most.
    pub database_connections: usize,
    /// The mail server.
    pub smtp_url: Option<Secret>,
    /// Who mails come from.
    pub mail_from: String,
    /// The folder of the development outbox.
    pub mail_outbox: Option<PathBuf>,
    /// The folder with texts of messages that replace those of the program: `<kind>.<language>.txt`, `layout.html`.
    pub message_templates: Option<PathBuf>,
    /// The language of messages to people whose clients prefer none that there are texts in.
    pub message_language: Language,
    /// The service that sends text messages.
    pub sms: Option<SmsSettings>,
    /// How many passwords are hashed at once.
    pub password_threads: usize,
    /// Headers that pages of other origins may send to the auth APIs beside those of the protocol, such as
    /// `traceparent` or the one of a captcha (CORS, `Access-Control-Allow-Headers`).
    pub allowed_headers: Vec<HeaderName>,
    /// How many bytes a request body may have.
    pub body_limit: usize,
    /// How long a request body may take to arrive.
    pub body_timeout: Duration,
    /// Everything about sessions.
    pub session: SessionConfig,
    /// What recipes can be set to.
    pub recipes: RecipeSettings,
    /// Variables that were set, look like settings (`AUTH_…`), and are none; the log lists them once.
    pub unknown_variables: Vec<String>,
}

/// Everything that is wrong with the settings, one line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors(pub Vec<String>);

impl Config {
    /// Defaults for everything but appInfo.
    pub fn new(app_info: AppInfo) -> Self {
        let port = app_info.loopback_port().unwrap_or(DEFAULT_PORT);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            app_info,
            app_id: DEFAULT_APP_ID.to_owned(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            admin_listen: None,
            trusted_proxies: TrustedProxies::default(),
            max_connections: None,
            max_connections_per_peer: None,
            limits: LimitSettings::default(),
            shutdown_delay: Duration::ZERO,
            cleanup_interval: DEFAULT_CLEANUP,
            database_url: Secret::new(DEFAULT_DATABASE),
            database_connections: DEFAULT_CONNECTIONS,
            smtp_url: None,
            mail_from: DEFAULT_SENDER.to_owned(),
            mail_outbox: None,
            message_templates: None,
            message_language: Language::default(),
            sms: None,
            password_threads: cores.saturating_sub(1).max(1),
            body_limit: DEFAULT_BODY_LIMIT,
            body_timeout: DEFAULT_BODY_TIMEOUT,
            allowed_headers: Vec::new(),
            session: SessionConfig::default(),
            recipes: RecipeSettings::default(),
            unknown_variables: Vec::new(),
        }
    }

    /// The same for an appInfo that is made in code. Every field can be changed afterwards;
    /// [`Auth::open`](crate::Auth::open) checks them all.
    ///
    /// ```
    /// use auth_runtime::Config;
    /// use auth_runtime::app_info::AppInfoInput;
    ///
    /// let mut config = Config::for_app(&AppInfoInput {
    ///     app_name: Some("Shop".to_owned()),
    ///     api_domain: Some("https://api.example.com".to_owned()),
    ///     website_domain: Some("https://example.com".to_owned()),
    ///     ..AppInfoInput::default()
    /// })?;
    /// config.session.access_token_validity_ms = 15 * 60 * 1000;
    /// config.session.cookie_domain = Some(".example.com".to_owned());
    /// config.check()?;
    /// # Ok::<(), auth_runtime::config::ConfigErrors>(())
    /// ```
    ///
    /// # Errors
    /// All that is wrong with appInfo.
    pub fn for_app(app_info: &AppInfoInput) -> Result<Self, ConfigErrors> {
        AppInfo::normalise(app_info)
            .map(Self::new)
            .map_err(|errors| ConfigErrors(errors.iter().map(ToString::to_string).collect()))
    }

    /// Reads the variables of the process and the settings file: the one that `AUTH_SETTINGS_FILE` names, or
    /// `auth.toml` in the working directory where there is one. A variable takes precedence over the file. A name that is
    /// nearly that of a setting is an error.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn from_env(defaults: &AppInfoDefaults) -> Result<Self, ConfigErrors> {
        Self::from_sources(defaults, &Sources::of_process(&defaults.variables()))
    }

    /// The settings that were found in the environment and files of the process.
    pub(crate) fn from_sources(
        defaults: &AppInfoDefaults,
        sources: &Sources,
    ) -> Result<Self, ConfigErrors> {
        let value = |name: &str| sources.get(name).map(|found| found.text.clone());
        let config = Self::read_named(defaults, &value, &|name| sources.label(name));
        let set = std::env::vars_os().filter(|(_, value)| !value.is_empty());
        let set = set.filter_map(|(name, _)| name.into_string().ok());
        let config = Self::with_names(config, names::examine(set, &defaults.variables()));
        if sources.errors.is_empty() {
            return config;
        }
        let others = config.err().map(|ConfigErrors(errors)| errors);
        Err(ConfigErrors(
            [sources.errors.clone(), others.unwrap_or_default()].concat(),
        ))
    }

    /// Adds what is wrong with the names of the variables to what is wrong with their values.
    fn with_names(config: Result<Self, ConfigErrors>, names: Names) -> Result<Self, ConfigErrors> {
        let misspelt = names.misspelt.into_iter();
        let misspelt = misspelt
            .map(|(name, meant)| format!("{name}: is not a setting; did you mean {meant}?"))
            .collect::<Vec<_>>();
        match config {
            Ok(config) if misspelt.is_empty() => Ok(Self {
                unknown_variables: names.unknown,
                ..config
            }),
            Ok(_) => Err(ConfigErrors(misspelt)),
            Err(ConfigErrors(errors)) => Err(ConfigErrors([misspelt, errors].concat())),
        }
    }

    /// Reads variables from anywhere.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn read(
        defaults: &AppInfoDefaults,
        variables: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigErrors> {
        Self::read_named(defaults, &variables, &str::to_owned)
    }

    /// The same, with `label` for what messages call a setting.
    fn read_named(
        defaults: &AppInfoDefaults,
        variables: &dyn Fn(&str) -> Option<String>,
        label: &dyn Fn(&str) -> String,
    ) -> Result<Self, ConfigErrors> {
        let (app_info, errors) = match AppInfo::resolve(defaults, variables) {
            Ok(app_info) => (Some(app_info), Vec::new()),
            Err(errors) => (None, errors.iter().map(ToString::to_string).collect()),
        };
        let mut env = Env {
            variables,
            label,
            errors,
        };
        let session = reading::session(&mut env);
        let recipes = RecipeSettings::read(&mut env);
        let config = app_info.map(|app_info| Self {
            session,
            recipes,
            ..Self::new(app_info)
        });
        let config = reading::read_rest(&mut env, config);
        if let Some(config) = &config {
            env.check_session(config);
            let refusals = judgement::refusals(config, |setting| label(setting.variable));
            env.errors.extend(refusals);
        }
        match config {
            Some(config) if env.errors.is_empty() => Ok(config),
            _ => Err(ConfigErrors(env.errors)),
        }
    }

    /// Whether the server, the API and all websites are the machine that it runs on: a developer's.
    pub fn is_for_development(&self) -> bool {
        let is_local = |website: &Website| is_loopback(website.as_str());
        self.is_local() && self.app_info.is_local() && self.session.websites.iter().all(is_local)
    }

    /// Whether only this machine can reach the server.
    pub fn is_local(&self) -> bool {
        self.listen.ip().is_loopback()
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings are wrong:")?;
        self.0.iter().try_for_each(|error| write!(f, "\n  {error}"))
    }
}

impl std::error::Error for ConfigErrors {}
