//! Every diagnostic has a broken input, and the snapshot beside it shows what the user reads.
//!
//! `tests/diagnostics/<code>.yaml` (or `.json`) is the description that provokes the code; further ones for
//! the same code are named `<code>.<variant>.yaml`. `<code>.appInfo.yaml` is the appInfo that goes with it.

use std::fs;
use std::path::{Path, PathBuf};

use auth_gen::check_spec;
use auth_gen::diagnostic::Diagnostics;
use auth_gen::source::SourceFile;

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder of fixtures is there")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| {
            let name = path.to_string_lossy();
            (name.ends_with(".yaml") || name.ends_with(".json")) && !name.contains(".appInfo.")
        })
        .collect();
    paths.sort();
    paths
}

fn source(path: &Path) -> SourceFile {
    let name = path.file_name().expect("a fixture has a name");
    let text = fs::read_to_string(path).expect("a fixture is UTF-8");
    SourceFile::new(name.to_string_lossy(), &text)
}

/// What the user is told about one fixture.
fn report(path: &Path) -> Diagnostics {
    check_spec(&source(path))
}

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("diagnostics");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn every_fixture_is_reported_as_its_snapshot_says() {
    for path in fixtures() {
        let stem = path.file_stem().expect("a fixture has a name");
        let stem = stem.to_string_lossy();
        let code = stem.split('.').next().unwrap_or_default();
        let diagnostics = report(&path);
        assert!(
            diagnostics.iter().any(|one| one.code == code),
            "{stem} is not reported as `{code}`:\n{}",
            diagnostics.render(false)
        );
        snapshot(&stem, &diagnostics.render(false));
    }
}

#[test]
fn every_diagnostic_names_a_place_and_a_cure() {
    for path in fixtures() {
        for diagnostic in report(&path).iter() {
            let code = diagnostic.code;
            assert!(!diagnostic.labels.is_empty(), "`{code}` has no place");
            assert!(!diagnostic.help.is_empty(), "`{code}` has no cure");
        }
    }
}

#[test]
fn tools_get_the_same_as_json() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics/dangling-ref.yaml");
    snapshot("dangling-ref-as-json", &report(&path).to_json());
}
