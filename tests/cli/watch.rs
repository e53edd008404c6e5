//! `auth-gen generate --watch`.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use super::{project, transcript};

/// How long a change may take to be seen on a busy machine.
const DEADLINE: Duration = Duration::from_secs(60);

/// A running command, and the lines of its streams.
pub(crate) struct Watching {
    pub(crate) child: Child,
    results: Receiver<String>,
    diagnostics: Receiver<String>,
}

/// The lines of a stream as they come.
fn lines(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            // The test may have ended.
            let _ = sender.send(line);
        }
    });
    lines
}

/// Waits for a line that contains a text.
fn until(lines: &Receiver<String>, wanted: &str) {
    let mut seen = Vec::new();
    loop {
        match lines.recv_timeout(DEADLINE) {
            Ok(line) if line.contains(wanted) => return,
            Ok(line) => seen.push(line),
            Err(error) => panic!("{wanted:?}: {error}, but\n{}", seen.join("\n")),
        }
    }
}

impl Watching {
    pub(crate) fn start(folder: &Path, arguments: &[&str], env: &[(&str, &Path)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_auth-gen"))
            .args(arguments)
            .envs(env.iter().copied())
            .env_remove("AUTH_LISTEN_ADDR")
            .current_dir(folder)
            .env_remove("GITHUB_ACTIONS")
            .env("NO_COLOR", "1")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        Self {
            results: lines(child.stdout.take().expect("it is piped")),
            diagnostics: lines(child.stderr.take().expect("it is piped")),
            child,
        }
    }

    /// Waits for a line of the results.
    pub(crate) fn until(&self, wanted: &str) {
        until(&self.results, wanted);
    }

    /// Waits for a line of the diagnostics.
    pub(crate) fn wait_for(&self, wanted: &str) {
        until(&self.diagnostics, wanted);
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_change_is_generated_and_a_mistake_does_not_end_it() {
    let folder = project();
    let path = |name: &str| folder.path().join(name);
    let spec = fs::read_to_string(path("auth.yaml")).expect("it was written");
    let watching = Watching::start(folder.path(), &["generate", "--watch"], &[]);
    watching.until("files written");
    watching.until("watching 3 files; Ctrl-C ends it");

    fs::write(
        path("auth.yaml"),
        spec.replace("operationId: signUp", "operationId: singUp"),
    )
    .expect("writable");
    watching.until("`auth.yaml` has changed");
    watching.wait_for("error[near-miss-operation-id]");
    watching.until("watching ");

    // As editors do: a new file takes the place of the old one.
    fs::write(
        path("auth.yaml~"),
        spec.replace("title: Auth API", "title: My API"),
    )
    .expect("writable");
    fs::rename(path("auth.yaml~"), path("auth.yaml")).expect("writable");
    watching.until("`auth.yaml` has changed");
    watching.until("written");
    watching.until("watching ");
    let copy = fs::read_to_string(path("auth/server/openapi.yaml")).expect("it was written");
    assert!(copy.contains("title: My API"));

    // Settings that cannot be read, and then can.
    let settings = fs::read_to_string(path("auth-gen.toml")).expect("it was written");
    fs::write(path("auth-gen.toml"), "spec = 1\n").expect("writable");
    watching.wait_for("error[invalid-setting]");
    watching.until("watching 1 file;");
    fs::write(path("auth-gen.toml"), settings).expect("writable");
    watching.until("is up to date");
    watching.until("watching 3 files;");
}

#[test]
fn a_file_that_is_missing_is_waited_for() {
    let folder = project();
    let path = |name: &str| folder.path().join(name);
    let spec = fs::read_to_string(path("auth.yaml")).expect("it was written");
    fs::remove_file(path("auth.yaml")).expect("it was written");
    let watching = Watching::start(
        folder.path(),
        &["generate", "--watch", "--spec", "api/v1/auth.yaml"],
        &[],
    );
    watching.wait_for("error[unreadable-input]");
    watching.until("watching ");
    fs::create_dir_all(path("api/v1")).expect("writable");
    fs::write(path("api/v1/auth.yaml"), spec).expect("writable");
    watching.until("files written");
}

#[test]
fn standard_input_is_not_watched() {
    let folder = project();
    let shown = transcript(folder.path(), &["generate", "--watch", "--spec", "-"]);
    assert!(
        shown.contains("error[cannot-watch]: standard input cannot be watched"),
        "{shown}"
    );
    assert!(shown.ends_with("[exit 2]\n"), "{shown}");
}
