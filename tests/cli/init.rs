//! `auth-gen init`, in an empty folder and in a repository that exists.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::{auth_gen, text, transcript};

const GIT: &str = "https://example.org/auth-gen";

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn put(folder: &TempDir, path: &str, text: &str) {
    let path = folder.path().join(path);
    fs::create_dir_all(path.parent().expect("it has a folder")).expect("writable");
    fs::write(path, text).expect("writable");
}

fn get(folder: &TempDir, path: &str) -> String {
    fs::read_to_string(folder.path().join(path)).expect(path)
}

fn git(folder: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .args(["-c", "user.name=A", "-c", "user.email=a@example.org"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("git is there");
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        text(&output.stderr)
    );
}

#[test]
fn a_project_is_started_once_and_completed_later() {
    let folder = folder();
    put(&folder, "notes.txt", "mine");
    let init = ["init", "--git", GIT];
    let first = transcript(folder.path(), &init);
    put(&folder, "appInfo.yaml", "mine");
    fs::remove_file(folder.path().join("auth.yaml")).expect("it was written");
    let second = transcript(folder.path(), &init);
    let third = transcript(folder.path(), &init);
    let without_git = transcript(folder.path(), &["init", "--format", "json"]);
    insta::assert_snapshot!(format!("{first}\n{second}\n{third}\n{without_git}"));
    assert_eq!(get(&folder, "appInfo.yaml"), "mine");
}

#[test]
fn a_new_project_refuses_common_passwords_where_it_has_passwords() {
    let folder = folder();
    assert!(auth_gen(folder.path(), &["init"]).status.success());
    let environment = || {
        assert!(auth_gen(folder.path(), &["generate"]).status.success());
        get(&folder, "auth/server/.env.example")
    };
    assert!(environment().contains("\nAUTH_PASSWORD_BLOCK_LIST=common\n"));
    let settings = get(&folder, "auth-gen.toml");
    let off = settings.replace(
        "block_common_passwords = true",
        "block_common_passwords = false",
    );
    put(&folder, "auth-gen.toml", &off);
    assert!(environment().contains("\n# AUTH_PASSWORD_BLOCK_LIST=off\n"));
    put(&folder, "auth-gen.toml", &settings);
    put(&folder, "auth.yaml", SIGN_OUT);
    assert!(!environment().contains("AUTH_PASSWORD_BLOCK_LIST"));
}

/// A description without passwords.
const SIGN_OUT: &str = "openapi: 3.0.3
info: { title: Sign-out, version: '1' }
paths:
  /{apiBasePath}/signout:
    post:
      operationId: signOut
      responses:
        '200':
          description: The session is over.
          content:
            application/json:
              schema:
                type: object
                required: [status]
                properties:
                  status: { type: string, enum: [OK] }
";

const APP_INFO_TS: &str = "export const appInfo = {\n  appName: 'Shop',\n  \
    apiDomain: 'http://localhost:3000',\n  websiteDomain: 'http://localhost:3000',\n  \
    apiBasePath: '/api/auth',\n};\n";

/// A repository with a Cargo workspace and a Next.js application.
fn repository() -> TempDir {
    let folder = folder();
    git(folder.path(), &["init", "--quiet"]);
    put(&folder, ".gitignore", "/target\n.env");
    put(
        &folder,
        "Cargo.toml",
        "[workspace]\nmembers = [\"services/*/auth/*\"]\n",
    );
    put(
        &folder,
        "services/shop/web/package.json",
        r#"{ "dependencies": { "next": "16" } }"#,
    );
    put(
        &folder,
        "services/shop/web/src/app/page.tsx",
        "export default function Page() {}\n",
    );
    put(
        &folder,
        "services/shop/web/src/config/appInfo.ts",
        APP_INFO_TS,
    );
    put(
        &folder,
        "services/shop/web/node_modules/x/appInfo.ts",
        "no script\n",
    );
    put(&folder, "services/shop/.gitignore", "node_modules");
    folder
}

#[test]
fn what_a_repository_has_is_used() {
    let folder = repository();
    let shop = folder.path().join("services/shop");
    let shown = transcript(&shop, &["init", "--git", GIT]);
    let settings: String = get(&folder, "services/shop/auth-gen.toml");
    let lines = settings
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    let settings = lines.collect::<Vec<_>>().join("\n");
    let ignored = get(&folder, "services/shop/.gitignore");
    insta::assert_snapshot!(format!(
        "{shown}\nauth-gen.toml:\n{settings}\n\n.gitignore:\n{ignored}"
    ));
    assert_eq!(get(&folder, ".gitignore"), "/target\n.env");
    assert!(
        folder
            .path()
            .join(".github/workflows/auth-gen.yml")
            .exists()
    );
    // And all of it fits together.
    for command in ["generate", "check"] {
        let output = auth_gen(&shop, &[command]);
        assert!(
            output.status.success(),
            "{command}: {}",
            text(&output.stderr)
        );
    }
    let manifest = get(&folder, "services/shop/auth/server/Cargo.toml");
    assert!(!manifest.contains("\n[workspace]\n"), "{manifest}");
    assert!(
        shop.join("web/src/app/api/auth/[[...path]]/route.ts")
            .exists()
    );
}

#[test]
fn a_folder_may_be_named_and_is_made() {
    let folder = repository();
    let shown = transcript(
        folder.path(),
        &["init", "--dir", "services/new", "--git", GIT],
    );
    insta::assert_snapshot!(shown);
    assert!(folder.path().join("services/new/auth.yaml").exists());
    assert!(get(&folder, ".github/workflows/auth-gen.yml").contains("\"services/new\""));
}

#[test]
fn a_new_folder_uses_what_its_repository_has() {
    let folder = folder();
    git(folder.path(), &["init", "--quiet"]);
    put(
        &folder,
        "package.json",
        r#"{ "devDependencies": { "vite": "7" } }"#,
    );
    put(&folder, "vite/config.ts", "export default {};\n");
    let config = APP_INFO_TS.replace("export const appInfo =", "const appInfo =");
    put(
        &folder,
        "src/config.ts",
        &format!("{config}export const SuperTokensConfig = {{ appInfo, recipeList: [] }};\n"),
    );
    let init = ["init", "--git", GIT, "--dir", "services/auth"];
    insta::assert_snapshot!(transcript(folder.path(), &init));
    let settings = get(&folder, "services/auth/auth-gen.toml");
    assert!(
        settings.contains("app_info = \"../../src/config.ts\""),
        "{settings}"
    );
    let shown = transcript(&folder.path().join("services/auth"), &["app-info"]);
    assert!(shown.contains("../../src/config.ts"), "{shown}");
}

#[test]
fn a_website_decides_the_ports_of_a_new_app_info() {
    let folder = folder();
    put(
        &folder,
        "web/package.json",
        r#"{ "devDependencies": { "vite": "8" } }"#,
    );
    put(
        &folder,
        "web/backendConfig.ts",
        "export const backendConfig = () => fetch('https://example.org/config');\n",
    );
    let shown = transcript(folder.path(), &["init", "--git", GIT]);
    insta::assert_snapshot!(shown);
    let app_info = get(&folder, "appInfo.yaml");
    assert!(
        app_info.contains("${WEBSITE_DOMAIN:-http://localhost:5173}"),
        "{app_info}"
    );
}

/// The steps of the workflow that need no network.
#[cfg(unix)]
#[test]
fn the_steps_of_the_workflow_pass() {
    let folder = repository();
    let shop = folder.path().join("services/shop");
    assert!(auth_gen(&shop, &["init"]).status.success());
    assert!(auth_gen(&shop, &["generate"]).status.success());
    git(folder.path(), &["add", "--all"]);
    git(folder.path(), &["commit", "--quiet", "--message", "all"]);

    let workflow = get(&folder, ".github/workflows/auth-gen.yml");
    let workflow: serde_json::Value = serde_yaml::from_str(&workflow).expect("it is YAML");
    let inside = workflow["defaults"]["run"]["working-directory"]
        .as_str()
        .expect("a folder");
    let program = Path::new(env!("CARGO_BIN_EXE_auth-gen"))
        .parent()
        .expect("a folder");
    let path = std::env::var("PATH").expect("there is one");
    let steps = workflow["jobs"]["check"]["steps"]
        .as_array()
        .expect("a list");
    let run = |step: &str| {
        let output = Command::new("bash")
            .args(["-e", "-o", "pipefail", "-c", step])
            .current_dir(folder.path().join(inside))
            .env("PATH", format!("{}:{path}", program.display()))
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_BASE_REF", "main")
            .output()
            .expect("bash is there");
        assert!(output.status.success(), "{step}: {}", text(&output.stderr));
        text(&output.stdout)
    };
    let is_local = |step: &&str| !step.starts_with("rustup") && !step.starts_with("cargo install");
    let steps: Vec<&str> = steps
        .iter()
        .filter_map(|step| step["run"].as_str())
        .filter(is_local)
        .collect();
    let [check, diff] = steps[..] else {
        panic!("{steps:?}")
    };
    assert!(run(check).contains("is up to date"));
    // The first pull request has no description to compare with, the next one does.
    assert_eq!(run(diff), "");
    git(
        folder.path(),
        &["update-ref", "refs/remotes/origin/main", "HEAD"],
    );
    assert!(run(diff).contains("describe the same API"));
    // What has drifted is shown at its file.
    put(&folder, "services/shop/auth/server/src/api/mod.rs", "mine");
    let output = Command::new(env!("CARGO_BIN_EXE_auth-gen"))
        .arg("check")
        .current_dir(shop.join("auth/client"))
        .env("GITHUB_ACTIONS", "true")
        .env(
            "GITHUB_WORKSPACE",
            folder.path().canonicalize().expect("it is there"),
        )
        .output()
        .expect("the program runs");
    assert_eq!(output.status.code(), Some(1));
    let annotation = "::error file=services/shop/auth/server/src/api/mod.rs,title=drift::edited: ";
    assert!(
        text(&output.stderr).contains(annotation),
        "{}",
        text(&output.stderr)
    );
    // The other job has what it names.
    let manifest = workflow["jobs"]["server"]["steps"].to_string();
    assert!(manifest.contains("auth/server/Cargo.toml"), "{manifest}");
    assert!(shop.join("auth/server/Cargo.toml").exists());
}
