//! The commands of the program, beside a server that runs on the same database.

#![cfg(unix)]

mod common;

use std::time::{Duration, Instant};

use common::database::Schema;
use common::form;
use common::program::{Answer, LIMIT, Running, command, get, post};
use serde_json::Value;
use tempfile::TempDir;

/// A folder and a database: on PostgreSQL, where the tests run there.
struct Place {
    folder: TempDir,
    schema: Option<Schema>,
}

impl Place {
    fn new() -> Self {
        Self {
            folder: TempDir::new().expect("there is room for a folder"),
            schema: Schema::new(),
        }
    }

    fn variables(&self) -> Vec<(&str, &str)> {
        let url = self.schema.as_ref().map(|schema| schema.url.as_str());
        url.map(|url| ("DATABASE_URL", url)).into_iter().collect()
    }

    fn start(&self) -> Running {
        Running::start_with(&self.folder, &self.variables())
    }
}

/// Exit code, output and errors of a command.
fn run(place: &Place, arguments: &[&str]) -> (i32, String, String) {
    let output = command(&place.folder)
        .envs(place.variables())
        .env_remove("RUST_LOG")
        .args(arguments)
        .output()
        .expect("the program was built");
    let text = |bytes| String::from_utf8(bytes).expect("it is text");
    let code = output.status.code().expect("it ended by itself");
    (code, text(output.stdout), text(output.stderr))
}

/// What a command prints as JSON; it must succeed.
fn json(place: &Place, arguments: &[&str]) -> Value {
    let (code, output, errors) = run(place, arguments);
    assert_eq!((code, errors.as_str()), (0, ""), "{arguments:?}");
    serde_json::from_str(&output).expect("it is JSON")
}

