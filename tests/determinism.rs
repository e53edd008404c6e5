//! The same input gives the same bytes: from any folder, in any environment, however often, and in either
//! notation.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use auth_gen::settings::Settings;
use auth_gen::source::SourceFile;
use auth_gen::{Generated, Inputs, generate};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect("the input is there")
}

fn generated(spec_name: &str, spec: &str) -> Generated {
    let inputs = Inputs {
        spec: SourceFile::new(spec_name, spec),
        app_info: SourceFile::new("appInfo.yaml", &text("spec/appInfo.yaml")).into(),
        settings: Settings::default(),
    };
    match generate(&inputs) {
        Ok(generated) => generated,
        Err(diagnostics) => panic!("the input is refused:\n{}", diagnostics.render(false)),
    }
}

/// Every file below a folder, with its bytes.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("the folder is there") {
            let path = entry.expect("it is readable").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("it lies below");
                let bytes = fs::read(&path).expect("it is readable");
                files.insert(name.display().to_string(), bytes);
            }
        }
    }
    files
}

/// Shows the first file that differs, not thousands of bytes.
#[track_caller]
fn assert_same(left: &BTreeMap<String, Vec<u8>>, right: &BTreeMap<String, Vec<u8>>, what: &str) {
    assert!(!left.is_empty());
    assert!(left.keys().eq(right.keys()), "{what}: other files");
    // The lock, which always differs with the others, comes first.
    for (path, bytes) in left.iter().rev() {
        assert!(*bytes == right[path], "{what}: {path} differs");
    }
}

#[test]
fn twice_in_one_process() {
    let spec = text("spec/auth.yaml");
    let (first, second) = (generated("auth.yaml", &spec), generated("auth.yaml", &spec));
    assert!(first.tree == second.tree);
}

#[test]
fn from_anywhere_in_any_environment() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let plain = folder.path().join("plain");
    let odd = folder.path().join("Käse und Brot/日本");
    for home in [&plain, &odd] {
        fs::create_dir_all(home.join("in")).expect("writable");
        for name in ["auth.yaml", "appInfo.yaml"] {
            let text = text(&format!("spec/{name}"));
            fs::write(home.join("in").join(name), text).expect("writable");
        }
    }
    let run = |from: &Path, input: &Path, out: &Path, environment: &[(&str, &str)]| {
        let output = Command::new(env!("CARGO_BIN_EXE_auth-gen"))
            .arg("generate")
            .arg("--spec")
            .arg(input.join("auth.yaml"))
            .arg("--app-info")
            .arg(input.join("appInfo.yaml"))
            .arg("--out")
            .arg(out)
            .current_dir(from)
            .envs(environment.iter().copied())
            .output()
            .expect("the program runs");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{complaint}");
        contents(&from.join(out))
    };
    let relative = run(&plain, Path::new("in"), Path::new("out"), &[]);
    let again = run(&plain, Path::new("in"), Path::new("again"), &[]);
    assert_same(&relative, &again, "a second process");
    let absolute = run(
        folder.path(),
        &plain.join("in"),
        &plain.join("absolute"),
        &[],
    );
    assert_same(&relative, &absolute, "absolute paths");
    let detour = run(&odd, Path::new("../日本/./in"), Path::new("a b/ö"), &[]);
    assert_same(&relative, &detour, "a path with blanks and umlauts");
    let environment = [
        ("LANG", "tr_TR.UTF-8"),
        ("LC_ALL", "tr_TR.UTF-8"),
        ("TZ", "Pacific/Kiritimati"),
        ("HOME", "/nowhere"),
        ("USER", "nobody"),
        ("API_DOMAIN", "https://elsewhere.example"),
        ("RUST_LOG", "trace"),
    ];
    let elsewhere = run(&plain, Path::new("in"), Path::new("abroad"), &environment);
    assert_same(&relative, &elsewhere, "another environment");
}

#[test]
fn json_is_the_same_as_yaml() {
    let yaml = text("spec/auth.yaml");
    let value: serde_json::Value = serde_yaml::from_str(&yaml).expect("it is YAML");
    let from_yaml = generated("auth.yaml", &yaml);
    let from_json = generated("auth.json", &value.to_string());
    assert_eq!(from_yaml.tree.len(), from_json.tree.len());
    for (path, text) in from_json.tree.iter() {
        if path == "server/openapi.json" {
            // The copy of the spec stays what it was.
            assert_eq!(text, value.to_string());
            continue;
        }
        // Headers name the file, and the README its copy.
        let text = text.replace("auth.json", "auth.yaml");
        let text = text.replace("openapi.json", "openapi.yaml");
        assert!(from_yaml.tree.get(path) == Some(&text), "{path} differs");
    }
}

/// Line breaks of another system, and a byte order mark, are no difference.
#[test]
fn line_breaks_do_not_matter() {
    let spec = text("spec/auth.yaml");
    let windows = format!("\u{feff}{}", spec.replace('\n', "\r\n"));
    let (plain, windows) = (
        generated("auth.yaml", &spec),
        generated("auth.yaml", &windows),
    );
    for (path, text) in plain.tree.iter() {
        assert!(windows.tree.get(path) == Some(text), "{path} differs");
    }
}
