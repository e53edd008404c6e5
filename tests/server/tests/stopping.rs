//! How the program stops: load balancers notice first, requests in flight end, mails are sent.

#![cfg(unix)]

mod common;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use axum::body::Body;
use common::form;
use common::program::{LIMIT, Running, get, send};
use http::Request;
use tempfile::TempDir;

/// A connection on which a request has begun.
fn begin(server: &Running, body: &str) -> TcpStream {
    let address = server.origin().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(LIMIT)).expect("it is a limit");
    let head = format!(
        "POST /auth/signup HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("it reads");
    stream
}

/// The rest of the request, and the whole answer.
fn finish(mut stream: TcpStream, body: &str) -> String {
    stream.write_all(body.as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_under_way_at_sigterm_is_answered_and_mailed() {
    let folder = TempDir::new().expect("there is room for a folder");
    let mails = folder.path().join("mails");
    let mails = mails.to_str().expect("it is Unicode");
    let mut server = Running::start_with(&folder, &[("AUTH_MAIL_OUTBOX", mails)]);
    server
        .ask("/signup", "ana@ex.co")
        .await
        .expect("it answers");
    let body = form("eva@ex.co", "passw0rd").to_string();
    let stream = begin(&server, &body);
    let address = r#"{"formFields":[{"id":"email","value":"ana@ex.co"}]}"#;
    let reset = Request::post(format!("{}/user/password/reset/token", server.base));
    let reset = reset.body(Body::from(address)).expect("it is a request");
    let reset = send(reset).await.expect("it answers");
    assert_eq!(reset.body, r#"{"status":"OK"}"#);
    server.kill("-TERM");
    // No new connection is accepted after that.
    while get(&format!("{}/livez", server.origin())).await.is_some() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let answer = finish(stream, &body);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains(r#""status":"OK""#), "{answer}");
    let log = server.log();
    assert!(log.contains("stopped"), "{log}");
    assert_eq!(server.child.wait().expect("it is ours").code(), Some(0));
    let mails = std::fs::read_dir(mails).expect("there is an outbox");
    assert_eq!(mails.count(), 1, "the mail went out before it stopped");
    let server = Running::start(&folder);
    let answer = server
        .ask("/signin", "eva@ex.co")
        .await
        .expect("it answers");
    assert_eq!(answer["status"], "OK", "what was acknowledged is there");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_the_database_file_is_complete_after_a_clean_stop() {
    let folder = TempDir::new().expect("there is room for a folder");
    let mut server = Running::start(&folder);
    for email in ["ana@ex.co", "eva@ex.co"] {
        let answer = server.ask("/signup", email).await.expect("it answers");
        assert_eq!(answer["status"], "OK");
    }
    server.kill("-TERM");
    assert!(server.ended());
    let copy = TempDir::new().expect("there is room for a folder");
    let path = |folder: &TempDir| folder.path().join("auth.db");
    std::fs::copy(path(&folder), path(&copy)).expect("it is copied");
    let server = Running::start(&copy);
    for email in ["ana@ex.co", "eva@ex.co"] {
        let answer = server.ask("/signin", email).await.expect("it answers");
        assert_eq!(answer["status"], "OK", "{email}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn load_balancers_hear_of_the_end_before_it_comes() {
    let folder = TempDir::new().expect("there is room for a folder");
    let variables = [
        ("AUTH_SHUTDOWN_DELAY_SECONDS", "60"),
        ("AUTH_ADMIN_LISTEN_ADDR", "127.0.0.1:0"),
    ];
    let mut server = Running::start_with(&folder, &variables);
    let operations = server.logged("metrics on ").replace("/metrics", "");
    let origins = [server.origin().to_owned(), operations];
    for origin in &origins {
        let ready = get(&format!("{origin}/readyz")).await.expect("it answers");
        assert_eq!(
            (ready.status.as_u16(), ready.body.as_str()),
            (200, r#"{"status":"ok"}"#)
        );
    }
    server.kill("-TERM");
    let stopping = format!("{}/readyz", origins[0]);
    while get(&stopping)
        .await
        .expect("it answers")
        .status
        .is_success()
    {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for origin in &origins {
        let ready = get(&format!("{origin}/readyz")).await.expect("it answers");
        let expected = (503, r#"{"status":"stopping"}"#);
        assert_eq!((ready.status.as_u16(), ready.body.as_str()), expected);
        let live = get(&format!("{origin}/livez")).await.expect("it answers");
        assert_eq!(live.status, 200, "it must not be killed now");
    }
    let answer = server
        .ask("/signup", "ana@ex.co")
        .await
        .expect("it answers");
    assert_eq!(answer["status"], "OK", "who still comes is served");
    // A second request ends the wait of a minute.
    server.kill("-TERM");
    assert!(server.ended());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_was_accepted_survives_kill_9() {
    let folder = TempDir::new().expect("there is room for a folder");
    // Nothing listens there.
    let unreachable = [
        ("AUTH_SMTP_URL", "smtp://127.0.0.1:1"),
        ("AUTH_MAIL_FROM", "test@ex.co"),
    ];
    let mut server = Running::start_with(&folder, &unreachable);
    let signed_up = server.ask("/signup", "ana@ex.co").await;
    assert_eq!(signed_up.expect("it answers")["status"], "OK");
    let address = r#"{"formFields":[{"id":"email","value":"ana@ex.co"}]}"#;
    let reset = Request::post(format!("{}/user/password/reset/token", server.base));
    let reset = reset.body(Body::from(address)).expect("it is a request");
    let reset = send(reset).await.expect("it answers");
    assert_eq!(reset.body, r#"{"status":"OK"}"#);
    // Otherwise the mail is leased to the dead server for a minute.
    server.logged("a message is tried again");
    server.kill("-KILL");
    assert!(server.ended());

    let mails = folder.path().join("mails");
    let outbox = mails.to_str().expect("it is Unicode");
    let _server = Running::start_with(&folder, &[("AUTH_MAIL_OUTBOX", outbox)]);
    let started = std::time::Instant::now();
    let sent = || std::fs::read_dir(&mails).is_ok_and(|files| files.count() == 1);
    while !sent() {
        assert!(started.elapsed() < LIMIT, "the mail is lost");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
