//! `outbox`: mails that were not sent.

use std::time::{Duration, Instant};

use super::*;
use crate::common::program::LIMIT;

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
    assert!(log.contains("a message was not delivered"), "{log}");
    assert!(!log.contains("ana@ex.co"), "{log}");
}
