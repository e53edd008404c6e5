//! `auth-gen diff`.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use super::{auth_gen, project, text, transcript};

/// A project whose description has changed since `released.yaml`.
fn changed() -> tempfile::TempDir {
    let folder = project();
    let path = |name: &str| folder.path().join(name);
    let spec = fs::read_to_string(path("auth.yaml")).expect("it was written");
    fs::write(path("released.yaml"), &spec).expect("writable");
    let wrong = "enum: [WRONG_CREDENTIALS_ERROR]";
    assert!(spec.contains(wrong));
    let spec = spec
        .replace(
            "operationId: signIn\n",
            "operationId: signIn\n      deprecated: true\n",
        )
        .replace(
            "#/components/schemas/SignInNotAllowed'",
            "#/components/schemas/Locked'",
        )
        .replace(
            "\n  schemas:\n",
            "\n  schemas:\n    Locked:\n      type: object\n      required: [status]\n      \
             properties:\n        status: { type: string, enum: [ACCOUNT_LOCKED] }\n",
        );
    fs::write(path("auth.yaml"), spec).expect("writable");
    folder
}

#[test]
fn changes_are_grouped_by_what_they_mean() {
    let folder = changed();
    let run = |arguments: &[&str]| transcript(folder.path(), arguments);
    let steps = [
        run(&["diff", "released.yaml"]),
        run(&["diff", "released.yaml", "auth.yaml", "--fail-on", "unknown"]),
        run(&["diff", "released.yaml", "--fail-on", "none"]),
        run(&["diff", "released.yaml", "released.yaml"]),
        run(&["diff", "releasd.yaml", "nowhere/auth.yaml"]),
        run(&["diff", "-", "-"]),
    ];
    insta::assert_snapshot!(steps.join("\n"));
}

#[test]
fn without_a_project_the_new_description_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("old.yaml"), "openapi: 3.0.3\n").expect("writable");
    insta::assert_snapshot!(transcript(folder.path(), &["diff", "old.yaml"]));
}

#[test]
fn programs_get_json_and_an_exit_code() {
    let folder = changed();
    let arguments = [
        "diff",
        "released.yaml",
        "--format",
        "json",
        "--fail-on",
        "breaking,unknown",
    ];
    let output = auth_gen(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(1));
    let diff: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(diff["old"], "released.yaml");
    assert_eq!(diff["changes"][0]["effect"], "unknown");
    assert_eq!(diff["changes"][0]["code"], "answer-added");
    assert_eq!(diff["changes"][0]["operations"][0], "signIn");
    assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
}

/// As `git show main:auth.yaml | auth-gen diff -` does.
#[test]
fn the_old_description_may_come_from_standard_input() {
    let folder = changed();
    let old = fs::read(folder.path().join("released.yaml")).expect("it was written");
    let mut child = Command::new(env!("CARGO_BIN_EXE_auth-gen"))
        .args(["diff", "-"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(&old).expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());
    let shown = text(&output.stdout);
    assert!(
        shown.contains("`signIn` may answer `ACCOUNT_LOCKED`"),
        "{shown}"
    );
}

#[test]
fn mistakes_in_either_description_are_errors() {
    let folder = changed();
    fs::write(folder.path().join("broken.yaml"), "openapi: [3.0.3\n").expect("writable");
    for arguments in [
        ["diff", "broken.yaml"].as_slice(),
        &["diff", "auth.yaml", "broken.yaml"],
    ] {
        let output = auth_gen(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stdout.is_empty());
        assert!(
            text(&output.stderr).contains("broken.yaml:1:"),
            "{}",
            text(&output.stderr)
        );
    }
}
