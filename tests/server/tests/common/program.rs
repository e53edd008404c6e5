//! The program as it is run: a process with a folder of its own, whose log is kept, and a client.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use auth_server::APP_INFO;
use auth_server::app_info::Setting;
use axum::body::{Body, to_bytes};
use http::{HeaderMap, Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tempfile::TempDir;

use super::form;

/// Longer than anything here takes.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// The program lies where cargo says, or else beside the folder of the tests: it has the package's name.
fn program() -> PathBuf {
    let name = env!("CARGO_PKG_NAME");
    if let Some(path) = std::env::var_os(format!("CARGO_BIN_EXE_{name}")) {
        return path.into();
    }
    let test = std::env::current_exe().expect("a test has a path");
    let folder = test.ancestors().nth(2).expect("a test lies in `deps`");
    folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// The program with its own folder, and every variable that appInfo asks for.
pub(crate) fn command(folder: &TempDir) -> Command {
    let mut command = Command::new(program());
    for (setting, value) in [
        (Some(APP_INFO.app_name), "Test"),
        (Some(APP_INFO.api_domain), "http://localhost:3001"),
        (APP_INFO.api_base_path, "/auth"),
        (APP_INFO.api_gateway_path, "/"),
        (APP_INFO.website_domain, "http://localhost:3000"),
        (APP_INFO.origin, "http://localhost:3000"),
        (APP_INFO.website_base_path, "/auth"),
    ] {
        if let Some(Setting::Env { name, .. }) = setting {
            command.env(name, value);
        }
    }
    let database = folder.path().join("auth.db");
    command
        .env("DATABASE_URL", format!("sqlite://{}", database.display()))
        .env("AUTH_LISTEN_ADDR", "127.0.0.1:0")
        .env("AUTH_SIGNING_ALGORITHM", "ES256")
        .env("RUST_LOG", "info")
        // All clients of a test have one address, and its users sign up as fast as they can.
        .env("AUTH_LIMITS", "off")
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// A program that runs; it is killed when the test is over, however that ends.
pub(crate) struct Running {
    pub(crate) child: Child,
    /// Where the auth APIs are.
    pub(crate) base: String,
    log: Arc<Mutex<String>>,
    reader: Option<std::thread::JoinHandle<()>>,
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).expect(name);
        value.to_str().expect("it is text")
    }
}

impl Running {
    pub(crate) fn start(folder: &TempDir) -> Self {
        Self::start_with(folder, &[])
    }

    /// The same with more variables.
    pub(crate) fn start_with(folder: &TempDir, variables: &[(&str, &str)]) -> Self {
        let mut command = command(folder);
        command.envs(variables.iter().copied());
        Self::run(command)
    }

    /// The same with a command of the test's own, which ends up as the program.
    pub(crate) fn run(mut command: Command) -> Self {
        let mut child = command.spawn().expect("the program was built");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let (sender, lines) = mpsc::channel();
        let log = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&log);
        // The log is read to the end: a full pipe would stop the program.
        let reader = std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if let Some(base) = after(&line, "listening on ") {
                    let _ = sender.send(base.to_owned());
                }
                let mut kept = kept.lock().expect("no panic with the lock");
                *kept += &line;
                *kept += "\n";
            }
        });
        let mut running = Self {
            child,
            base: String::new(),
            log,
            reader: Some(reader),
        };
        running.base = lines.recv_timeout(LIMIT).expect("it says where it listens");
        running
    }

    /// The address that the log names after these words.
    pub(crate) fn logged(&self, words: &str) -> String {
        let started = Instant::now();
        while started.elapsed() < LIMIT {
            let log = self.log.lock().expect("no panic with the lock");
            if let Some(address) = log.lines().find_map(|line| after(line, words)) {
                return address.to_owned();
            }
            drop(log);
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("it never said `{words}`");
    }

    /// Where the server is, without the path of the auth APIs.
    pub(crate) fn origin(&self) -> &str {
        let path = self.base.match_indices('/').nth(2);
        &self.base[..path.map_or(self.base.len(), |(place, _)| place)]
    }

    /// Asks with an address and a password; `None` when no whole answer arrives.
    pub(crate) fn ask(
        &self,
        path: &str,
        email: &str,
    ) -> impl Future<Output = Option<Value>> + use<> {
        let request = Request::post(format!("{}{path}", self.base))
            .body(Body::from(form(email, "passw0rd").to_string()))
            .expect("it is a request");
        async move {
            let answer = send(request).await?;
            serde_json::from_str(&answer.body).ok()
        }
    }

    /// Sends a signal to it.
    pub(crate) fn kill(&self, signal: &str) {
        kill(signal, self.child.id());
    }

    pub(crate) fn ended(&mut self) -> bool {
        let started = Instant::now();
        while started.elapsed() < LIMIT {
            if self.child.try_wait().expect("it is ours").is_some() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }

    /// All that it logged, once it has ended.
    pub(crate) fn log(&mut self) -> String {
        assert!(self.ended());
        if let Some(reader) = self.reader.take() {
            reader.join().expect("it only reads");
        }
        self.log.lock().expect("no panic with the lock").clone()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The word after some words in a line, be it text or JSON.
fn after<'a>(line: &'a str, words: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(words)?;
    rest.split(['"', ' ']).next()
}

/// Sends a request; `None` when no whole answer arrives.
pub(crate) async fn send(request: Request<Body>) -> Option<Answer> {
    let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
    let answer = tokio::time::timeout(LIMIT, client.request(request)).await;
    let (head, body) = answer.expect("it answers in time").ok()?.into_parts();
    let body = to_bytes(Body::new(body), 1 << 20).await.ok()?;
    Some(Answer {
        status: head.status,
        headers: head.headers,
        body: String::from_utf8(body.to_vec()).ok()?,
    })
}

/// Posts to an auth API, as a client that keeps its tokens itself.
pub(crate) async fn post(
    server: &Running,
    path: &str,
    token: Option<&str>,
    body: String,
) -> Answer {
    let mut request =
        Request::post(format!("{}{path}", server.base)).header("st-auth-mode", "header");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let request = request.body(Body::from(body)).expect("it is a request");
    send(request).await.expect("it answers")
}

/// Gets a page; `None` when it cannot connect.
pub(crate) async fn get(url: &str) -> Option<Answer> {
    let request = Request::get(url).body(Body::empty());
    send(request.expect("it is a request")).await
}

pub(crate) fn kill(signal: &str, process: u32) {
    let status = Command::new("kill")
        .args([signal, &process.to_string()])
        .status();
    assert!(status.expect("there is a `kill`").success());
}
