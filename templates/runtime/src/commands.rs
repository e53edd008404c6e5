//! The command line.
//!
//! Rules: without arguments the program serves. The result of a command goes to standard output, as a
//! table or, with `--json`, as JSON; everything else goes to standard error. Exit codes: 0 when it is done,
//! 1 when it failed or `doctor` found a danger, 2 when the arguments are wrong, 3 when the user, the session
//! or the mail does not exist. No output holds a token or a key. Commands return their output, and one function
//! prints it.

mod backup;
mod doctor;
mod health;
mod keys;
mod messages;
mod outbox;
mod reload;
mod serve;
mod sessions;
mod settings;

use std::io::Write;
use std::process::ExitCode;
use std::time::{Duration, UNIX_EPOCH};

use crate::Config;
use crate::admin::{Admin, CommandFailure, CommandOutput, RecipeCommand};
use crate::app_info::AppInfoDefaults;
use crate::recipes;
use crate::telemetry::{self, Output};
use crate::web::Api;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};

/// What stops a command.
pub(crate) type Failure = CommandFailure;

/// The auth server. Without a command it serves. Settings come from the environment and from auth.toml.
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
    /// Lists the settings in force and where each comes from; secrets are masked
    Settings(settings::Settings),
    /// Lists and replaces the keys that sign access tokens
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Copies a SQLite database into a file, while servers use it
    Backup(backup::Backup),
    /// Puts a copy in the place of a SQLite database; its servers have to be stopped
    Restore(backup::Restore),
    /// Lists and revokes sessions
    #[command(subcommand)]
    Sessions(sessions::Sessions),
    /// Lists the mails that are not sent, tries them again, gives them up
    #[command(subcommand)]
    Outbox(outbox::Outbox),
    /// Writes the texts of mails and text messages into a folder, where they can be changed
    #[command(subcommand)]
    Messages(messages::Messages),
}

/// What the arguments ask for.
enum Task {
    /// A command of the core.
    OfCore(Command),
    /// A command of a recipe, with its arguments.
    OfRecipe(&'static RecipeCommand, ArgMatches),
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
        .version(program.version)
        .subcommands(recipes::COMMANDS.iter().map(|command| (command.define)()));
    let task = task(&command.get_matches());
    let (output, level) = match task {
        Task::OfCore(Command::Serve) => (Output::Stdout, "info"),
        _ => (Output::Stderr, "warn"),
    };
    let target = program.name.replace('-', "_");
    let telemetry = telemetry::start(output, level, &[&target]);
    let (telemetry, outcome) = match telemetry {
        Ok(telemetry) => (
            Some(telemetry),
            carry_out(&task, program.app_info, api.into()).await,
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
            match task {
                Task::OfCore(Command::Serve) => tracing::error!("{error}"),
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
        Some(crate::Error::BadInput(text)) => text.clone(),
        _ => error.to_string(),
    }
}

/// What the arguments ask for; without any, serving. Wrong ones end the process.
fn task(matches: &ArgMatches) -> Task {
    if let Some((name, matches)) = matches.subcommand() {
        let mut of_recipes = recipes::COMMANDS.iter();
        let found = of_recipes.find(|command| (command.define)().get_name() == name);
        if let Some(command) = found {
            return Task::OfRecipe(command, matches.clone());
        }
    }
    let arguments = Arguments::from_arg_matches(matches);
    let arguments = arguments.unwrap_or_else(|error| error.exit());
    Task::OfCore(arguments.command.unwrap_or(Command::Serve))
}

async fn carry_out(
    task: &Task,
    app_info: &'static AppInfoDefaults,
    api: Api,
) -> Result<Done, Failure> {
    let config = || Config::from_env(app_info);
    let command = match task {
        Task::OfCore(command) => command,
        Task::OfRecipe(command, matches) => {
            let admin = Admin::open(config()?).await?;
            return Ok(match (command.run)(&admin, matches).await? {
                CommandOutput::Text(text) => Done::Well(text),
                CommandOutput::Table { headings, rows } => Done::Well(table(headings, &rows)),
                CommandOutput::NotFound(words) => Done::NotFound(words),
            });
        }
    };
    match command {
        Command::Serve => serve::run(app_info, config()?, api)
            .await
            .map(|()| Done::Well(String::new())),
        Command::Health(health) => health.run(&config()?),
        // It reads the settings itself, because errors in them are a part of its output.
        Command::Doctor(doctor) => Ok(doctor.run(app_info)),
        Command::Settings(settings) => settings.run(app_info),
        Command::Backup(backup) => backup.run(&config()?).await,
        Command::Restore(restore) => restore.run(&config()?).await,
        Command::Keys(keys) => keys.run(&Admin::open(config()?).await?).await,
        Command::Sessions(sessions) => sessions.run(&Admin::open(config()?).await?).await,
        Command::Messages(messages) => messages.run(),
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
fn table(headings: &[&str], rows: &[impl AsRef<[String]>]) -> String {
    let mut widths: Vec<usize> = headings.iter().map(|heading| heading.len()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row.as_ref()) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: Vec<&str>| {
        let cells = cells.iter().zip(&widths);
        let cells: Vec<_> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        cells.join("  ").trim_end().to_owned()
    };
    let rows = rows
        .iter()
        .map(|row| line(row.as_ref().iter().map(String::as_str).collect()));
    let lines: Vec<_> = std::iter::once(line(headings.to_vec()))
        .chain(rows)
        .collect();
    lines.join("\n")
}

/// A time for people, of milliseconds since the epoch.
fn shown(milliseconds: i64) -> String {
    let since = Duration::from_millis(u64::try_from(milliseconds).unwrap_or(0));
    httpdate::fmt_http_date(UNIX_EPOCH + since)
}
