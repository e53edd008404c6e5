//! The command line.
//!
//! Rules: without arguments the program serves. The result of a command goes to standard output, as a
//! table or, with `--json`, as JSON; everything else goes to standard error. Exit codes: 0 when it is done,
//! 1 when it failed or `doctor` found a danger, 2 when the arguments are wrong, 3 when the user, the session
//! or the mail does not exist. No output holds a token or a key. Commands return their output, and one function
//! prints it.

mod doctor;
mod health;
mod keys;
mod outbox;
mod serve;
mod sessions;

use std::io::Write;
use std::process::ExitCode;
use std::time::{Duration, UNIX_EPOCH};

use crate::Config;
use crate::admin::Admin;
use crate::app_info::AppInfoDefaults;
use crate::telemetry::{self, Output};
use crate::web::Api;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

/// What stops a command.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The auth server. Without a command it serves. Settings come from the environment.
#[derive(Debug, Parser)]
#[command(arg_required_else_help = false)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves the auth APIs until it is asked to stop (the default)
    Serve,
    /// Asks the running server on this machine how it is, for a container's health check
    Health(health::Health),
    /// Judges the settings: cookies, CORS, proxies, TLS, secrets. Exits 1 where one is dangerous
    Doctor(doctor::Doctor),
    /// Lists and replaces the keys that sign access tokens
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Lists and revokes sessions
    #[command(subcommand)]
    Sessions(sessions::Sessions),
    /// Lists the mails that are not sent, tries them again, gives them up
    #[command(subcommand)]
    Outbox(outbox::Outbox),
}

/// Outcome of a command that did not fail.
#[derive(Debug)]
enum Done {
    /// It is done; this is the output.
    Well(String),
    /// It is done, and has found a problem; this is the output.
    Badly(String),
    /// There is nothing of that name; a message about it.
    NotFound(String),
}

/// A program that serves the auth APIs: its name and version, and its appInfo.
#[derive(Debug, Clone, Copy)]
pub struct Program {
    /// The name of its package, for `--version`; what the program itself logs is under this name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The values of the appInfo file.
    pub app_info: &'static AppInfoDefaults,
}

/// Runs the command of the process's arguments; without arguments, serves `api` until it is asked to stop.
///
/// Wrong arguments end the process with exit code 2, `--help` and `--version` with 0.
pub async fn run(program: Program, api: impl Into<Api>) -> ExitCode {
    let command = Arguments::command()
        .name(program.name)
        .version(program.version);
    let arguments = Arguments::from_arg_matches(&command.get_matches());
    let arguments = arguments.unwrap_or_else(|error| error.exit());
    let command = arguments.command.unwrap_or(Command::Serve);
    let (output, level) = match command {
        Command::Serve => (Output::Stdout, "info"),
        _ => (Output::Stderr, "warn"),
    };
    let target = program.name.replace('-', "_");
    let telemetry = telemetry::start(output, level, &[&target]);
    let (telemetry, outcome) = match telemetry {
        Ok(telemetry) => (
            Some(telemetry),
            carry_out(&command, program.app_info, api.into()).await,
        ),
        Err(error) => (None, Err(error.into())),
    };
    let code = match outcome {
        Ok(Done::Well(answer)) => {
            say(std::io::stdout(), &answer);
            ExitCode::SUCCESS
        }
        Ok(Done::Badly(answer)) => {
            say(std::io::stdout(), &answer);
            ExitCode::FAILURE
        }
        Ok(Done::NotFound(words)) => {
            say(std::io::stderr(), &format!("error: {words}"));
            ExitCode::from(3)
        }
        Err(error) => {
            match command {
                Command::Serve => tracing::error!("{error}"),
                _ => say(
                    std::io::stderr(),
                    &format!("error: {}", cause(error.as_ref())),
                ),
            }
            ExitCode::FAILURE
        }
    };
    if let Some(telemetry) = telemetry {
        telemetry.flush().await;
    }
    code
}

/// An error with all its causes, for an operator.
fn cause(error: &(dyn std::error::Error + 'static)) -> String {
    match error.downcast_ref() {
        Some(crate::Error::Internal(cause)) => cause.to_string(),
        _ => error.to_string(),
    }
}

async fn carry_out(
    command: &Command,
    app_info: &AppInfoDefaults,
    api: Api,
) -> Result<Done, Failure> {
    let config = || Config::from_env(app_info);
    match command {
        Command::Serve => serve::run(config()?, api)
            .await
            .map(|()| Done::Well(String::new())),
        Command::Health(health) => health.run(&config()?),
        // It reads the settings itself, because errors in them are a part of its output.
        Command::Doctor(doctor) => Ok(doctor.run(app_info)),
        Command::Keys(keys) => keys.run(&Admin::open(config()?).await?).await,
        Command::Sessions(sessions) => sessions.run(&Admin::open(config()?).await?).await,
        Command::Outbox(outbox) => outbox.run(&Admin::open(config()?).await?).await,
    }
}

/// Prints a text, unless it is empty. A closed pipe is not an error.
fn say(mut to: impl Write, text: &str) {
    if !text.is_empty() {
        let _ = writeln!(to, "{text}");
    }
}

/// Rows under their headings, each column as wide as it must be.
fn table<const N: usize>(headings: [&str; N], rows: &[[String; N]]) -> String {
    let mut widths = headings.map(str::len);
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: [&str; N]| {
        let cells = cells.iter().zip(widths);
        let cells: Vec<_> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        cells.join("  ").trim_end().to_owned()
    };
    let rows = rows
        .iter()
        .map(|row| line(row.each_ref().map(String::as_str)));
    let lines: Vec<_> = std::iter::once(line(headings)).chain(rows).collect();
    lines.join("\n")
}

/// A time for people, of milliseconds since the epoch.
fn shown(milliseconds: i64) -> String {
    let since = Duration::from_millis(u64::try_from(milliseconds).unwrap_or(0));
    httpdate::fmt_http_date(UNIX_EPOCH + since)
}
