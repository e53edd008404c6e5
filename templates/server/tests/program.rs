//! The program itself: what it says when its settings are wrong, that it stops when told to, and that
//! nothing it has acknowledged is lost when it is killed.

#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use auth_server::APP_INFO;
use auth_server::app_info::Setting;
use axum::body::{Body, to_bytes};
use http::Request;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Longer than anything here takes.
const LIMIT: Duration = Duration::from_secs(30);

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
fn command(folder: &TempDir) -> Command {
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
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// A program that runs; it is killed when the test is over, however that ends.
struct Running {
    child: Child,
    /// Where the auth APIs are.
    base: String,
}

impl Running {
    fn start(folder: &TempDir) -> Self {
        let mut child = command(folder).spawn().expect("the program was built");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let (tell, told) = mpsc::channel();
        // The log is read to the end: a pipe that nobody reads would stop the program.
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if let Some((_, base)) = line.split_once("listening on ") {
                    let _ = tell.send(base.trim().to_owned());
                }
            }
        });
        let mut running = Self {
            child,
            base: String::new(),
        };
        running.base = told.recv_timeout(LIMIT).expect("it says where it listens");
        running
    }

    /// Asks with an address and a password; `None` when nobody answers to the end.
    fn ask(&self, path: &str, email: &str) -> impl Future<Output = Option<Value>> + use<> {
        let body = json!({"formFields": [
            {"id": "email", "value": email},
            {"id": "password", "value": "passw0rd"},
        ]});
        let request = Request::post(format!("{}{path}", self.base))
            .body(Body::from(body.to_string()))
            .expect("it is a request");
        async move {
            let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
            let answer = tokio::time::timeout(LIMIT, client.request(request)).await;
            let answer = answer.expect("it answers in time").ok()?;
            let body = to_bytes(Body::new(answer.into_body()), 1 << 20)
                .await
                .ok()?;
            serde_json::from_slice(&body).ok()
        }
    }

    fn ended(&mut self) -> bool {
        let started = Instant::now();
        while started.elapsed() < LIMIT {
            if self.child.try_wait().expect("it is ours").is_some() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Signs up one user after the other until nobody answers; the addresses that were acknowledged.
async fn sign_up(server: &Running, who: usize, tell: &mpsc::Sender<()>) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for number in 0.. {
        let email = format!("user-{who}-{number}@ex.co");
        match server.ask("/signup", &email).await {
            Some(answer) if answer["status"] == "OK" => acknowledged.push(email),
            Some(answer) => panic!("{answer}"),
            None => break,
        }
        let _ = tell.send(());
    }
    acknowledged
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_told_to_be_signed_up_is_so_after_a_kill() {
    let folder = TempDir::new().expect("there is room for a folder");
    let mut server = Running::start(&folder);
    let id = server.child.id();
    let (tell, told) = mpsc::channel();
    let killed = std::thread::spawn(move || {
        for _ in 0..10 {
            told.recv_timeout(LIMIT).expect("users sign up");
        }
        // SIGKILL, in the middle of further sign-ups.
        kill("-KILL", id);
    });
    let (one, two, three) = tokio::join!(
        sign_up(&server, 1, &tell),
        sign_up(&server, 2, &tell),
        sign_up(&server, 3, &tell),
    );
    killed.join().expect("it was killed");
    assert!(server.ended());
    let acknowledged = [one, two, three].concat();
    assert!(acknowledged.len() >= 10);

    let server = Running::start(&folder);
    for email in &acknowledged {
        let answer = server.ask("/signin", email).await.expect("it answers");
        assert_eq!(answer["status"], "OK", "{email}");
    }
}

#[tokio::test]
async fn it_stops_when_it_is_told_to() {
    let folder = TempDir::new().expect("there is room for a folder");
    let mut server = Running::start(&folder);
    kill("-TERM", server.child.id());
    assert!(server.ended());
    let code = server.child.wait().expect("it is ours").code();
    assert_eq!(code, Some(0));
}

#[test]
fn every_setting_that_is_wrong_is_named_and_no_secret_is_told() {
    let folder = TempDir::new().expect("there is room for a folder");
    let wrong = [
        ("AUTH_LISTEN_ADDR", "everywhere"),
        ("DATABASE_URL", "mysql://root:hunter2@db/auth"),
        ("AUTH_SMTP_URL", "smtps//root:hunter2@mail.test"),
        ("AUTH_MAIL_FROM", "nobody"),
        ("AUTH_COOKIE_DOMAIN", "not a domain"),
        ("AUTH_REFRESH_TOKEN_MINUTES", "1"),
        ("AUTH_SIGNING_ALGORITHM", "none"),
        ("AUTH_ENCRYPTION_SECRET", "hunter2"),
    ];
    let output = output(command(&folder).envs(wrong));
    for (name, _) in wrong {
        assert!(output.contains(&format!("{name}: ")), "{name} in {output}");
    }
    assert!(!output.contains("hunter2"), "{output}");
    assert!(
        !folder.path().join("auth.db").exists(),
        "nothing was opened"
    );
}

#[test]
fn a_wrong_log_filter_and_an_address_in_use_are_named() {
    let folder = TempDir::new().expect("there is room for a folder");
    let filter = output(command(&folder).env("RUST_LOG", "auth_server=loud=very"));
    assert!(filter.contains("RUST_LOG: "), "{filter}");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = taken.local_addr().expect("it is bound").to_string();
    let in_use = output(command(&folder).env("AUTH_LISTEN_ADDR", &address));
    assert!(
        in_use.contains(&format!("cannot listen on {address}")),
        "{in_use}"
    );
}

/// What it says before it gives up, which it must.
fn output(command: &mut Command) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("the program was built");
    assert_eq!(status.code(), Some(1));
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it is text");
    text(stdout) + &text(stderr)
}

fn kill(signal: &str, process: u32) {
    let status = Command::new("kill")
        .args([signal, &process.to_string()])
        .status();
    assert!(status.expect("there is a `kill`").success());
}
