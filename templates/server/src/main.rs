//! The server as a program: it serves, and looks after its database.

mod commands;

use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    commands::run(commands::Arguments::parse()).await
}
