//! The `auth-gen` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    auth_gen::cli::run()
}
