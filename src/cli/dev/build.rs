//! Building the server.

use std::path::PathBuf;
use std::process::Command;

use super::Round;
use super::own::cargo;
use super::process::{self, Ending, Interrupts, Process};
use crate::cli::files::shown;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// How the build ended.
pub(super) enum Built {
    Program(PathBuf),
    /// Cargo has said why.
    Failed,
    Interrupted,
}

/// Builds the server: the program of the user where the settings name one, or else the generated one.
pub(super) fn build(
    round: &Round,
    release: bool,
    interrupts: &Interrupts,
) -> Result<Built, Diagnostics> {
    let mut command = Command::new(cargo());
    command.args(["build", "--message-format=json-render-diagnostics"]);
    match &round.own {
        Some(own) => command.args(["--bin", &own.bin]),
        None => command.arg("--bins"),
    };
    command.arg("--manifest-path").arg(match &round.own {
        Some(own) => own.manifest.clone(),
        None => round.loaded.out()?.join("server").join("Cargo.toml"),
    });
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
                    .help(match &round.own {
                        Some(own) => format!(
                            "`cargo build --bin {} --manifest-path {}` shows why",
                            own.bin,
                            shown(&own.manifest)
                        ),
                        None => "is `server/Cargo.toml` in the output folder the generated one?"
                            .to_owned(),
                    })
                    .into()
            }),
    }
}
