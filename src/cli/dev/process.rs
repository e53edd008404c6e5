//! One child process, which ends with this one at the latest, and Ctrl-C.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::diagnostic::{Diagnostic, Diagnostics};

/// How long a child may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(10);

/// SIGINT, SIGTERM and SIGHUP (Ctrl-C on Windows), as messages.
#[derive(Debug)]
pub(super) struct Interrupts(Receiver<()>);

impl Interrupts {
    /// Catches them from here on.
    pub(super) fn catch() -> Result<Self, Diagnostics> {
        let (sender, receiver) = mpsc::channel();
        ctrlc::set_handler(move || {
            // Nothing receives it when the command is about to end anyway.
            let _ = sender.send(());
        })
        .map_err(|error| {
            Diagnostic::error("no-signals", format!("cannot listen for Ctrl-C: {error}"))
        })?;
        Ok(Self(receiver))
    }

    /// Waits for one, but not for long.
    pub(super) fn came_within(&self, time: Duration) -> bool {
        self.0.recv_timeout(time).is_ok()
    }
}

/// How a child ended.
#[derive(Debug)]
pub(super) enum Ending {
    /// By itself.
    Itself(ExitStatus),
    /// Because this process was asked to end.
    Interrupted,
}

/// A running child; dropping it ends it.
#[derive(Debug)]
pub(super) struct Process(Child);

impl Process {
    /// Starts a program that writes to our own output.
    pub(super) fn start(command: &mut Command) -> Result<Self, Diagnostics> {
        let program = command.get_program().to_string_lossy().into_owned();
        let child = command.stdin(Stdio::null()).spawn().map_err(|error| {
            let problem = format!("cannot run `{program}`: {error}");
            if error.kind() == std::io::ErrorKind::NotFound {
                Diagnostic::error("missing-program", problem)
                    .help("`auth-gen dev` builds with Cargo; install Rust from https://rustup.rs")
            } else {
                Diagnostic::error("missing-program", problem)
            }
        })?;
        Ok(Self(child))
    }

    /// Starts a program whose output is read.
    pub(super) fn start_reading(command: &mut Command) -> Result<Reading, Diagnostics> {
        let mut process = Self::start(command.stdout(Stdio::piped()))?;
        let output = process.0.stdout.take().expect("standard output is piped");
        let lines = thread::spawn(move || {
            BufReader::new(output)
                .lines()
                .map_while(Result::ok)
                .collect()
        });
        Ok(Reading { process, lines })
    }

    /// Waits for its end.
    pub(super) fn wait(&mut self, interrupts: &Interrupts) -> Ending {
        loop {
            if let Some(ending) = self.wait_for(Duration::from_millis(100), interrupts) {
                return ending;
            }
        }
    }

    /// Waits for its end, but not for long.
    pub(super) fn wait_for(&mut self, time: Duration, interrupts: &Interrupts) -> Option<Ending> {
        match interrupts.0.recv_timeout(time) {
            Ok(()) => {
                self.stop(interrupts);
                Some(Ending::Interrupted)
            }
            Err(RecvTimeoutError::Disconnected | RecvTimeoutError::Timeout) => {
                self.0.try_wait().ok().flatten().map(Ending::Itself)
            }
        }
    }

    /// Asks it to end, and kills it when it does not, or after another Ctrl-C; whether there was one.
    pub(super) fn stop(&mut self, interrupts: &Interrupts) -> bool {
        self.ask();
        let start = Instant::now();
        let mut is_interrupted = false;
        while !is_interrupted && start.elapsed() < GRACE && matches!(self.0.try_wait(), Ok(None)) {
            is_interrupted = interrupts.came_within(Duration::from_millis(20));
        }
        self.kill();
        is_interrupted
    }

    /// After Ctrl-C in a terminal the child has had the signal too; after a signal to this process alone it
    /// has not.
    #[cfg(unix)]
    fn ask(&self) {
        use nix::sys::signal::{Signal, kill};
        use nix::unistd::Pid;

        if let Ok(id) = i32::try_from(self.0.id()) {
            // It is not reaped yet, so the number is still its own.
            let _ = kill(Pid::from_raw(id), Signal::SIGTERM);
        }
    }

    #[cfg(not(unix))]
    #[allow(
        clippy::unused_self,
        reason = "the console sends Ctrl-C to every process in it"
    )]
    fn ask(&self) {}

    fn kill(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A running child whose output is collected.
#[derive(Debug)]
pub(super) struct Reading {
    process: Process,
    lines: JoinHandle<Vec<String>>,
}

impl Reading {
    /// Waits for its end; the lines are those of standard output.
    pub(super) fn finish(mut self, interrupts: &Interrupts) -> (Ending, Vec<String>) {
        match self.process.wait(interrupts) {
            // A grandchild may hold the pipe open for a while; the lines are not needed now.
            Ending::Interrupted => (Ending::Interrupted, Vec::new()),
            ending @ Ending::Itself(_) => (ending, self.lines.join().unwrap_or_default()),
        }
    }
}

/// The program that Cargo says it built.
pub(super) fn executable(messages: &[String]) -> Option<PathBuf> {
    messages
        .iter()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact")
        .filter(|message| message["target"]["kind"][0] == "bin")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_found_among_the_messages() {
        let messages = [
            r#"{"reason":"compiler-artifact","target":{"kind":["custom-build"]},"executable":"/b"}"#,
            r#"{"reason":"compiler-artifact","target":{"kind":["lib"]},"executable":null}"#,
            "no JSON",
            r#"{"reason":"compiler-artifact","target":{"kind":["bin"]},"executable":"/t/auth-server"}"#,
            r#"{"reason":"build-finished","success":true}"#,
        ]
        .map(str::to_owned);
        assert_eq!(executable(&messages), Some(PathBuf::from("/t/auth-server")));
    }
}
