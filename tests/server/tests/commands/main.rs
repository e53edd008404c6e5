//! The commands of the program, beside a server that runs on the same database.

#![cfg(unix)]

#[path = "../common/mod.rs"]
mod common;

mod backup;
mod keys;
mod messages;
mod outbox;
mod roles;
mod sessions;
mod settings;
mod settings_file;
mod tenants;

use common::database::Schema;
use common::form;
use common::program::{Answer, Running, command, post};
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

/// Signing out needs a session: 401 shows that the access token does not count.
async fn access_counts(server: &Running, token: &str) -> bool {
    post(server, "/signout", Some(token), String::new())
        .await
        .status
        == 200
}

#[test]
fn what_cannot_be_done_is_said_with_a_code_of_its_own() {
    let place = Place::new();
    // A PostgreSQL database is not created by the server.
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
    for word in ["serve", "health", "backup", "restore", "keys", "sessions"] {
        assert!(output.contains(word), "{output}");
    }
}
