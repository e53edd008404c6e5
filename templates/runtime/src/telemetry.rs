//! The log of a process, and its traces.
//!
//! For programs that have neither: [`start`] does what the environment says. An application that has a
//! subscriber of its own does not call it; all that the server logs goes through `tracing`.
//!
//! Rules: a wrong setting is reported in a log that works; no line and no span holds a token, a password, an
//! address or the query of a request; and traces are sent only where a collector is named, in the standard
//! variables (<https://opentelemetry.io/docs/specs/otel/protocol/exporter/>).
//!
//! The second rule does not depend on `RUST_LOG`. Our own lines follow it; other crates get values of ours and
//! may log them, so only lines of those in `DEPENDENCIES` reach the log at all (OWASP Logging Cheat Sheet,
//! "Data to exclude").

#[cfg(feature = "otel")]
mod traces;
#[cfg(not(feature = "otel"))]
#[path = "telemetry/no_traces.rs"]
mod traces;

use std::fmt;
use std::io::IsTerminal;
use std::str::FromStr;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::{FilterExt, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use self::traces::{Collector, Traces};
pub(crate) use self::traces::{continue_trace, name_span};
use crate::config::Sources;

/// The crates whose lines may be logged, up to which level. Their messages were read: none holds a value of
/// ours. Not here on purpose: `tokio_postgres`, which logs statements with their values at `debug` and what
/// PostgreSQL says at `info`.
const DEPENDENCIES: [(&str, LevelFilter); 2] = [
    // Why traces are not sent. The name is a prefix: it covers `opentelemetry-otlp` and `opentelemetry_sdk`.
    ("opentelemetry", LevelFilter::WARN),
    // What a peer does wrong in a handshake. From `debug` on it writes certificates and messages down.
    ("rustls", LevelFilter::WARN),
];

/// Where the log goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// The log is the output of the program.
    Stdout,
    /// The program has another output.
    Stderr,
}

/// What lines look like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON object for each line.
    Json,
}

/// The log and the traces of this process.
#[derive(Debug)]
pub struct Telemetry {
    traces: Option<Traces>,
}

/// What is wrong with the settings of the log or of the traces.
#[derive(Debug)]
pub struct TelemetryError(String);

struct Settings {
    filter: EnvFilter,
    format: Format,
    collector: Option<Collector>,
}

/// Starts the log and the traces as `RUST_LOG`, `AUTH_LOG_FORMAT` (or their keys in the settings file) and the `OTEL_`
/// variables say, on the tokio runtime that it is called on. `level` is what is logged where `RUST_LOG` is not set;
/// `crates` are the crates of the program, by the names that stand in their targets. What they and the server log is
/// filtered by `RUST_LOG` alone; of other crates the log has a few warnings and nothing else, since their lines may
/// hold values of ours.
///
/// ```
/// # async fn run() -> Result<(), auth_runtime::telemetry::TelemetryError> {
/// use auth_runtime::telemetry::{self, Output};
///
/// let telemetry = telemetry::start(Output::Stdout, "info", &[env!("CARGO_CRATE_NAME")])?;
/// // … serve …
/// telemetry.flush().await;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// What is wrong with a variable, or that the process has a subscriber already. The log then still works, with
/// the defaults.
pub fn start(output: Output, level: &str, crates: &[&str]) -> Result<Telemetry, TelemetryError> {
    let (settings, wrong) = match Settings::from_env(level) {
        Ok(settings) => (settings, None),
        Err(error) => (Settings::default_of(level), Some(error)),
    };
    let (traces, broken) = match settings.collector.as_ref().map(Traces::start).transpose() {
        Ok(traces) => (traces, None),
        Err(error) => (None, Some(error)),
    };
    let filter = settings.filter.and(loggable(crates));
    let log = log(output, settings.format).with_filter(filter);
    let started = tracing_subscriber::registry()
        .with(log)
        .with(traces.as_ref().map(Traces::layer))
        .try_init()
        .map_err(|error| TelemetryError(error.to_string()));
    match wrong.or(broken) {
        Some(error) => Err(error),
        None => started.map(|()| Telemetry { traces }),
    }
}

