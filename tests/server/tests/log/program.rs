//! The log of the program, in a process of its own.

use serde_json::{Value, json};

use crate::common::form;

/// The program writes nothing of other crates but what was read, whatever `RUST_LOG` says.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_log_of_the_program_has_no_secret_at_its_most_talkative() {
    use crate::common::program::{Running, post};

    let folder = tempfile::TempDir::new().expect("there is room for a folder");
    let schema = crate::common::database::Schema::new();
    let secret = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
    let outbox = folder.path().join("outbox").display().to_string();
    let mut variables = vec![
        ("RUST_LOG", "trace"),
        ("AUTH_LOG_FORMAT", "json"),
        ("AUTH_MAIL_OUTBOX", outbox.as_str()),
    ];
    if let Some(schema) = &schema {
        variables.push(("DATABASE_URL", &schema.url));
    }
    let mut secrets = vec![
        "ana@ex.co".to_owned(),
        "passw0rd".to_owned(),
        secret.to_owned(),
    ];
    let mut log = String::new();
    for encryption in [None, Some(("AUTH_ENCRYPTION_SECRET", secret))] {
        variables.extend(encryption);
        let mut server = Running::start_with(&folder, &variables);
        let body = form("ana@ex.co", "passw0rd").to_string();
        let path = if encryption.is_none() {
            "/signup"
        } else {
            "/signin"
        };
        let signed = post(&server, path, None, body).await;
        assert!(signed.body.contains(r#""status":"OK""#), "{}", signed.body);
        let refresh = signed.header("st-refresh-token");
        let refreshed = post(&server, "/session/refresh", Some(refresh), String::new()).await;
        for answer in [&signed, &refreshed] {
            for name in ["st-access-token", "st-refresh-token", "front-token"] {
                secrets.push(answer.header(name).to_owned());
            }
        }
        let body = json!({"formFields": [{"id": "email", "value": "ana@ex.co"}]}).to_string();
        let asked = post(&server, "/user/password/reset/token", None, body).await;
        assert_eq!(asked.body, r#"{"status":"OK"}"#);
        server.kill("-TERM");
        log += &server.log();
    }
    for secret in &secrets {
        assert!(
            !log.contains(secret.as_str()),
            "`{secret}` in the log:\n{log}"
        );
    }
    assert!(log.contains("a signing key was encrypted"), "{log}");
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).expect("each line is JSON");
        let target = line["target"].as_str().expect("it has a target");
        let program = env!("CARGO_PKG_NAME").replace('-', "_");
        let is_known = ["auth_runtime", &program, "rustls", "opentelemetry"]
            .iter()
            .any(|known| target.starts_with(known));
        assert!(is_known, "{line}");
    }
}
