//! The settings of a server, read from the environment when it starts.
//!
//! Rules: everything is checked before anything is opened, and all that is wrong is said at once; a value
//! that may hold a password is never printed. An empty variable counts as one that is not set.
//!
//! All variables, their defaults and meanings stand in one table: [`variables::all`].

mod check;
pub mod judgement;
mod names;
mod recipes;
#[cfg(test)]
mod tests;
pub mod variables;

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use http::HeaderName;

use self::names::Names;
pub use self::recipes::RecipeSettings;
use crate::app_info::{AppInfo, AppInfoDefaults, AppInfoInput};
use crate::delivery::{check_sender, check_smtp_url};
use crate::limits::LimitSettings;
use crate::network::TrustedProxies;
use crate::session::SessionConfig;
use crate::store::{DEFAULT_APP_ID, check_url};

const DEFAULT_PORT: u16 = 3001;
const DEFAULT_DATABASE: &str = "sqlite://auth.db";
const DEFAULT_CONNECTIONS: usize = 10;
const DEFAULT_SENDER: &str = "no-reply@localhost";
const DEFAULT_BODY_LIMIT: usize = 102_400;
const DEFAULT_BODY_TIMEOUT: Duration = Duration::from_secs(15);
const DEFAULT_CLEANUP: Duration = Duration::from_secs(3600);
/// As long as Kubernetes and most load balancers take to notice.
const DEFAULT_NOTICE: Duration = Duration::from_secs(5);
/// Each takes 19 MiB.
const MAX_PASSWORD_THREADS: usize = 256;

/// The variables behind settings of sessions whose value alone does not tell whether they can work.
const SESSION_VARIABLES: [(&str, &str); 4] = [
    ("cookie_domain", "AUTH_COOKIE_DOMAIN"),
    ("older_cookie_domain", "AUTH_OLDER_COOKIE_DOMAIN"),
    ("access_token_validity_ms", "AUTH_ACCESS_TOKEN_SECONDS"),
    ("refresh_token_validity_ms", "AUTH_REFRESH_TOKEN_MINUTES"),
];

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
    /// How long to serve on when told to stop, until load balancers have noticed.
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

/// A text that must not be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

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

    /// Reads the variables of the process. A name that is nearly that of a setting is an error.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn from_env(defaults: &AppInfoDefaults) -> Result<Self, ConfigErrors> {
        // A value that is not Unicode is refused where it is read, and not taken for one that is not set.
        let lossy = |value: std::ffi::OsString| value.to_string_lossy().into_owned();
        let config = Self::read(defaults, |name| std::env::var_os(name).map(lossy));
        let set = std::env::vars_os().filter(|(_, value)| !value.is_empty());
        let set = set.filter_map(|(name, _)| name.into_string().ok());
        Self::with_names(config, names::examine(set, &defaults.variables()))
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
        let (app_info, errors) = match AppInfo::resolve(defaults, &variables) {
            Ok(app_info) => (Some(app_info), Vec::new()),
            Err(errors) => (None, errors.iter().map(ToString::to_string).collect()),
        };
        let mut env = Env {
            variables: &variables,
            errors,
        };
        let session = session(&mut env);
        let recipes = RecipeSettings::read(&mut env);
        let config = app_info.map(|app_info| Self {
            session,
            recipes,
            ..Self::new(app_info)
        });
        let config = read_rest(&mut env, config);
        if let Some(config) = &config {
            env.check_session(config);
            let refusals = judgement::refusals(config, |setting| setting.variable);
            env.errors.extend(refusals);
        }
        match config {
            Some(config) if env.errors.is_empty() => Ok(config),
            _ => Err(ConfigErrors(env.errors)),
        }
    }

    /// Whether only this machine can reach the server.
    pub fn is_local(&self) -> bool {
        self.listen.ip().is_loopback()
    }
}

