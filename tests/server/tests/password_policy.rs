//! Which passwords users may choose: at a sign-up and at a reset, by the same settings.

mod common;

use std::path::Path;

use auth_server::Config;
use auth_server::app_info::AppInfoDefaults;
use common::{Exchange, Server, form, start_error};
use serde_json::{Value, json};
use tempfile::TempDir;

const COMMON: &str = "This password is one of the most common ones. Please choose another one.";
const KNOWN: &str = "This password is known from a data breach. Please choose another one.";

async fn start(settings: &[(&str, &str)]) -> Server {
    Server::start_with(|config| {
        for (name, value) in settings {
            config.recipes.set(name, value);
        }
    })
    .await
}

async fn reset(server: &Server, password: &str, token: &str) -> Exchange {
    let fields = json!([{"id": "password", "value": password}]);
    let body = json!({"method": "token", "formFields": fields, "token": token});
    server.post("/auth/user/password/reset").json(&body).await
}

/// What both operations say about a password: they must say the same.
async fn refusal(server: &Server, password: &str) -> Option<String> {
    let said = |answer: &Exchange| {
        let answer = answer.json();
        let fields = answer["formFields"].as_array().cloned();
        let fields = fields.unwrap_or_default();
        fields
            .iter()
            .for_each(|field| assert_eq!(field["id"], "password"));
        let error = fields.first().and_then(|field| field["error"].as_str());
        error.map(str::to_owned)
    };
    let address = format!("{}@ex.co", uuid::Uuid::new_v4());
    let signed_up = server
        .post("/auth/signup")
        .json(&form(&address, password))
        .await;
    let token = server.reset_token("ana@ex.co").await;
    let reset_to = reset(server, password, &token).await;
    assert_eq!(said(&signed_up), said(&reset_to), "{signed_up} {reset_to}");
    said(&signed_up)
}

#[tokio::test]
async fn without_settings_the_policy_is_that_of_the_reference() {
    let server = start(&[]).await;
    server.ana("header").await;
    for (password, expected) in [
        ("password1", None),
        (
            "passw0r",
            Some("Password must contain at least 8 characters, including a number"),
        ),
        (
            "12345678",
            Some("Password must contain at least one alphabet"),
        ),
        (
            "password",
            Some("Password must contain at least one number"),
        ),
    ] {
        assert_eq!(
            refusal(&server, password).await.as_deref(),
            expected,
            "{password}"
        );
    }
}

#[tokio::test]
async fn length_and_composition_are_settings() {
    let settings = [
        ("AUTH_PASSWORD_MIN_LENGTH", "15"),
        ("AUTH_PASSWORD_COMPOSITION", "none"),
    ];
    let server = start(&settings).await;
    let answer = server.ana("header").await;
    let expected = "Password must contain at least 15 characters";
    assert_eq!(answer.json()["formFields"][0]["error"], expected);
    let ana = form("ana@ex.co", "a long pass phrase");
    let answer = server.post("/auth/signup").json(&ana).await;
    assert_eq!(answer.json()["status"], "OK");
    assert_eq!(
        refusal(&server, "fourteen chars").await.as_deref(),
        Some(expected)
    );
    assert_eq!(refusal(&server, "fifteen letters").await, None);
    let long = "x".repeat(100);
    let expected = "Password's length must be lesser than 100 characters";
    assert_eq!(refusal(&server, &long).await.as_deref(), Some(expected));
}

