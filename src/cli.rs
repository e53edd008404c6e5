//! The command line: the only place that prints, and with `disk` the only one that touches files.
//!
//! Results go to standard output, diagnostics to standard error. Exit codes: 0 done or equal,
//! 1 drift, or changes of the kind that `diff` looks for, 2 errors.

mod app_info;
mod check;
mod config;
mod console;
mod dev;
mod diff;
mod files;
mod generate;
mod init;
mod layout;
mod project;
mod routes;
mod watch;
mod written;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::diagnostic::Diagnostics;
use console::Console;
use project::{AppInfoArgs, InputArgs, OutputArgs};

/// Generates an auth server (Rust) and its client (TypeScript) from an OpenAPI description and an
/// appInfo file.
#[derive(Debug, Parser)]
#[command(name = "auth-gen", version, propagate_version = true)]
#[command(
    after_help = "Exit codes: 0 done or equal, 1 drift (`check`) or a change that matters (`diff`), 2 errors."
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
struct Global {
    /// Colour in diagnostics and diffs
    #[arg(
        long,
        global = true,
        help_heading = "Everywhere",
        value_name = "WHEN",
        default_value = "auto"
    )]
    color: Color,
    /// How diagnostics and results are written
    #[arg(
        long,
        global = true,
        help_heading = "Everywhere",
        value_name = "FORMAT",
        default_value = "text"
    )]
    format: Format,
    /// Show the lines of every warning and what to do, however many there are
    #[arg(long, short, global = true, help_heading = "Everywhere")]
    verbose: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Sarif,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write the server and the client, and the route of a Next.js application
    Generate(generate::GenerateArgs),
    /// Compare the output folder with what would be generated, and write nothing
    Check(OutputArgs),
    /// Compare two descriptions: what a change means to released clients and to your code
    Diff(diff::DiffArgs),
    /// List every operation: where it is served, what answers it, and why
    Routes(InputArgs),
    /// Show the values that are read from the appInfo file: their places and variables
    AppInfo(AppInfoArgs),
    /// Start a project: description, appInfo, auth-gen.toml, CI; keeps what is there
    Init(init::InitArgs),
    /// Generate, build and run the server on its embedded database
    Dev(dev::DevArgs),
}

/// How a command ended, when nothing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    Done,
    Drift,
    /// What a child process of ours answered; it has said why.
    Failed,
}

/// Reads the arguments of the process and runs the command that they name.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let console = Console::new(&cli.global);
    let result = match cli.command {
        Command::Generate(args) => generate::run(&args, &console),
        Command::Check(args) => check::run(&args, &console),
        Command::Diff(args) => diff::run(&args, &console),
        Command::Routes(args) => routes::run(&args, &console),
        Command::AppInfo(args) => app_info::run(&args, &console),
        Command::Init(args) => init::run(&args, &console),
        Command::Dev(args) => dev::run(&args, &console),
    };
    let code = match result {
        Ok(Exit::Done) => ExitCode::SUCCESS,
        Ok(Exit::Drift) => ExitCode::from(1),
        Ok(Exit::Failed) => ExitCode::from(2),
        Err(diagnostics) => {
            console.diagnose(diagnostics);
            ExitCode::from(2)
        }
    };
    console.finish();
    code
}

/// What a command answers: how it ended, or what is wrong with its input.
type Outcome = Result<Exit, Diagnostics>;

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
