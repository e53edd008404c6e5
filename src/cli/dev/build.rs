//! Building the generated server.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::process::{self, Ending, Interrupts, Process};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// How the build ended.
pub(super) enum Built {
    Program(PathBuf),
    /// Cargo has said why.
    Failed,
    Interrupted,
}

/// Builds the generated server.
pub(super) fn build(
    out: &Path,
    release: bool,
    interrupts: &Interrupts,
) -> Result<Built, Diagnostics> {
    // Under `cargo run` this is the very Cargo that started us.
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args([
            "build",
            "--bins",
            "--message-format=json-render-diagnostics",
        ])
        .arg("--manifest-path")
        .arg(out.join("server").join("Cargo.toml"));
    if release {
        command.arg("--release");
    }
    let (ending, messages) = Process::start_reading(&mut command)?.finish(interrupts);
    match ending {
        Ending::Interrupted => Ok(Built::Interrupted),
        Ending::Itself(status) if !status.success() => Ok(Built::Failed),
        Ending::Itself(_) => process::executable(&messages)
            .map(Built::Program)
            .ok_or_else(|| {
                Diagnostic::error("server-not-built", "Cargo built no program")
                    .help("is `server/Cargo.toml` in the output folder the generated one?")
                    .into()
            }),
    }
}