/// Everything but appInfo and sessions; what is wrong is found even where appInfo is wrong too.
fn read_rest(env: &mut Env<'_>, config: Option<Config>) -> Option<Config> {
    let app_id = env.text("AUTH_APP_ID");
    if let Some(message) = app_id.as_deref().and_then(check::app_id) {
        env.wrong("AUTH_APP_ID", message);
    }
    let listen = env.parsed(
        "AUTH_LISTEN_ADDR",
        "must be an address such as 127.0.0.1:3001",
    );
    let admin = env.parsed(
        "AUTH_ADMIN_LISTEN_ADDR",
        "must be an address such as 127.0.0.1:9464",
    );
    let trusted_proxies = env.explained("AUTH_TRUSTED_PROXIES");
    let max_connections = env.positive("AUTH_MAX_CONNECTIONS");
    let max_connections_per_peer = env.positive("AUTH_MAX_CONNECTIONS_PER_PEER");
    let limits = limits(env);
    let notice: Option<u16> = env.parsed(
        "AUTH_SHUTDOWN_DELAY_SECONDS",
        "must be a number of seconds, 0 or more",
    );
    let cleanup: Option<u32> = env.positive("AUTH_CLEANUP_MINUTES");
    let database = env
        .text("DATABASE_URL")
        .unwrap_or_else(|| DEFAULT_DATABASE.to_owned());
    if let Err(message) = check_url(&database) {
        env.wrong("DATABASE_URL", &message);
    }
    let connections = env.positive("AUTH_DATABASE_CONNECTIONS");
    let sender = env.text("AUTH_MAIL_FROM");
    if let Some(Err(error)) = sender.as_deref().map(check_sender) {
        env.wrong("AUTH_MAIL_FROM", &error.message);
    }
    let smtp = env.text("AUTH_SMTP_URL");
    if let Some(url) = &smtp {
        if sender.is_none() {
            env.wrong("AUTH_MAIL_FROM", "must be set where AUTH_SMTP_URL is");
        }
        if let Err(error) = check_smtp_url(url) {
            env.wrong("AUTH_SMTP_URL", &error.message);
        }
    }
    let outbox = env.text("AUTH_MAIL_OUTBOX");
    let threads = env.positive("AUTH_PASSWORD_THREADS");
    if threads.is_some_and(|threads| threads > MAX_PASSWORD_THREADS) {
        env.wrong("AUTH_PASSWORD_THREADS", "must be 256 at most");
    }
    let body_limit = env.positive("AUTH_BODY_LIMIT");
    let allowed_headers = allowed_headers(env);

    let mut config = config?;
    config.app_id = app_id.unwrap_or(config.app_id);
    config.listen = listen.unwrap_or(config.listen);
    config.admin_listen = admin;
    config.trusted_proxies = trusted_proxies.unwrap_or_default();
    config.max_connections = max_connections;
    config.max_connections_per_peer = max_connections_per_peer;
    config.limits = limits;
    config.shutdown_delay = match notice {
        Some(seconds) => Duration::from_secs(seconds.into()),
        None if config.is_local() => Duration::ZERO,
        None => DEFAULT_NOTICE,
    };
    let interval = cleanup.map(|minutes| Duration::from_secs(u64::from(minutes) * 60));
    config.cleanup_interval = interval.unwrap_or(config.cleanup_interval);
    config.allowed_headers = allowed_headers;
    config.database_url = Secret(database);
    config.database_connections = connections.unwrap_or(config.database_connections);
    config.mail_from = sender.unwrap_or(config.mail_from);
    config.smtp_url = smtp.map(Secret);
    config.mail_outbox = outbox.map(PathBuf::from);
    config.password_threads = threads.unwrap_or(config.password_threads);
    config.body_limit = body_limit.unwrap_or(config.body_limit);
    Some(config)
}

/// The names of `AUTH_ALLOWED_HEADERS`.
fn allowed_headers(env: &mut Env<'_>) -> Vec<HeaderName> {
    let name = "AUTH_ALLOWED_HEADERS";
    let text = env.text(name).unwrap_or_default();
    let mut headers = Vec::new();
    for header in text.split(',').filter(|_| !text.is_empty()) {
        match header.trim().parse() {
            Ok(header) if header != "*" => headers.push(header),
            _ => env.wrong(name, check::NO_HEADER),
        }
    }
    headers
}

/// `AUTH_LIMITS=off` switches all off; one that is set all the same counts.
fn limits(env: &mut Env<'_>) -> LimitSettings {
    let mut limits = match env.text("AUTH_LIMITS").as_deref() {
        None | Some("on") => LimitSettings::default(),
        Some("off") => LimitSettings::off(),
        Some(_) => {
            env.wrong("AUTH_LIMITS", "must be on or off");
            LimitSettings::default()
        }
    };
    for (name, rates) in limits.variables() {
        if let Some(set) = env.explained(name) {
            *rates = set;
        }
    }
    limits
}