async fn sign_up(server: &Running, email: &str) -> Answer {
    let body = form(email, "passw0rd").to_string();
    let answer = post(server, "/signup", None, body).await;
    assert!(answer.body.contains(r#""status":"OK""#), "{}", answer.body);
    answer
}

async fn refresh(server: &Running, token: &str) -> Answer {
    post(server, "/session/refresh", Some(token), String::new()).await
}

/// Signing out needs a session: 401 tells that the access token does not count.
async fn access_counts(server: &Running, token: &str) -> bool {
    post(server, "/signout", Some(token), String::new())
        .await
        .status
        == 200
}

fn kid(token: &str) -> String {
    use base64::Engine as _;
    let header = token.split('.').next().expect("a JWT has parts");
    let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(header);
    let header: Value =
        serde_json::from_slice(&header.expect("it is base64url")).expect("it is JSON");
    header["kid"].as_str().expect("it is text").to_owned()
}

/// The names of the published keys that are replaced, newest first.
async fn published(server: &Running) -> Vec<String> {
    let answer = get(&format!("{}/jwt/jwks.json", server.base))
        .await
        .expect("it answers");
    let keys: Value = serde_json::from_str(&answer.body).expect("it is JSON");
    let keys = keys["keys"].as_array().expect("it is a list");
    keys.iter()
        .map(|key| key["kid"].as_str().expect("it is text").to_owned())
        .filter(|kid| kid.starts_with("d-"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_of_a_user_are_listed_and_revoked() {
    let place = Place::new();
    let server = place.start();
    let first = sign_up(&server, "ana@ex.co").await;
    let again = form("ana@ex.co", "passw0rd").to_string();
    let second = post(&server, "/signin", None, again).await;
    let other = sign_up(&server, "eva@ex.co").await;

    let listed = json(
        &place,
        &["sessions", "list", "--user", "Ana@Ex.co", "--json"],
    );
    let user = listed["userId"].as_str().expect("it is text");
    let sessions = listed["sessions"].as_array().expect("it is a list");
    assert_eq!(sessions.len(), 2);
    assert_eq!(
        listed,
        json(&place, &["sessions", "list", "--user", user, "--json"])
    );
    let (_, table, _) = run(&place, &["sessions", "list", "--user", user]);
    let handles: Vec<_> = sessions
        .iter()
        .map(|session| session["handle"].as_str().expect("text"))
        .collect();
    for (line, expected) in table.lines().zip(["SESSION", handles[0], handles[1]]) {
        assert!(line.starts_with(expected), "{table}");
    }
    let token = first.header("st-refresh-token");
    let secret = token.split_once('.').expect("handle and secret").1;
    assert!(!table.contains(secret) && !listed.to_string().contains(secret));

    let revoked = json(
        &place,
        &["sessions", "revoke", "--session", handles[0], "--json"],
    );
    assert_eq!(revoked["revoked"], serde_json::json!([handles[0]]));
    assert_eq!(refresh(&server, token).await.status, 401);
    let second = refresh(&server, second.header("st-refresh-token")).await;
    assert_eq!(second.status, 200, "only that one");

    let (code, text, _) = run(
        &place,
        &[
            "sessions",
            "revoke",
            "--session",
            handles[1],
            "--all-of-user",
        ],
    );
    assert_eq!(
        (code, text),
        (0, format!("Revoked 1 session:\n{}\n", handles[1]))
    );
    assert_eq!(
        refresh(&server, second.header("st-refresh-token"))
            .await
            .status,
        401
    );

    let revoked = json(
        &place,
        &["sessions", "revoke", "--user", "eva@ex.co", "--json"],
    );
    assert_eq!(revoked["revoked"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        refresh(&server, other.header("st-refresh-token"))
            .await
            .status,
        401
    );
    let (code, text, _) = run(&place, &["sessions", "list", "--user", user]);
    assert_eq!((code, text), (0, format!("{user} has no session.\n")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_replaced_by_hand_is_published_before_it_signs() {
    let place = Place::new();
    let server = place.start();
    let session = sign_up(&server, "ana@ex.co").await;
    let old = kid(session.header("st-access-token"));
    let rotated = json(&place, &["keys", "rotate", "--json"]);
    let new = rotated["kid"].as_str().expect("it is text").to_owned();
    assert_eq!(rotated["state"], "next");
    assert_ne!(new, old);
    assert_eq!(
        published(&server).await,
        [new.clone(), old.clone()],
        "at once"
    );
    let refreshed = refresh(&server, session.header("st-refresh-token")).await;
    assert_eq!(
        kid(refreshed.header("st-access-token")),
        old,
        "verifiers may not know the new one"
    );

    let listed = json(&place, &["keys", "list", "--json"]);
    let states: Vec<_> = listed["keys"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|key| key["kind"] == "rotating")
        .map(|key| &key["state"])
        .collect();
    assert_eq!(states, ["next", "signing"]);
    let (_, table, _) = run(&place, &["keys", "list"]);
    assert!(
        table.starts_with("KEY ") && table.contains(&new) && table.contains("ES256"),
        "{table}"
    );
    assert!(access_counts(&server, session.header("st-access-token")).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leaked_key_counts_no_more_and_nobody_is_signed_out() {
    let place = Place::new();
    let server = place.start();
    let session = sign_up(&server, "ana@ex.co").await;
    let (access, old) = (
        session.header("st-access-token"),
        kid(session.header("st-access-token")),
    );
    let rotated = json(&place, &["keys", "rotate", "--leaked", "--json"]);
    assert_eq!(
        (&rotated["state"], &rotated["removed"]),
        (&"signing".into(), &serde_json::json!([old]))
    );

    // The server was told nothing: it finds out by itself. Nothing here asks for the published keys,
    // which would make it look.
    let started = Instant::now();
    let other = sign_up(&server, "eva@ex.co").await;
    let mut probe = other.header("st-access-token").to_owned();
    while kid(&probe) == old {
        assert!(started.elapsed() < LIMIT, "it never noticed");
        tokio::time::sleep(Duration::from_millis(200)).await;
        let body = form("eva@ex.co", "passw0rd").to_string();
        probe = post(&server, "/signin", None, body)
            .await
            .header("st-access-token")
            .to_owned();
    }
    assert!(
        started.elapsed() < Duration::from_secs(12),
        "{:?}",
        started.elapsed()
    );
    assert!(
        !access_counts(&server, access).await,
        "what it signed is worth nothing"
    );
    let refreshed = refresh(&server, session.header("st-refresh-token")).await;
    assert_eq!(refreshed.status, 200, "the session goes on");
    let fresh = refreshed.header("st-access-token");
    assert_eq!(rotated["kid"], kid(fresh));
    assert!(access_counts(&server, fresh).await);
    assert_eq!(published(&server).await, [kid(fresh)]);
}

#[test]
fn what_cannot_be_done_is_said_with_a_code_of_its_own() {
    let place = Place::new();
    // A PostgreSQL that does not exist is not made by anybody.
    if place.schema.is_none() {
        let (code, _, errors) = run(&place, &["sessions", "list", "--user", "ana@ex.co"]);
        assert_eq!(code, 1);
        assert!(
            errors.starts_with("error: DATABASE_URL: there is no database "),
            "{errors}"
        );
        assert!(
            !place.folder.path().join("auth.db").exists(),
            "looking makes nothing"
        );
    }

    drop(place.start());
    for arguments in [
        &["sessions", "list", "--user", "ana@ex.co"][..],
        &["sessions", "revoke", "--user", "ana@ex.co"],
        &["sessions", "revoke", "--session", "no-such-handle"],
        &[
            "sessions",
            "revoke",
            "--session",
            "no-such-handle",
            "--all-of-user",
        ],
    ] {
        let (code, output, errors) = run(&place, arguments);
        assert_eq!((code, output.as_str()), (3, ""), "{arguments:?}");
        assert!(
            errors.starts_with("error: ") && errors.contains(arguments[3]),
            "{errors}"
        );
    }
    for arguments in [
        &["sessions", "revoke"][..],
        &["sessions", "revoke", "--user", "u", "--session", "s"],
        &["sessions", "list"],
        &["keys", "burn"],
        &["nonsense"],
    ] {
        let (code, output, errors) = run(&place, arguments);
        assert_eq!((code, output.as_str()), (2, ""), "{arguments:?}");
        assert!(errors.starts_with("error: "), "{errors}");
    }
    let (code, output, _) = run(&place, &["--help"]);
    assert_eq!(code, 0);
    for word in ["serve", "health", "keys", "sessions"] {
        assert!(output.contains(word), "{output}");
    }
}

#[test]
fn the_doctor_tells_what_the_settings_come_to_and_fails_on_danger() {
    let place = Place::new();
    let (code, text, errors) = run(&place, &["doctor"]);
    assert_eq!((code, errors.as_str()), (0, ""), "{text}");
    for expected in [
        "cookies  sAccessToken (path /) and sRefreshToken (path /auth/session/refresh), HttpOnly",
        "SameSite=Lax, because API and website are one site (localhost)",
        "CORS     only http://localhost:3000 may read answers",
        "secrets  signing keys are stored in the clear",
        "Nothing is wrong with the settings.",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    assert!(
        !place.folder.path().join("auth.db").exists(),
        "nothing was opened"
    );

    let doctor = |variables: &[(&str, &str)]| {
        let output = command(&place.folder)
            .envs(place.variables())
            .envs(variables.iter().copied())
            .args(["doctor", "--json"])
            .output()
            .expect("the program was built");
        let answer = String::from_utf8(output.stdout).expect("it is text");
        let answer: Value = serde_json::from_str(&answer).expect("it is JSON");
        let findings = answer["findings"].as_array().expect("it is a list").clone();
        let named = findings.iter().map(|finding| {
            let part = |name: &str| finding[name].as_str().expect("it is text").to_owned();
            (part("severity"), part("setting"))
        });
        (
            output.status.code(),
            named.collect::<Vec<_>>(),
            answer.to_string(),
        )
    };
    let (code, findings, answer) = doctor(&[
        ("AUTH_SMTP_URL", "smtp://mail.example.com"),
        ("AUTH_MAIL_FROM", "a@example.com"),
        ("AUTH_ADMIN_LISTEN_ADDR", "0.0.0.0:9464"),
        ("AUTH_SECRET", "hunter2"),
    ]);
    let expected = [
        ("danger", "AUTH_ADMIN_LISTEN_ADDR"),
        ("danger", "AUTH_SMTP_URL"),
        ("notice", "AUTH_*"),
    ];
    let expected = expected.map(|(severity, name)| (severity.to_owned(), name.to_owned()));
    assert_eq!((code, findings.as_slice()), (Some(1), &expected[..]));
    assert!(
        answer.contains("AUTH_SECRET") && !answer.contains("hunter2"),
        "{answer}"
    );

    let (code, findings, _) = doctor(&[("AUTH_SECRET", "hunter2")]);
    assert_eq!(
        (code, findings.len()),
        (Some(0), 1),
        "a notice is no danger"
    );

    let (code, findings, _) = doctor(&[
        ("AUTH_COOKIE_DOMAIN", "com"),
        ("AUTH_ENCRYPTION_SECRET", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ("AUTH_LISTEN_ADRR", "127.0.0.1:1"),
    ]);
    let expected = [
        "AUTH_LISTEN_ADRR",
        "AUTH_ENCRYPTION_SECRET",
        "AUTH_COOKIE_DOMAIN",
    ];
    let expected = expected.map(|name| ("refused".to_owned(), name.to_owned()));
    assert_eq!((code, findings.as_slice()), (Some(1), &expected[..]));
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_that_cannot_be_sent_are_listed_retried_and_discarded() {
    let place = Place::new();
    // Without a way to send mail, each is given up at once.
    let mut server = place.start();
    sign_up(&server, "ana@ex.co").await;
    assert_eq!(run(&place, &["outbox", "list"]).1, "No mail waits.\n");
    let body = r#"{"formFields":[{"id":"email","value":"ana@ex.co"}]}"#;
    let asked = post(&server, "/user/password/reset/token", None, body.to_owned()).await;
    assert_eq!(asked.body, r#"{"status":"OK"}"#);
    let failed = async |attempts: i64| {
        let started = Instant::now();
        loop {
            let listed = json(&place, &["outbox", "list", "--failed", "--json"]);
            let mail = listed["mails"][0].clone();
            if mail["attempts"] == attempts {
                return mail;
            }
            assert!(started.elapsed() < LIMIT, "{listed}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let mail = failed(1).await;
    assert_eq!(
        (&mail["kind"], &mail["recipient"], &mail["state"]),
        (
            &"password-reset".into(),
            &"ana@ex.co".into(),
            &"failed".into()
        )
    );
    let error = mail["lastError"].as_str().expect("it is text");
    assert!(error.contains("AUTH_SMTP_URL"), "{error}");
    let (_, table, _) = run(&place, &["outbox", "list"]);
    assert!(table.starts_with("MAIL ") && table.contains("ana@ex.co"));

    let id = mail["id"].as_str().expect("it is text");
    let retried = json(&place, &["outbox", "retry", id, "--json"]);
    assert_eq!(retried["retried"], 1);
    failed(2).await;
    let (code, _, errors) = run(&place, &["outbox", "retry", "no-such-mail"]);
    assert_eq!(code, 3, "{errors}");
    let (code, _, errors) = run(&place, &["outbox", "discard"]);
    assert_eq!(code, 2, "{errors}");
    let (_, answer, _) = run(&place, &["outbox", "discard", "--all-failed"]);
    assert_eq!(answer, "1 mail was discarded.\n");
    assert_eq!(run(&place, &["outbox", "list"]).1, "No mail waits.\n");

    server.kill("-TERM");
    let log = server.log();
    assert!(log.contains("a mail was not delivered"), "{log}");
    assert!(!log.contains("ana@ex.co"), "{log}");
}
