//! Transcripts: what a user types and what comes back, through the real program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::SystemTime;

use tempfile::TempDir;

#[path = "cli/check.rs"]
mod check;
#[path = "cli/dev.rs"]
mod dev;
#[path = "cli/diff.rs"]
mod diff;
#[path = "cli/init.rs"]
mod init;
#[path = "cli/lock.rs"]
mod lock;
#[path = "cli/own_program.rs"]
mod own_program;
#[path = "cli/settings.rs"]
mod settings;
#[path = "cli/warnings.rs"]
mod warnings;
#[path = "cli/watch.rs"]
mod watch;

/// Runs the program in a folder.
fn auth_gen(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_auth-gen"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("AUTH_LISTEN_ADDR")
        .env_remove("GITHUB_ACTIONS")
        .env("NO_COLOR", "1")
        .output()
        .expect("the program runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What a terminal would show, and the exit code where it is not 0.
fn transcript(folder: &Path, arguments: &[&str]) -> String {
    let output = auth_gen(folder, arguments);
    let mut transcript = format!("$ auth-gen {}\n", arguments.join(" "));
    transcript.push_str(&text(&output.stdout));
    transcript.push_str(&text(&output.stderr));
    if !output.status.success() {
        transcript.push_str(&format!(
            "[exit {}]\n",
            output.status.code().expect("a code")
        ));
    }
    // How many files there are is the business of other tests.
    let mut counted = String::new();
    for line in transcript.split_inclusive('\n') {
        let is_count =
            line.contains(" file") && !line.starts_with(' ') || line.ends_with(" files\n");
        let mut last_was_digit = false;
        for c in line.chars() {
            let is_digit = is_count && c.is_ascii_digit();
            if !is_digit {
                counted.push(c);
            } else if !last_was_digit {
                counted.push('N');
            }
            last_was_digit = is_digit;
        }
    }
    counted.replace(".exe", "").replace(
        "The system cannot find the file specified.",
        "No such file or directory",
    )
}

/// A folder in which `auth-gen init` ran.
fn project() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    assert!(auth_gen(folder.path(), &["init"]).status.success());
    folder
}

#[test]
fn every_command_explains_itself() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for command in [
        "", "generate", "check", "diff", "routes", "app-info", "init", "dev",
    ] {
        let arguments: Vec<&str> = [command, "--help"]
            .into_iter()
            .filter(|a| !a.is_empty())
            .collect();
        let name = format!("help_{command}");
        insta::assert_snapshot!(
            name.trim_end_matches('_'),
            transcript(folder.path(), &arguments)
        );
    }
}

#[test]
fn a_new_project_passes_init_generate_and_check() {
    let folder = project();
    let run = |arguments: &[&str]| transcript(folder.path(), arguments);
    let mut steps = vec![
        run(&["check"])
            .lines()
            .take(2)
            .collect::<Vec<_>>()
            .join("\n"),
    ];
    steps.push(run(&["generate"]));
    steps.push(run(&["generate"]));
    steps.push(run(&["check"]));
    let edited = folder.path().join("auth/server/Cargo.toml");
    let ours = fs::read_to_string(&edited).expect("it was written");
    fs::write(&edited, format!("# mine\n{ours}")).expect("writable");
    fs::remove_file(folder.path().join("auth/client/package.json")).expect("it was written");
    steps.push(run(&["generate"]));
    steps.push(run(&["generate", "--force"]));
    steps.push(run(&["check"]));
    insta::assert_snapshot!("from_init_to_check", steps.join("\n"));
    let kept = fs::read_to_string(folder.path().join("auth/server/Cargo.toml.orig"));
    assert!(kept.expect("it was kept").starts_with("# mine\n"));
}

#[test]
fn routes_are_a_table_or_json() {
    let folder = project();
    insta::assert_snapshot!("routes", transcript(folder.path(), &["routes"]));
    let output = auth_gen(folder.path(), &["routes", "--format", "json"]);
    let rows: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let sign_up = rows
        .as_array()
        .expect("an array")
        .iter()
        .find(|row| row["operationId"] == "signUp")
        .expect("the operation is in our spec");
    assert_eq!(sign_up["behaviour"], "email-password.sign-up");
}

