//! `templates/server/src/api` is what auth-gen emits for `spec/`: byte for byte, no file more, no file less. So is the
//! `api` of the example of the guide, before and after a change of its description.

mod parts;
mod patch;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use auth_gen::settings::Settings;
use auth_gen::source::SourceFile;
use auth_gen::{Inputs, generate};
use serde_json::Value;

/// How much of a difference is shown.
const LINES: usize = 100;
const COMMAND: &str = "UPDATE=1 cargo test --test golden";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn input(path: &str) -> SourceFile {
    let name = Path::new(path).file_name().expect("a file");
    let text = fs::read_to_string(root().join(path)).expect("the input is there");
    SourceFile::new(name.to_str().expect("our names are ASCII"), &text)
}

/// What is emitted for a description, by path below `src/api`.
fn emitted(spec: SourceFile) -> BTreeMap<String, String> {
    let inputs = Inputs {
        spec,
        app_info: input("spec/appInfo.yaml").into(),
        settings: Settings::default(),
    };
    let generated = match generate(&inputs) {
        Ok(generated) => generated,
        Err(diagnostics) => panic!("a description is refused:\n{}", diagnostics.render(false)),
    };
    assert!(
        generated.warnings.is_empty(),
        "a description is warned about:\n{}",
        generated.warnings.render(false)
    );
    generated
        .tree
        .iter()
        .filter_map(|(path, text)| {
            let path = path.strip_prefix("server/src/api/")?;
            Some((path.to_owned(), text.to_owned()))
        })
        .collect()
}

/// What is there.
fn committed(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        let Ok(entries) = fs::read_dir(folder.join(&below)) else {
            continue;
        };
        for entry in entries {
            let entry = entry.expect("the folder can be read");
            let path = below.join(entry.file_name());
            if entry.path().is_dir() {
                folders.push(path);
            } else {
                let name = path
                    .to_str()
                    .expect("our names are ASCII")
                    .replace('\\', "/");
                let text = fs::read_to_string(entry.path()).expect("sources are UTF-8");
                files.insert(name, text);
            }
        }
    }
    files
}

#[test]
fn the_committed_api_is_what_is_emitted() {
    compare(
        "templates/server/src/api",
        &emitted(input("spec/auth.yaml")),
    );
}

#[test]
fn the_api_of_the_example_is_what_is_emitted_before_and_after_a_change() {
    let spec = input("tests/server/tests/own_operations/auth.yaml");
    let change = input("tests/changes/custom-answer-gains-optional-fields.yaml");
    let mut later: Value = serde_yaml::from_str(spec.text()).expect("YAML");
    let change: Value = serde_yaml::from_str(change.text()).expect("YAML");
    patch::merge(&mut later, &change["spec"]);
    let later = SourceFile::new("auth.yaml", &format!("{later:#}"));
    compare("tests/server/tests/own_operations/api", &emitted(spec));
    compare(
        "tests/server/tests/own_operations_later/api",
        &emitted(later),
    );
}

#[test]
fn the_api_of_the_tests_of_requests_and_answers_is_what_is_emitted() {
    for test in ["own_requests", "own_answers"] {
        let spec = input(&format!("tests/server/tests/{test}/auth.yaml"));
        compare(&format!("tests/server/tests/{test}/api"), &emitted(spec));
    }
}

#[test]
fn the_api_of_the_tests_of_second_factors_is_what_is_emitted() {
    let spec = SourceFile::new("auth.yaml", &parts::with_all_parts());
    compare("tests/server/tests/second_factors/api", &emitted(spec));
}

#[test]
fn the_api_of_the_tests_of_schemas_is_what_is_emitted() {
    let spec = input("tests/server/tests/own_schemas/auth.yaml");
    compare("tests/server/tests/own_schemas/api", &emitted(spec));
}

/// Compares a folder with what is emitted, or writes it.
fn compare(folder: &str, new: &BTreeMap<String, String>) {
    let folder = root().join(folder);
    let old = committed(&folder);
    if std::env::var_os("UPDATE").is_some() {
        for name in old.keys().filter(|name| !new.contains_key(*name)) {
            fs::remove_file(folder.join(name)).expect("a stale file can be removed");
        }
        for (name, text) in new {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().expect("it has a folder")).expect("it can be made");
            fs::write(path, text).expect("it can be written");
        }
        return;
    }
    let mut difference = String::new();
    for name in old
        .keys()
        .chain(new.keys().filter(|name| !old.contains_key(*name)))
    {
        let (before, after) = (old.get(name), new.get(name));
        if before != after {
            let text = similar::TextDiff::from_lines(
                before.map_or("", String::as_str),
                after.map_or("", String::as_str),
            )
            .unified_diff()
            .header(&format!("committed {name}"), &format!("emitted {name}"))
            .to_string();
            difference.push_str(&text);
        }
    }
    let shown: Vec<&str> = difference.lines().take(LINES).collect();
    let cut = difference.lines().count() - shown.len();
    assert!(
        difference.is_empty(),
        "what is emitted has changed. If it should: {COMMAND}\n{}\n({cut} more lines)",
        shown.join("\n"),
    );
}
