//! The program itself: what it says when its settings are wrong, that it stops when asked to, and that
//! nothing it has acknowledged is lost when it is killed.

#![cfg(unix)]

mod common;

use std::io::Write as _;
use std::net::TcpStream;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;

use common::program::{LIMIT, Running, command, get, kill};
use tempfile::TempDir;

/// Signs up one user after the other until the server is gone; the addresses that were acknowledged.
async fn sign_up(server: &Running, who: usize, sender: &mpsc::Sender<()>) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for number in 0.. {
        let email = format!("user-{who}-{number}@ex.co");
        match server.ask("/signup", &email).await {
            Some(answer) if answer["status"] == "OK" => acknowledged.push(email),
            Some(answer) => panic!("{answer}"),
            None => break,
        }
        let _ = sender.send(());
    }
    acknowledged
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_up_that_was_answered_survives_a_kill() {
    let folder = TempDir::new().expect("there is room for a folder");
    let mut server = Running::start(&folder);
    let id = server.child.id();
    let (sender, signed_up) = mpsc::channel();
    let killed = std::thread::spawn(move || {
        for _ in 0..10 {
            signed_up.recv_timeout(LIMIT).expect("users sign up");
        }
        // SIGKILL, in the middle of further sign-ups.
        kill("-KILL", id);
    });
    let (one, two, three) = tokio::join!(
        sign_up(&server, 1, &sender),
        sign_up(&server, 2, &sender),
        sign_up(&server, 3, &sender),
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
async fn it_stops_on_a_signal() {
    let folder = TempDir::new().expect("there is room for a folder");
    let mut server = Running::start(&folder);
    server.kill("-TERM");
    assert!(server.ended());
    let code = server.child.wait().expect("it is ours").code();
    assert_eq!(code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_reports_its_health_to_a_container() {
    let folder = TempDir::new().expect("there is room for a folder");
    let server = Running::start(&folder);
    let address = server.origin().trim_start_matches("http://").to_owned();
    let health = |arguments: &[&str]| {
        let mut command = command(&folder);
        command.env("AUTH_LISTEN_ADDR", &address).args(arguments);
        command.output().expect("the program was built")
    };
    for arguments in [&["health"][..], &["health", "--live"]] {
        let Output { status, stdout, .. } = health(arguments);
        assert_eq!(
            (status.code(), stdout.as_slice()),
            (Some(0), &b"{\"status\":\"ok\"}\n"[..])
        );
    }
    drop(server);
    let Output { status, stderr, .. } = health(&["health"]);
    assert_eq!(status.code(), Some(1));
    let text = String::from_utf8(stderr).expect("it is text");
    assert!(
        text.contains(&format!("cannot connect to http://{address}/readyz")),
        "{text}"
    );
}

#[test]
fn every_wrong_setting_is_named_and_no_secret_is_shown() {
    let folder = TempDir::new().expect("there is room for a folder");
    let wrong = [
        ("AUTH_LISTEN_ADDR", "everywhere"),
        ("AUTH_ADMIN_LISTEN_ADDR", "9464"),
        ("AUTH_SHUTDOWN_DELAY_SECONDS", "soon"),
        ("AUTH_CLEANUP_MINUTES", "0"),
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
fn a_misspelt_setting_stops_the_start_with_the_one_that_was_meant() {
    let folder = TempDir::new().expect("there is room for a folder");
    let output = output(command(&folder).env("AUTH_COOKIE_DOMIAN", "example.com"));
    assert!(
        output.contains("AUTH_COOKIE_DOMIAN: is not a setting; did you mean AUTH_COOKIE_DOMAIN?"),
        "{output}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn dangerous_settings_and_unknown_ones_are_one_warning_each() {
    let folder = TempDir::new().expect("there is room for a folder");
    let mut server = Running::start_with(
        &folder,
        &[
            ("AUTH_LISTEN_ADDR", "127.0.0.1:0"),
            ("AUTH_ADMIN_LISTEN_ADDR", "0.0.0.0:0"),
            ("AUTH_SECRET", "hunter2"),
            ("AUTH_SERVICE_HOST", "10.0.0.1"),
            ("AUTH_PORT", "tcp://10.0.0.1:3001"),
            ("AUTH_TEST_ANYTHING", "1"),
        ],
    );
    server.kill("-TERM");
    let log = server.log();
    let warnings: Vec<_> = log.lines().filter(|line| line.contains(" WARN ")).collect();
    let about = |words: &str| warnings.iter().filter(|line| line.contains(words)).count();
    assert_eq!(
        about("AUTH_ADMIN_LISTEN_ADDR: strangers may reach /metrics"),
        1,
        "{log}"
    );
    let unknown = "not settings of this server: AUTH_PORT, AUTH_SECRET, AUTH_SERVICE_HOST:";
    assert_eq!(about(unknown), 1, "{log}");
    assert!(!log.contains("hunter2"), "{log}");
}

#[test]
fn a_wrong_log_filter_and_an_address_in_use_are_named() {
    let folder = TempDir::new().expect("there is room for a folder");
    let filter = output(command(&folder).env("RUST_LOG", "auth_server=loud=very"));
    assert!(filter.contains("RUST_LOG: "), "{filter}");
    for (name, value) in [
        ("AUTH_LOG_FORMAT", "xml"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
    ] {
        let mut command = command(&folder);
        command.env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:1");
        let wrong = output(command.env(name, value));
        assert!(wrong.contains(&format!("{name}: must be ")), "{wrong}");
    }
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

#[tokio::test(flavor = "multi_thread")]
async fn operators_and_clients_are_answered_while_one_peer_takes_all_connections() {
    let folder = TempDir::new().expect("there is room for a folder");
    // A process that may open few files: more connections than those would block all clients.
    let program = command(&folder);
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -n 100 && exec \"$0\""]);
    limited.arg(program.get_program()).current_dir(&folder);
    limited.envs(
        program
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    limited.env("AUTH_ADMIN_LISTEN_ADDR", "127.0.0.1:0");
    limited.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut server = Running::run(limited);
    let operations = server.logged("metrics on ").replace("/metrics", "");
    let address = server.origin().trim_start_matches("http://").to_owned();
    let mut flood = Vec::new();
    for _ in 0..300 {
        let mut stream = TcpStream::connect(&address).expect("it listens");
        // Those that gave way may be closed already.
        let _ = stream.write_all(b"GET /livez HTTP/1.1\r\nx-slow:");
        flood.push(stream);
    }
    for origin in [server.origin(), &operations] {
        let live = get(&format!("{origin}/livez")).await.expect("it answers");
        assert_eq!(live.status, 200);
    }
    let answer = server.ask("/signup", "ana@ex.co").await;
    assert_eq!(answer.expect("it answers")["status"], "OK");
    server.kill("-TERM");
    let log = server.log();
    assert!(log.contains("AUTH_TRUSTED_PROXIES"), "{log}");
    assert!(!log.contains("could not be taken"), "{log}");
}
