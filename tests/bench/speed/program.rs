//! Processes that serve: how they are started, what they use, and the people who sign up.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::http::{self, Connection};

/// The password of all users.
pub(crate) const PASSWORD: &str = "passw0rd of the benchmark";

/// A server in a process of its own; it is killed when it is let go of.
pub(crate) struct Server {
    child: Child,
    /// Where it listens: `127.0.0.1:1234`.
    pub(crate) address: String,
}

/// The tokens of a signed-in user.
#[derive(Debug, Clone)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl Server {
    /// The program itself, with its database at `url`.
    pub(crate) fn program(url: &str, settings: &[(&str, &str)]) -> Self {
        Self::start(
            Command::new(env!("CARGO_BIN_EXE_auth-server")),
            url,
            settings,
        )
    }

    /// An application: [`super::app`].
    pub(crate) fn app(kind: &str, url: &str, settings: &[(&str, &str)]) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("a program has a path"));
        command.args([super::ROLE, "app", kind]);
        Self::start(command, url, settings)
    }

    fn start(mut command: Command, url: &str, settings: &[(&str, &str)]) -> Self {
        let mut child = command
            .env("DATABASE_URL", url)
            .env("AUTH_LISTEN_ADDR", "127.0.0.1:0")
            .env("RUST_LOG", "info")
            .env("AUTH_LIMITS", "off")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it was built");
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let address = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, url) = line.split_once("listening on http://")?;
            Some(url.split('/').next()?.to_owned())
        });
        // The log is read to the end: a full pipe would stop the server.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            child,
            address: address.expect("it says where it listens"),
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Signs people up, by header.
    pub(crate) async fn sign_up(&self, people: usize) -> Vec<Tokens> {
        let mut connection = self.connect().await;
        let mut all = Vec::new();
        for person in 0..people {
            let body = credentials(&format!("{}-{person}@example.com", uuid::Uuid::new_v4()));
            let request = http::post("/auth/signup", &[("st-auth-mode", "header")], &body);
            let answer = connection.exchange(&request).await.expect("an answer");
            let token = |name| answer.header(name).expect("signed up").to_owned();
            all.push(Tokens {
                access: token("st-access-token"),
                refresh: token("st-refresh-token"),
            });
        }
        all
    }

    /// Signs one person up; the request that signs this person in.
    pub(crate) async fn sign_in_request(&self, email: &str) -> String {
        let body = credentials(email);
        let request = http::post("/auth/signup", &[], &body);
        let mut connection = self.connect().await;
        let answer = connection.exchange(&request).await.expect("an answer");
        let value: Value = serde_json::from_slice(answer.body).expect("JSON");
        assert_eq!(value["status"], "OK", "{value}");
        let request = http::post("/auth/signin", &[("st-auth-mode", "header")], &body);
        String::from_utf8(request).expect("text")
    }

    pub(crate) async fn connect(&self) -> Connection {
        Connection::open(&self.address).await.expect("it listens")
    }

    /// Resident memory, in MiB.
    pub(crate) fn memory(&self) -> f64 {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.id()));
        let text = text.expect("it runs");
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().split(' ').next()?.parse::<f64>().ok());
        kib.expect("the system reports its memory") / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, which was noticed before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn credentials(email: &str) -> String {
    json!({"formFields": [
        {"id": "email", "value": email},
        {"id": "password", "value": PASSWORD},
    ]})
    .to_string()
}

/// Processor seconds that a process has used. Linux counts them in hundredths.
pub(crate) fn cpu_seconds(process: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("it runs");
    let (_, fields) = text.rsplit_once(") ").expect("a name in parentheses");
    let ticks = fields.split(' ').skip(11).take(2);
    ticks
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}

/// A folder for databases, on the disk that cargo builds on, which is seldom one in memory.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder")
}

/// The URL of a SQLite database in a folder.
pub(crate) fn sqlite(folder: &Path, name: &str) -> String {
    format!("sqlite://{}", folder.join(name).display())
}

/// A schema of its own on the PostgreSQL of the environment, if there is one.
pub(crate) fn postgres() -> Option<String> {
    let url = std::env::var("AUTH_TEST_POSTGRES_URL").ok()?;
    let schema = format!("bench_{}", uuid::Uuid::new_v4().simple());
    let joint = if url.contains('?') { '&' } else { '?' };
    Some(format!(
        "{url}{joint}sslmode=disable&options=-csearch_path%3D{schema}"
    ))
}