#[tokio::test]
async fn a_common_password_is_refused_and_does_not_use_up_the_link() {
    let server = start(&[("AUTH_PASSWORD_BLOCK_LIST", "common")]).await;
    let taken = server
        .post("/auth/signup")
        .json(&form("ana@ex.co", "b1cycle-shed"))
        .await;
    assert_eq!(taken.json()["status"], "OK");
    assert_eq!(refusal(&server, "Password1").await.as_deref(), Some(COMMON));
    assert_eq!(refusal(&server, "b1cycle-sheds").await, None);
    let token = server.reset_token("ana@ex.co").await;
    let refused = reset(&server, "qwerty123", &token).await;
    assert_eq!(refused.json()["formFields"][0]["error"], COMMON);
    let again = reset(&server, "another b1cycle", &token).await;
    assert_eq!(again.brief(), r#"200 {"status":"OK"}"#);
    // Any password may be tried at a sign-in: one that was chosen before the list was on still works.
    let tried = server
        .post("/auth/signin")
        .json(&form("ana@ex.co", "qwerty123"))
        .await;
    assert_eq!(tried.json()["status"], "WRONG_CREDENTIALS_ERROR");
}

/// A file of two hashes, in ascending order: the second is that of `passw0rd`.
fn hashes(folder: &Path) -> String {
    let path = folder.join("hashes.txt");
    let lines = "1D1BC7D28D0EAF5ECFEE3C91DF5CE71CFF2CC8BB:5\r\n7C6A61C68EF8B9B6B061B28C348BC1ED7921CB53:242517\r\n";
    std::fs::write(&path, lines).expect("writable");
    path.display().to_string()
}

#[tokio::test]
async fn a_password_of_the_file_is_refused_and_a_file_that_is_gone_fails_the_request() {
    let folder = TempDir::new().expect("a folder");
    let path = hashes(folder.path());
    let server = start(&[("AUTH_PASSWORD_BLOCK_FILE", &path)]).await;
    let taken = server
        .post("/auth/signup")
        .json(&form("ana@ex.co", "b1cycle-shed"))
        .await;
    assert_eq!(taken.json()["status"], "OK");
    assert_eq!(refusal(&server, "passw0rd").await.as_deref(), Some(KNOWN));
    assert_eq!(refusal(&server, "passw0rd2").await, None);
    std::fs::remove_file(&path).expect("it is there");
    let answer = server
        .post("/auth/signup")
        .json(&form("eva@ex.co", "b1cycle-shed"))
        .await;
    assert_eq!(
        answer.status, 500,
        "a password that cannot be looked up is not accepted"
    );
}

#[tokio::test]
async fn settings_that_cannot_work_stop_the_start_and_name_the_cure() {
    let folder = TempDir::new().expect("a folder");
    let unsorted = folder.path().join("unsorted.txt");
    let lines =
        "7C6A61C68EF8B9B6B061B28C348BC1ED7921CB53:1\n1D1BC7D28D0EAF5ECFEE3C91DF5CE71CFF2CC8BB:5\n";
    std::fs::write(&unsorted, lines).expect("writable");
    let missing = folder.path().join("missing.txt");
    let block_file = |path: &Path| vec![("AUTH_PASSWORD_BLOCK_FILE", path.display().to_string())];
    for (settings, parts) in [
        (
            block_file(&unsorted),
            &[
                "AUTH_PASSWORD_BLOCK_FILE",
                "unsorted.txt",
                "ascending order",
                "LC_ALL=C sort",
            ][..],
        ),
        (
            block_file(&missing),
            &[
                "AUTH_PASSWORD_BLOCK_FILE",
                "missing.txt",
                "cannot be read",
                "download",
            ],
        ),
        (
            vec![("AUTH_PASSWORD_MIN_LENGTH", "6".to_owned())],
            &["AUTH_PASSWORD_MIN_LENGTH", "from 8 to 64"],
        ),
    ] {
        let set = |config: &mut Config| {
            for (name, value) in &settings {
                config.recipes.set(name, value);
            }
        };
        let error = start_error(set, |builder| builder).await;
        for part in parts {
            assert!(error.contains(part), "{part}: {error}");
        }
    }
    let wrong = |name: &str| (name == "AUTH_PASSWORD_BLOCK_LIST").then(|| "on".to_owned());
    let read = Config::read(&auth_server::APP_INFO as &AppInfoDefaults, wrong);
    let errors = read.expect_err("there is no such choice").to_string();
    assert!(
        errors.contains("AUTH_PASSWORD_BLOCK_LIST: must be one of off, common"),
        "{errors}"
    );
}

#[tokio::test]
async fn the_password_of_an_import_is_hashed_whatever_the_policy() {
    let server = start(&[("AUTH_PASSWORD_BLOCK_LIST", "common")]).await;
    let hash = server
        .auth
        .passwords()
        .hash("password")
        .await
        .expect("it is hashed");
    assert!(hash.starts_with("$argon2id$"), "{hash}");
    let shown: Value = json!(hash);
    assert!(!shown.to_string().contains("password"));
}
