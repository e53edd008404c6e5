//! `auth-gen.lock`: the version of the tool in it, and what a merge leaves in it.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::watch::Watching;
use super::{auth_gen, project, text, transcript};

/// A project whose output is generated.
fn generated() -> tempfile::TempDir {
    let folder = project();
    assert!(auth_gen(folder.path(), &["generate"]).status.success());
    folder
}

fn replace(path: &Path, from: &str, to: &str) {
    let before = fs::read_to_string(path).expect("it was written");
    assert!(before.contains(from), "{from}");
    fs::write(path, before.replace(from, to)).expect("writable");
}

/// The line of the lock that names this version.
const OWN: &str = concat!("# auth-gen ", env!("CARGO_PKG_VERSION"), "\n");

/// A transcript in which this version has no number.
fn shown(folder: &Path, arguments: &[&str]) -> String {
    let shown = transcript(folder, arguments);
    shown.replace(env!("CARGO_PKG_VERSION"), "[own version]")
}

#[test]
fn the_output_of_a_newer_tool_is_kept() {
    let folder = generated();
    let lock = folder.path().join("auth/auth-gen.lock");
    replace(&lock, OWN, "# auth-gen 99.0.0\n");
    let before = fs::read(&lock).expect("it was written");
    let commands: [&[&str]; 3] = [&["generate"], &["generate", "--force"], &["check"]];
    let mut steps = commands
        .map(|command| shown(folder.path(), command))
        .to_vec();
    // A free port, or `dev` would end for another reason.
    replace(
        &folder.path().join("appInfo.yaml"),
        "localhost:3001",
        "localhost:0",
    );
    let dev = text(&auth_gen(folder.path(), &["dev"]).stderr);
    assert!(dev.contains("error[newer-output]"), "{dev}");
    replace(
        &folder.path().join("appInfo.yaml"),
        "localhost:0",
        "localhost:3001",
    );
    assert!(
        before == fs::read(&lock).expect("it is there"),
        "the lock was changed"
    );

    steps.push(shown(folder.path(), &["generate", "--downgrade"]));
    steps.push(shown(folder.path(), &["check"]));
    insta::assert_snapshot!(steps.join("\n"));
    let lock = fs::read_to_string(&lock).expect("it was written");
    assert!(lock.contains(OWN), "{lock}");
}

#[test]
fn the_output_of_an_older_tool_is_replaced() {
    let folder = generated();
    let lock = folder.path().join("auth/auth-gen.lock");
    for older in ["# auth-gen 0.0.9\n", "# auth-gen 0.1.0-rc.1\n", ""] {
        replace(&lock, OWN, older);
        for command in ["check", "generate"] {
            let output = auth_gen(folder.path(), &[command]);
            assert!(output.status.success(), "{older}{command}");
        }
        let lock = fs::read_to_string(&lock).expect("it was written");
        assert!(lock.contains(OWN), "{lock}");
    }
}