/// The targets that may be logged, given the crates of the program.
fn loggable(crates: &[&str]) -> Targets {
    let own = crates.iter().map(|name| (*name, LevelFilter::TRACE));
    Targets::new()
        .with_targets(DEPENDENCIES)
        .with_targets(own)
        .with_target("auth_runtime", LevelFilter::TRACE)
        // Spans that only a trace shows would hide the request, whose id belongs on every line.
        .with_target("auth_runtime::trace", LevelFilter::OFF)
}

impl Telemetry {
    /// Sends what has not been sent yet, for a few seconds at most. The last call of a program.
    pub async fn flush(self) {
        if let Some(traces) = self.traces {
            traces.flush().await;
        }
    }
}

impl Settings {
    fn from_env(level: &str) -> Result<Self, TelemetryError> {
        // What is wrong with the settings file is said by those who read all settings.
        let sources = Sources::of_process(&[]);
        let setting = |name| {
            let of_file = sources.get(name).map(|found| found.text.trim().to_owned());
            variable(name).map(|text| text.or(of_file))
        };
        let wrong = |name, error: &dyn fmt::Display| {
            TelemetryError(format!("{}: {error}", sources.label(name)))
        };
        let filter = match setting("RUST_LOG")? {
            Some(text) => EnvFilter::try_new(text).map_err(|error| wrong("RUST_LOG", &error))?,
            None => EnvFilter::new(level),
        };
        let format = match setting("AUTH_LOG_FORMAT")? {
            Some(text) => text
                .parse()
                .map_err(|error| wrong("AUTH_LOG_FORMAT", &error))?,
            None => Format::default(),
        };
        Ok(Self {
            filter,
            format,
            collector: Collector::from_env()?,
        })
    }

    fn default_of(level: &str) -> Self {
        Self {
            filter: EnvFilter::new(level),
            format: Format::default(),
            collector: None,
        }
    }
}

/// A variable that is set to something.
fn variable(name: &str) -> Result<Option<String>, TelemetryError> {
    match std::env::var(name) {
        Ok(text) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(TelemetryError(format!("{name}: must be Unicode")))
        }
    }
}

fn log(output: Output, format: Format) -> Box<dyn Layer<Registry> + Send + Sync> {
    let is_terminal = match output {
        Output::Stdout => std::io::stdout().is_terminal(),
        Output::Stderr => std::io::stderr().is_terminal(),
    };
    // A line that cannot be written, as on a full disk, is lost; a message on a standard error that is full as
    // well would panic, and end the request.
    let layer = tracing_subscriber::fmt::layer()
        .with_ansi(is_terminal)
        .log_internal_errors(false);
    match (format, output) {
        (Format::Text, Output::Stdout) => layer.boxed(),
        (Format::Text, Output::Stderr) => layer.with_writer(std::io::stderr).boxed(),
        // The fields of a line stand beside its time and level; `span` has those of the request.
        (Format::Json, Output::Stdout) => layer
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .boxed(),
        (Format::Json, Output::Stderr) => layer
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .with_writer(std::io::stderr)
            .boxed(),
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("must be text or json".to_owned()),
        }
    }
}

impl fmt::Display for TelemetryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TelemetryError {}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn of_other_crates_only_what_was_read_is_logged() {
        let loggable = loggable(&["shop"]);
        for (target, most) in [
            ("auth_runtime::session", Some(Level::TRACE)),
            ("auth_runtime::trace", None),
            ("shop::orders", Some(Level::TRACE)),
            ("rustls::conn", Some(Level::WARN)),
            ("opentelemetry-otlp", Some(Level::WARN)),
            ("tokio_postgres::query", None),
            ("hyper_util::client", None),
        ] {
            for level in [
                Level::ERROR,
                Level::WARN,
                Level::INFO,
                Level::DEBUG,
                Level::TRACE,
            ] {
                let wanted = most.is_some_and(|most| level <= most);
                assert_eq!(
                    loggable.would_enable(target, &level),
                    wanted,
                    "{target} {level}"
                );
            }
        }
    }
}