#[test]
fn app_info_shows_what_is_read() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        fs::write(path, text).expect("writable");
    };
    write(
        "web/tsconfig.json",
        r#"{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }"#,
    );
    write(
        "web/src/ports.ts",
        "export const api = process.env.API_PORT ?? 3001;\n",
    );
    write(
        "web/config/auth.ts",
        "import { api } from '@/ports';\n\
         const appInfo = {\n  appName: 'Shop',\n  apiDomain: `http://localhost:${api}`,\n  \
         websiteDomain: 'http://localhost:3000',\n};\n\
         export const admin = { appInfo: { ...appInfo, appName: 'Admin' } };\n\
         export const wrong = { ...appInfo, websiteDomain: location.origin };\n\
         export { appInfo };\n",
    );
    write("auth-gen.toml", "app_info = \"web/config/auth.ts#admin\"\n");
    let steps: [&[&str]; 5] = [
        &["app-info"],
        &[
            "app-info",
            "--app-info",
            "web/config/auth.ts",
            "--format",
            "json",
        ],
        &["app-info", "--app-info", "web/config/auth.ts#wrong"],
        &["app-info", "--app-info", "web/config/auth.ts#other"],
        &["app-info", "--app-info", "web/config/none.ts#admin"],
    ];
    let steps = steps.map(|arguments| transcript(folder.path(), arguments));
    insta::assert_snapshot!("app_info", steps.join("\n"));
}

#[test]
fn mistakes_in_the_settings_are_shown_on_their_lines() {
    let folder = project();
    let settings =
        "spec = \"auth.yaml\"\nappInfo = \"appInfo.yaml\"\n\n[server]\npackage = \"my auth\"\n";
    fs::write(folder.path().join("auth-gen.toml"), settings).expect("writable");
    insta::assert_snapshot!("settings", transcript(folder.path(), &["generate"]));
}

#[test]
fn all_missing_inputs_are_reported_at_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    insta::assert_snapshot!(
        "nothing_given",
        transcript(folder.path(), &["generate", "--spec", "nowhere.yaml"])
    );
    let output = auth_gen(folder.path(), &["generate", "--format", "json"]);
    assert_eq!(output.status.code(), Some(2));
    let problems: serde_json::Value = serde_json::from_slice(&output.stderr).expect("JSON");
    assert_eq!(problems.as_array().map(Vec::len), Some(1));
    assert!(output.stdout.is_empty());
}

#[test]
fn a_closed_pipe_is_no_error() {
    use std::process::Stdio;

    let folder = project();
    let mut child = Command::new(env!("CARGO_BIN_EXE_auth-gen"))
        .arg("routes")
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn a_port_in_use_is_reported_before_anything_is_built() {
    let folder = project();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("it has an address").to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_auth-gen"))
        .arg("dev")
        .current_dir(folder.path())
        .env("AUTH_LISTEN_ADDR", &address)
        .output()
        .expect("the program runs");
    assert_eq!(output.status.code(), Some(2));
    let complaint = text(&output.stderr);
    assert!(
        complaint.contains(&format!("[port-in-use]: cannot listen on `{address}`")),
        "{complaint}"
    );
    assert!(!folder.path().join("auth").exists());
    // Another port by the variable that appInfo has: then the page finds the API, on one site.
    let app_info = folder.path().join("appInfo.yaml");
    let text_of = fs::read_to_string(&app_info).expect("it was written");
    let own = format!(
        "localhost:{}",
        taken.local_addr().expect("an address").port()
    );
    fs::write(&app_info, text_of.replace("localhost:3001", &own)).expect("writable");
    let complaint = text(&auth_gen(folder.path(), &["dev"]).stderr);
    assert!(
        complaint.contains("`API_DOMAIN=http://localhost:"),
        "{complaint}"
    );
}

/// One mistake of each stage, and none of them writes.
#[test]
fn a_mistake_leaves_the_output_as_it_is() {
    let folder = project();
    assert!(auth_gen(folder.path(), &["generate"]).status.success());
    let output = folder.path().join("auth");
    let before = stamps(&output);
    assert!(before.len() > 100);
    let break_each = [
        ("auth.yaml", "openapi: 3.0.3", "openapi: [3.0.3"),
        ("auth.yaml", "openapi: 3.0.3", "openapi: 4.0.0"),
        ("auth.yaml", "operationId: signUp", "operationId: singUp"),
        (
            "auth.yaml",
            "#/components/schemas/User'",
            "#/components/schemas/Usr'",
        ),
        ("appInfo.yaml", "appName:", "apName:"),
        ("auth-gen.toml", "spec =", "spce ="),
    ];
    for (name, right, wrong) in break_each {
        let path = folder.path().join(name);
        let text = fs::read_to_string(&path).expect("it was written");
        assert!(text.contains(right), "`{right}` is not in {name}");
        fs::write(&path, text.replace(right, wrong)).expect("writable");
        for command in ["generate", "check"] {
            let code = auth_gen(folder.path(), &[command]).status.code();
            assert_eq!(code, Some(2), "{command} with `{wrong}` in {name}");
        }
        assert!(
            before == stamps(&output),
            "`{wrong}` in {name} touched the output"
        );
        fs::write(&path, text).expect("writable");
    }
    let edited = output.join("server/Cargo.toml");
    fs::write(&edited, "mine").expect("writable");
    fs::remove_file(output.join("client/package.json")).expect("it was written");
    let before = stamps(&output);
    let code = auth_gen(folder.path(), &["generate"]).status.code();
    assert_eq!(code, Some(2));
    assert!(before == stamps(&output), "a conflict touched the output");
}

/// Every file below a folder, its time and its text.
fn stamps(folder: &Path) -> Vec<(PathBuf, SystemTime, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("the folder is there") {
            let path = entry.expect("it is readable").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let metadata = fs::metadata(&path).expect("it is readable");
                let time = metadata.modified().expect("the system keeps times");
                let bytes = fs::read(&path).expect("it is readable");
                files.push((path, time, bytes));
            }
        }
    }
    files.sort();
    files
}

