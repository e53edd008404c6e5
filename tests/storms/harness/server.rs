//! A process of the server.

use std::fs::File;
use std::io::{BufRead, BufReader, Write as _};
use std::ops::Deref;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::{Caller, LIMIT};

/// How a server is started.
#[derive(Debug, Clone)]
pub struct Launch {
    program: PathBuf,
    variables: Vec<(String, String)>,
    ignored: Option<&'static str>,
    log: PathBuf,
}

impl Launch {
    /// With this database; `program` is the path of `storm-server`, `log` takes what it says.
    pub fn new(program: &str, database: &str, log: PathBuf) -> Self {
        let launch = Self {
            program: program.into(),
            variables: Vec::new(),
            ignored: None,
            log,
        };
        launch
            .with("DATABASE_URL", database)
            .with("AUTH_LISTEN_ADDR", "127.0.0.1:0")
            .with("AUTH_SIGNING_ALGORITHM", "ES256")
            .with("AUTH_PASSWORD_THREADS", "2")
            .with("RUST_LOG", "warn")
            // Everything comes from one address.
            .with("AUTH_LIMITS", "off")
    }

    /// With this variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Deaf to this signal.
    #[must_use]
    pub fn ignoring(mut self, signal: &'static str) -> Self {
        self.ignored = Some(signal);
        self
    }

    fn command(&self) -> Command {
        let Some(signal) = self.ignored else {
            return Command::new(&self.program);
        };
        // What a shell ignores is ignored by what it becomes.
        let mut command = Command::new("sh");
        command.arg("-c");
        command.arg(format!("trap '' {signal}; exec \"$0\""));
        command.arg(&self.program);
        command
    }

    /// Starts it and waits until it listens.
    ///
    /// # Panics
    /// It does not.
    pub fn start(&self) -> Server {
        let log = File::options().create(true).append(true).open(&self.log);
        let started = Instant::now();
        let mut child = self
            .command()
            .envs(self.variables.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log.expect("the log can be written"))
            .spawn()
            .expect("the program was built");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        // Killed if it never says where it listens.
        let mut server = Server {
            child,
            caller: Caller::new(String::new()),
            started_in: Duration::ZERO,
            log: self.log.clone(),
        };
        let origin = lines.recv_timeout(LIMIT).expect("it says where it listens");
        server.caller = Caller::new(origin);
        server.started_in = started.elapsed();
        server
    }

    /// Starts one server with each of these variables.
    pub fn start_each(&self, name: &str, values: &[&str]) -> Vec<Server> {
        let start = |value: &&str| self.clone().with(name, value).start();
        values.iter().map(start).collect()
    }
}

/// A process. It is killed with this value.
pub struct Server {
    child: Child,
    caller: Caller,
    /// How long it took until it listened.
    pub started_in: Duration,
    log: PathBuf,
}

impl Server {
    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills it, as a crash would.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Deref for Server {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            let log = std::fs::read_to_string(&self.log).unwrap_or_default();
            let lines: Vec<_> = log.lines().rev().take(20).collect();
            let tail: String = lines
                .iter()
                .rev()
                .map(|line| format!("  {line}\n"))
                .collect();
            let _ = std::io::stderr().write_all(tail.as_bytes());
        }
    }
}