/// Runs Git without the user's settings.
fn git(folder: &Path, arguments: &[&str]) -> bool {
    let output = Command::new("git")
        .args(["-c", "user.name=Test", "-c", "user.email=test@example.com"])
        .args(["-c", "init.defaultBranch=main", "-c", "core.autocrlf=false"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("Git is there");
    output.status.success()
}

/// A project in which a merge of two changes of the description has failed.
fn merged() -> tempfile::TempDir {
    let folder = generated();
    let here = folder.path();
    let spec = here.join("auth.yaml");
    let commit = |message: &str| {
        assert!(git(here, &["add", "--all"]));
        assert!(git(here, &["commit", "--quiet", "--message", message]));
    };
    assert!(git(here, &["init", "--quiet"]));
    commit("the project");
    for (branch, title) in [("theirs", "Their API"), ("main", "Our API")] {
        if branch == "theirs" {
            assert!(git(here, &["switch", "--quiet", "--create", branch]));
        } else {
            assert!(git(here, &["switch", "--quiet", branch]));
        }
        replace(&spec, "title: Auth API", &format!("title: {title}"));
        assert!(auth_gen(here, &["generate"]).status.success());
        commit(title);
    }
    assert!(!git(here, &["merge", "theirs"]), "the merge has conflicts");
    folder
}

#[test]
fn a_merge_is_resolved_as_the_messages_say() {
    let folder = merged();
    let here = folder.path();
    let path = |name: &str| here.join(name);
    // The description first: what it says is what both sides want.
    let conflict = "<<<<<<< HEAD\n  title: Our API\n=======\n  title: Their API\n>>>>>>> theirs\n";
    replace(&path("auth.yaml"), conflict, "  title: Our API\n");
    let lock = path("auth/auth-gen.lock");
    let marked = fs::read_to_string(&lock).expect("it is there");
    let dev = text(&auth_gen(here, &["dev"]).stderr);
    assert!(dev.contains("error[merge-conflict]"), "{dev}");
    for command in [&["generate"][..], &["generate", "--force"], &["check"]] {
        let shown = transcript(here, command);
        assert!(shown.contains("[exit 2]"), "{shown}");
        assert!(shown.contains("--> auth/auth-gen.lock:"), "{shown}");
        assert!(shown.contains("| <<<<<<< HEAD"), "{shown}");
    }
    assert_eq!(fs::read_to_string(&lock).expect("it is there"), marked);

    let watching = Watching::start(here, &["generate", "--watch"], &[]);
    watching.wait_for("error[merge-conflict]");
    watching.until("watching ");
    let is_marker = |line: &&str| line.starts_with(['<', '=', '>']);
    let lines = marked.lines().filter(|line| !is_marker(line));
    let lines: String = lines.flat_map(|line| [line, "\n"]).collect();
    fs::write(&lock, lines).expect("writable");
    watching.until("`auth/auth-gen.lock` has changed");
    watching.wait_for("error[merge-conflict]: line ");
    drop(watching);
    let mut shown = transcript(here, &["generate"]);
    // How many files the description's title is in is not what this test is about.
    assert!(
        shown.contains("of `auth/server/openapi.yaml` is a merge-conflict marker"),
        "{shown}"
    );
    assert!(
        shown.contains("delete the files that have markers"),
        "{shown}"
    );
    while let Some((_, rest)) = shown.split_once("--> ") {
        let (file, rest) = rest.split_once(':').expect("a line");
        fs::remove_file(path(file)).expect("it is there");
        shown = rest.to_owned();
    }
    for command in ["generate", "check"] {
        let shown = transcript(here, &[command]);
        assert!(!shown.contains("[exit"), "{shown}");
    }
    let copy = fs::read_to_string(path("auth/server/openapi.yaml")).expect("it was written");
    assert!(copy.contains("title: Our API"));
}

/// A project that the first versions of auth-gen generated, as far as its lock lists it.
#[test]
fn a_project_of_the_previous_layout_is_moved_and_the_run_says_so() {
    let folder = project();
    let out = folder.path().join("auth");
    let kept =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/previous-layout/auth-gen.lock");
    let lock = fs::read_to_string(kept).expect("it is kept");
    let paths: Vec<&str> = lock
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(_, path)| path)
        .collect();
    for path in &paths {
        let path = out.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        fs::write(path, "// Of the previous layout.\n").expect("writable");
    }
    fs::write(out.join("auth-gen.lock"), &lock).expect("writable");
    fs::write(out.join("server/src/mine.rs"), "// Mine.\n").expect("writable");
    let edited = out.join("server/src/session.rs");
    fs::write(&edited, "// Edited.\n").expect("writable");
    let shown = transcript(folder.path(), &["generate"]);
    assert!(
        shown.contains("`auth/server/src/session.rs` was edited"),
        "{shown}"
    );
    assert!(out.join("server/src/store.rs").exists());

    fs::write(&edited, "// Of the previous layout.\n").expect("writable");
    let steps = [
        transcript(folder.path(), &["generate"]),
        transcript(folder.path(), &["generate"]),
    ];
    insta::assert_snapshot!(steps.join("\n"));
    for path in [
        "server/src/store.rs",
        "server/migrations",
        "server/src/flows",
    ] {
        assert!(!out.join(path).exists(), "{path}");
    }
    assert!(out.join("server/runtime/src/store.rs").exists());
    let mine = fs::read_to_string(out.join("server/src/mine.rs")).expect("it is left alone");
    assert_eq!(mine, "// Mine.\n");
}