#[test]
fn wrong_files_are_recognised_by_their_content() {
    let folder = project();
    let put = |name: &str, bytes: &[u8]| {
        fs::write(folder.path().join(name), bytes).expect("writable");
    };
    put("empty.yaml", b"");
    put("picture.yaml", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    put("latin.yaml", b"openapi: 3.0.3\ninfo:\n  title: T\xfcren\n");
    put("utf16.yaml", b"\xff\xfeo\0p\0e\0n\0");
    fs::create_dir(folder.path().join("folder")).expect("writable");
    let specs = [
        "empty.yaml",
        "picture.yaml",
        "latin.yaml",
        "utf16.yaml",
        "folder",
        "auht.yaml",
        "auth.yaml/auth.yaml",
        "appInfo.yaml",
    ];
    let mut steps: Vec<String> = specs
        .iter()
        .map(|spec| transcript(folder.path(), &["routes", "--spec", spec]))
        .collect();
    for app_info in ["auth.yaml", "auth-gen.lock.ini"] {
        put("auth-gen.lock.ini", b"x");
        steps.push(transcript(
            folder.path(),
            &["routes", "--app-info", app_info],
        ));
    }
    insta::assert_snapshot!("wrong_files", steps.join("\n"));
}

#[test]
fn an_output_that_is_no_folder_is_reported() {
    let folder = project();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("file"), "mine").expect("writable");
    fs::create_dir(path("taken")).expect("writable");
    fs::write(path("taken/server"), "mine").expect("writable");
    fs::create_dir_all(path("odd/server/Cargo.toml")).expect("writable");
    let steps: Vec<String> = ["file", "file/below", "taken", "odd"]
        .iter()
        .map(|out| transcript(folder.path(), &["generate", "--out", out]))
        .collect();
    insta::assert_snapshot!("no_folder", steps.join("\n"));
    assert!(!path("taken/client").exists());
    assert!(!path("odd/client").exists());
}

/// As when version control has changed all line breaks.
#[test]
fn many_edited_files_are_not_all_named() {
    let folder = project();
    assert!(auth_gen(folder.path(), &["generate"]).status.success());
    for (path, _, bytes) in stamps(&folder.path().join("auth/server/runtime/src")) {
        let text = String::from_utf8(bytes).expect("sources are UTF-8");
        fs::write(path, text.replace('\n', "\r\n")).expect("writable");
    }
    let shown = transcript(folder.path(), &["generate"]);
    assert!(shown.lines().count() < 60, "{shown}");
    assert!(shown.contains("more files are in the way"), "{shown}");
    assert!(shown.contains("--force"), "{shown}");
}
