//! `auth-gen dev` with a program of the user: a package without dependencies, which Cargo really builds.

#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::dev::{free_port, get};
use super::watch::Watching;
use super::{auth_gen, project, text};

/// A server that answers each request with its greeting, and whether it has the environment of `dev`.
const MAIN: &str = r#"
use std::io::{Read, Write};
fn main() {
    let address = std::env::var("AUTH_LISTEN_ADDR").expect("an address");
    let is_dev = ["DATABASE_URL", "AUTH_MAIL_OUTBOX", "AUTH_APP_ID"].iter().all(|name| std::env::var(name).is_ok());
    for stream in std::net::TcpListener::bind(address).expect("a free port").incoming() {
        let Ok(mut stream) = stream else { continue };
        let _ = stream.read(&mut [0; 1024]);
        let greeting = greeting::TEXT;
        let _ = write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{greeting} {is_dev}");
    }
}
"#;

fn put(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
    fs::write(path, text).expect("writable");
}

/// A project within a workspace whose member `crates/shop` has the program `shop`, which depends on another member.
fn shop(settings: &str) -> (TempDir, u16) {
    let folder = project();
    let path = |name: &str| folder.path().join(name);
    let api = free_port();
    let app_info = fs::read_to_string(path("appInfo.yaml")).expect("it was written");
    let app_info = app_info.replace("localhost:3001", &format!("localhost:{api}"));
    put(
        &path("appInfo.yaml"),
        &app_info.replace("localhost:3000", &format!("localhost:{}", free_port())),
    );
    let own = fs::read_to_string(path("auth-gen.toml")).expect("it was written");
    put(
        &path("auth-gen.toml"),
        &format!("{own}\n[dev]\n{settings}\n"),
    );
    // The search for a manifest ends here.
    fs::create_dir(path(".git")).expect("writable");
    put(
        &path("Cargo.toml"),
        "[workspace]\nmembers = [\"crates/*\"]\nexclude = [\"auth\"]\nresolver = \"3\"\n",
    );
    package(&path("crates/shop"), "shop", "main.rs", MAIN);
    let manifest = fs::read_to_string(path("crates/shop/Cargo.toml")).expect("it was written");
    let manifest = format!("{manifest}[dependencies]\ngreeting = {{ path = \"../greeting\" }}\n");
    put(&path("crates/shop/Cargo.toml"), &manifest);
    package(
        &path("crates/greeting"),
        "greeting",
        "lib.rs",
        "pub const TEXT: &str = \"first\";\n",
    );
    (folder, api)
}

fn package(folder: &Path, name: &str, file: &str, text: &str) {
    let manifest =
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    put(&folder.join("Cargo.toml"), &manifest);
    put(&folder.join("src").join(file), text);
}

#[test]
fn the_program_of_the_user_runs_and_is_built_again_when_it_changes() {
    let (folder, api) = shop("bin = \"shop\"");
    let greeting = folder.path().join("crates/greeting/src/lib.rs");
    let dev = Watching::start(folder.path(), &["dev"], &[]);
    dev.until("building `shop`");
    dev.until("Ctrl-C stops the server.");
    assert_eq!(get(api, "/").as_deref(), Some("first true"));

    put(&greeting, "pub const TEXT: &str = \"second\";\n");
    dev.until("greeting/src/lib.rs` has changed");
    dev.until("the server runs with the change");
    assert_eq!(get(api, "/").as_deref(), Some("second true"));

    put(&greeting, "pub const TEXT: &str = third;\n");
    dev.until("the server keeps running unchanged");
    dev.wait_for("error[E0425]");
    assert_eq!(get(api, "/").as_deref(), Some("second true"));
    put(&greeting, "pub const TEXT: &str = \"fourth\";\n");
    dev.until("the server runs with the change");
    assert_eq!(get(api, "/").as_deref(), Some("fourth true"));

    // A change of the description is generated first, for the program depends on what is generated.
    let spec = folder.path().join("auth.yaml");
    let changed = fs::read_to_string(&spec).expect("it was written");
    put(&spec, &changed.replace("title: Auth API", "title: Second"));
    dev.until("`auth.yaml` has changed");
    dev.until("building `shop`");
    dev.until("the server runs with the change");
    let copy = fs::read_to_string(folder.path().join("auth/server/openapi.yaml"));
    assert!(copy.expect("it was written").contains("title: Second"));
    assert_eq!(get(api, "/").as_deref(), Some("fourth true"));
}

/// What `dev` says, with the folder of the project as `[project]`.
fn refusal(folder: &Path) -> String {
    let output = auth_gen(folder, &["dev"]);
    assert_eq!(output.status.code(), Some(2));
    let real: PathBuf = fs::canonicalize(folder).expect("it is there");
    assert!(!folder.join("auth").exists(), "something was generated");
    text(&output.stderr).replace(&real.display().to_string(), "[project]")
}

#[test]
fn a_program_that_is_not_found_is_shown_in_the_settings_with_the_cure() {
    let mut shown = Vec::new();
    for settings in [
        "bin = \"shpo\"",
        "bin = \"market\"",
        "bin = \"shop\"\nmanifest = \"shop/Cargo.toml\"",
    ] {
        let (folder, _) = shop(settings);
        shown.push(refusal(folder.path()));
    }
    // Two packages have it, and one of them is named.
    let (folder, _) = shop("bin = \"shop\"");
    let bin = "fn main() {}\n";
    package(
        &folder.path().join("crates/market"),
        "market",
        "main.rs",
        bin,
    );
    put(&folder.path().join("crates/market/src/bin/shop.rs"), bin);
    shown.push(refusal(folder.path()));
    // No manifest within the repository.
    let (folder, _) = shop("bin = \"shop\"");
    fs::remove_file(folder.path().join("Cargo.toml")).expect("it is there");
    shown.push(refusal(folder.path()));
    insta::assert_snapshot!(shown.join("\n"));
    // The manifest of a folder above is found, wherever the command runs.
    let (folder, _) = shop("bin = \"shpo\"");
    let below = folder.path().join("settings");
    let settings = fs::read_to_string(folder.path().join("auth-gen.toml")).expect("it is there");
    let settings = settings
        .replace("auth.yaml", "../auth.yaml")
        .replace("appInfo.yaml", "../appInfo.yaml");
    put(&below.join("auth-gen.toml"), &settings);
    let output = text(&auth_gen(&below, &["dev"]).stderr);
    assert!(
        output.contains("/Cargo.toml` has no program `shpo`"),
        "{output}"
    );
    // One that Cargo cannot read says why.
    let (folder, _) = shop("bin = \"shop\"");
    put(&folder.path().join("Cargo.toml"), "[workspace\n");
    let refused = refusal(folder.path());
    assert!(
        refused.contains("error[no-program]: Cargo cannot read `[project]/Cargo.toml`"),
        "{refused}"
    );
}
