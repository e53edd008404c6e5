//! `auth-gen check`.

use std::fs;

use super::{auth_gen, project, text};

#[test]
fn check_shows_the_drift_and_exits_with_1() {
    let folder = project();
    assert!(auth_gen(folder.path(), &["generate"]).status.success());
    let edited = folder.path().join("auth/server/Cargo.toml");
    let ours = fs::read_to_string(&edited).expect("it was written");
    fs::write(&edited, format!("# mine\n{ours}")).expect("writable");
    fs::remove_file(folder.path().join("auth/client/package.json")).expect("it was written");

    let output = auth_gen(folder.path(), &["check"]);
    assert_eq!(output.status.code(), Some(1));
    let shown = text(&output.stdout);
    for part in [
        "missing   auth/client/package.json\n",
        "edited    auth/server/Cargo.toml\n",
        "\n--- auth/server/Cargo.toml\n+++ auth/server/Cargo.toml (generated)\n",
        "\n-# mine\n",
    ] {
        assert!(shown.contains(part), "{part:?} is not in\n{shown}");
    }

    let output = auth_gen(folder.path(), &["check", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let drift: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(drift["differences"][0]["state"], "missing");
    assert_eq!(drift["differences"][1]["path"], "server/Cargo.toml");
}
