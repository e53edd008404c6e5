//! What `auth-gen diff` says of changes.
//!
//! `tests/diff/<change>.yaml` is a JSON merge patch (RFC 7396) of `tests/diff/base.yaml`, written in
//! YAML. The snapshot beside it has what the change means, and what it means when it is undone.

mod patch;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use auth_gen::app_info::AppInfoSource;
use auth_gen::source::SourceFile;
use auth_gen::{Change, compare};
use patch::merge;
use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> Value {
    let text = fs::read_to_string(path).expect("the file is UTF-8");
    serde_yaml::from_str(&text).expect("the file is YAML")
}

fn patches() -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(root().join("tests/diff"))
        .expect("the folder is there")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
        .filter(|path| !path.ends_with("base.yaml"))
        .collect();
    paths.sort();
    paths
}

fn changes(title: &str, old: &Value, new: &Value) -> Vec<Change> {
    let source = |name: &str, value: &Value| SourceFile::new(name, &format!("{value:#}"));
    let app_info = "appName: Doors\napiDomain: http://localhost:3001\n\
                    websiteDomain: http://localhost:3000\n";
    let app_info = AppInfoSource::from(SourceFile::new("appInfo.yaml", app_info));
    compare(
        &source("old.json", old),
        &source("new.json", new),
        &app_info,
    )
    .unwrap_or_else(|diagnostics| panic!("{title} is refused:\n{}", diagnostics.render(false)))
}

fn shown(changes: &[Change]) -> String {
    let lines = changes.iter().map(|change| {
        format!(
            "{} [{}] {} ({})\n",
            change.effect.name(),
            change.code,
            change.text,
            change.operations.join(", ")
        )
    });
    lines.collect()
}

#[test]
fn every_change_means_what_its_snapshot_says() {
    let base = read(&root().join("tests/diff/base.yaml"));
    for path in patches() {
        let title = path.file_stem().expect("a name").to_string_lossy();
        let mut new = base.clone();
        merge(&mut new, &read(&path));
        let there = shown(&changes(&title, &base, &new));
        let back = shown(&changes(&title, &new, &base));
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("diff");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| {
            insta::assert_snapshot!(title.as_ref(), format!("{there}\nundone:\n{back}"));
        });
    }
}

/// What a description says of itself is no change.
#[test]
fn the_same_api_in_other_words_is_no_change() {
    let base = read(&root().join("tests/diff/base.yaml"));
    let mut new = base.clone();
    merge(&mut new, &read(&root().join("tests/diff/same.yaml")));
    assert_ne!(base, new);
    assert_eq!(changes("same", &base, &new), []);
}

#[test]
fn a_description_does_not_differ_from_itself() {
    let cases = fs::read_dir(root().join("tests/cases")).expect("the folder is there");
    let cases = cases.map(|case| case.expect("it can be read").path().join("api.yaml"));
    let mut count = 0;
    for path in cases.chain([root().join("spec/auth.yaml")]) {
        let spec = read(&path);
        assert_eq!(changes(&path.display().to_string(), &spec, &spec), []);
        count += 1;
    }
    assert!(count > 5);
}

/// A code that no snapshot has is a rule that no test has seen.
#[test]
fn every_code_stands_in_a_snapshot() {
    let mut codes = BTreeSet::new();
    for name in ["answers", "operations", "requests", "types", "unions"] {
        let text = fs::read_to_string(root().join(format!("src/changes/{name}.rs")));
        let text = text.expect("the file is there");
        let quoted = text.split('"').skip(1).step_by(2);
        let is_code = |text: &&str| {
            text.contains('-')
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        };
        codes.extend(quoted.filter(is_code).map(str::to_owned));
    }
    assert!(codes.len() > 30, "{codes:?}");
    let mut seen = String::new();
    for path in patches() {
        seen += &fs::read_to_string(path.with_extension("snap")).expect("each has a snapshot");
    }
    codes.retain(|code| !seen.contains(&format!("[{code}]")));
    assert!(codes.is_empty(), "without a snapshot: {codes:?}");
}
