//! `[nextjs]`: what an application gets, and how it is written, compared and refused.

use std::fs;
use std::path::Path;
use std::process::Command;

use auth_gen::settings;
use auth_gen::source::SourceFile;
use auth_gen::tree::Tree;
use auth_gen::{Inputs, generate};
use tempfile::TempDir;

const SPEC: &str = include_str!("../spec/auth.yaml");

/// appInfo with a base path.
fn app_info(base_path: &str) -> String {
    format!(
        "appName: Shop\napiDomain: http://localhost:3000\napiBasePath: {base_path}\n\
         websiteDomain: http://localhost:3000\n"
    )
}

fn tree(base_path: &str, table: &str) -> Result<Tree, String> {
    let file = SourceFile::new("auth-gen.toml", &format!("[nextjs]\n{table}"));
    let project = settings::parse(&file).map_err(|problems| problems.render(false))?;
    let inputs = Inputs {
        spec: SourceFile::new("auth.yaml", SPEC),
        app_info: SourceFile::new("appInfo.yaml", &app_info(base_path)).into(),
        settings: project.settings,
    };
    let generated = generate(&inputs).map_err(|problems| problems.render(false))?;
    Ok(generated.nextjs.expect("the table asks for it"))
}

/// What the settings decide: the rendered files, and the names of those that are copied.
fn shown(tree: &Tree) -> String {
    let copied = ["forward.ts", "pages.ts", "session.ts"];
    let mut text = String::new();
    for (path, content) in tree.iter() {
        text.push_str(&format!("==== {path}\n"));
        if !copied.iter().any(|name| path.ends_with(name)) {
            text.push_str(content);
        }
    }
    text
}

#[test]
fn the_app_router_gets_a_route_handler() {
    let tree = tree("/api/auth", "session = true\n").expect("it is well-formed");
    insta::assert_snapshot!("nextjs_app", shown(&tree));
}

#[test]
fn the_pages_router_gets_an_api_route() {
    let tree = tree("/api/auth", "router = \"pages\"\n").expect("it is well-formed");
    insta::assert_snapshot!("nextjs_pages", shown(&tree));
}

#[test]
fn the_folder_follows_the_base_path_and_the_runtime_is_written_down() {
    let tree = tree("/v1/accounts/auth", "runtime = \"edge\"\n").expect("it is well-formed");
    let route = tree.get("app/v1/accounts/auth/[[...path]]/route.ts");
    insta::assert_snapshot!("nextjs_edge_route", route.expect("it is there"));
    let config = tree.get("auth-gen/config.ts").expect("it is there");
    assert!(config.contains("API_BASE_PATH = \"/v1/accounts/auth\";"));
}

#[test]
fn a_path_that_the_router_cannot_have_is_refused() {
    insta::assert_snapshot!(
        tree("/auth", "router = \"pages\"\n").expect_err("it is not below /api")
    );
}

/// A project with a Next.js application in `web`.
fn project(table: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |path: &str, text: &str| {
        fs::write(folder.path().join(path), text).expect("the folder is writable");
    };
    write("auth.yaml", SPEC);
    write("appInfo.yaml", &app_info("/api/auth"));
    let settings = "spec = \"auth.yaml\"\napp_info = \"appInfo.yaml\"\nout = \"auth\"\n";
    write("auth-gen.toml", &format!("{settings}{table}"));
    folder
}

/// Standard output and error of a run, without the numbers of files, and its exit code.
fn run(folder: &Path, arguments: &[&str]) -> (String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_auth-gen"))
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .output()
        .expect("the program runs");
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8(text).expect("it is UTF-8");
    (text, output.status.code().expect("it ends by itself"))
}

const ROUTE: &str = "web/app/api/auth/[[...path]]/route.ts";

#[test]
fn the_application_has_a_lock_of_its_own_and_is_checked_with_the_rest() {
    let folder = project("[nextjs]\nout = \"web\"\n");
    let at = |path: &str| folder.path().join(path);
    fs::create_dir_all(at("web/app")).expect("writable");
    fs::write(at("web/app/page.tsx"), "mine").expect("writable");
    let (text, code) = run(folder.path(), &["generate"]);
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("next: tell Next.js where the server is, see web/auth-gen/README.md\n"),
        "{text}"
    );
    let lock = fs::read_to_string(at("web/auth-gen.lock")).expect("it was written");
    assert!(
        lock.contains("  app/api/auth/[[...path]]/route.ts\n"),
        "{lock}"
    );
    assert!(at("auth/auth-gen.lock").exists());
    assert_eq!(run(folder.path(), &["check"]).1, 0);

    fs::remove_file(at("web/auth-gen/forward.ts")).expect("it was written");
    let (text, code) = run(folder.path(), &["check"]);
    assert_eq!(code, 1);
    assert!(
        text.contains("missing   web/auth-gen/forward.ts\n"),
        "{text}"
    );
    assert!(text.contains("`auth` is up to date"), "{text}");
    assert_eq!(run(folder.path(), &["check", "--target", "server"]).1, 0);
    let (json, _) = run(folder.path(), &["check", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["nextjs"]["differences"][0]["state"], "missing");

    // What is no longer wanted goes, and nothing else.
    assert_eq!(run(folder.path(), &["generate"]).1, 0);
    let toml = fs::read_to_string(at("auth-gen.toml")).expect("it is there");
    fs::write(at("auth-gen.toml"), format!("{toml}router = \"pages\"\n")).expect("writable");
    assert_eq!(run(folder.path(), &["generate"]).1, 0);
    assert!(!at("web/app/api").exists());
    assert!(at("web/pages/api/auth/[[...path]].ts").exists());
    assert!(at("web/app/page.tsx").exists());
}

#[test]
fn a_file_of_the_users_in_the_application_stops_the_whole_run() {
    let folder = project("[nextjs]\nout = \"web\"\n");
    let route = folder.path().join(ROUTE);
    fs::create_dir_all(route.parent().expect("it has one")).expect("writable");
    fs::write(&route, "mine").expect("writable");
    let (text, code) = run(folder.path(), &["generate"]);
    assert_eq!(code, 2);
    assert!(text.contains(ROUTE), "{text}");
    assert!(!folder.path().join("auth").exists());
    assert_eq!(fs::read_to_string(&route).expect("still there"), "mine");
}

#[test]
fn the_target_can_be_named_without_settings() {
    let folder = project("");
    let (text, code) = run(
        folder.path(),
        &["generate", "--target", "nextjs", "--out", "web"],
    );
    assert_eq!(code, 0, "{text}");
    assert!(folder.path().join(ROUTE).exists());
    assert!(!folder.path().join("auth").exists());
}

#[test]
fn two_outputs_do_not_share_a_folder() {
    let folder = project("[nextjs]\nout = \"./auth\"\n");
    let (text, code) = run(folder.path(), &["generate"]);
    assert_eq!(code, 2);
    assert!(
        text.contains(
            "error[same-output]: `./auth` is the output folder and the Next.js application"
        ),
        "{text}"
    );
}

#[test]
fn the_session_module_looks_for_the_cookies_of_the_projects_app() {
    let table = "session = true\n[server]\napp_id = \"shop\"\n";
    let tree = tree("/api/auth", table).expect("it is well-formed");
    let config = tree.get("auth-gen/config.ts").expect("it is there");
    assert!(
        config.contains("const appIds = appId ? [appId] : [\"shop\", \"public\"];"),
        "{config}"
    );
    let session = tree.get("auth-gen/session.ts").expect("it is there");
    assert!(session.contains("accessTokenCookies()"), "{session}");
}