fn session(env: &mut Env<'_>) -> SessionConfig {
    let default = SessionConfig::default();
    let seconds: Option<u32> = env.positive("AUTH_ACCESS_TOKEN_SECONDS");
    let minutes: Option<u32> = env.positive("AUTH_REFRESH_TOKEN_MINUTES");
    SessionConfig {
        cookie_domain: env.text("AUTH_COOKIE_DOMAIN"),
        older_cookie_domain: env.text("AUTH_OLDER_COOKIE_DOMAIN").map(|domain| {
            if domain == "host-only" {
                String::new()
            } else {
                domain
            }
        }),
        cookie_same_site: env.explained("AUTH_COOKIE_SAME_SITE"),
        cookie_secure: env.parsed("AUTH_COOKIE_SECURE", "must be true or false"),
        anti_csrf: env.explained("AUTH_ANTI_CSRF"),
        allowed_origins: env.list("AUTH_ALLOWED_ORIGINS"),
        audience: env.text("AUTH_TOKEN_AUDIENCE"),
        access_token_validity_ms: seconds.map_or(default.access_token_validity_ms, |seconds| {
            i64::from(seconds) * 1000
        }),
        refresh_token_validity_ms: minutes.map_or(default.refresh_token_validity_ms, |minutes| {
            i64::from(minutes) * 60_000
        }),
        signing_algorithm: env
            .explained("AUTH_SIGNING_ALGORITHM")
            .unwrap_or(default.signing_algorithm),
        signing_key_encryption: env
            .explained("AUTH_ENCRYPTION_SECRET")
            .unwrap_or(default.signing_key_encryption),
        ..default
    }
}

/// The variables, and what is wrong with them so far.
struct Env<'a> {
    variables: &'a dyn Fn(&str) -> Option<String>,
    errors: Vec<String>,
}

impl Env<'_> {
    fn wrong(&mut self, name: &str, message: &str) {
        self.errors.push(format!("{name}: {message}"));
    }

    fn text(&mut self, name: &str) -> Option<String> {
        debug_assert!(
            variables::all().any(|known| known.name == name),
            "{name} is missing in config/variables.rs"
        );
        let text = (self.variables)(name)?.trim().to_owned();
        if text.contains(char::REPLACEMENT_CHARACTER) {
            self.wrong(name, "must be Unicode");
            return None;
        }
        (!text.is_empty()).then_some(text)
    }

    /// What can only be told of all settings of sessions together.
    fn check_session(&mut self, config: &Config) {
        for error in config
            .session
            .check(&config.app_info)
            .err()
            .unwrap_or_default()
        {
            let variable = SESSION_VARIABLES
                .iter()
                .find(|(setting, _)| *setting == error.setting);
            self.wrong(
                variable.map_or(error.setting, |(_, name)| name),
                &error.message,
            );
        }
    }

    /// A value of a type whose errors say nothing to an operator.
    fn parsed<T: FromStr>(&mut self, name: &str, message: &str) -> Option<T> {
        let value = self.text(name)?.parse().ok();
        if value.is_none() {
            self.wrong(name, message);
        }
        value
    }

    /// A value of a type whose errors say what to write.
    fn explained<T: FromStr<Err = String>>(&mut self, name: &str) -> Option<T> {
        match self.text(name)?.parse() {
            Ok(value) => Some(value),
            Err(message) => {
                self.wrong(name, &message);
                None
            }
        }
    }

    /// Values with commas between them, whose errors say what to write.
    fn list<T: FromStr<Err = String>>(&mut self, name: &str) -> Vec<T> {
        let text = self.text(name).unwrap_or_default();
        let values = text.split(',').map(str::trim);
        let mut list = Vec::new();
        for value in values.filter(|_| !text.is_empty()) {
            match value.parse::<T>() {
                Ok(value) => list.push(value),
                Err(message) => self.wrong(name, &message),
            }
        }
        list
    }

    fn positive<T: FromStr + Default + PartialEq>(&mut self, name: &str) -> Option<T> {
        let message = "must be a number greater than zero";
        let value: T = self.parsed(name, message)?;
        if value == T::default() {
            self.wrong(name, message);
            return None;
        }
        Some(value)
    }
}

impl Secret {
    /// Hides a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings are wrong:")?;
        self.0.iter().try_for_each(|error| write!(f, "\n  {error}"))
    }
}

impl std::error::Error for ConfigErrors {}
