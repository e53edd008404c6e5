//! The manifests that compile `templates/runtime` and `templates/server` here and those that are emitted
//! agree.

use std::fs;
use std::path::Path;

/// The lines of one table of a manifest.
fn table(manifest: &str, name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(manifest);
    let text = fs::read_to_string(&path).expect("the manifest is there");
    text.lines()
        .skip_while(|line| line.trim() != format!("[{name}]"))
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .map(str::trim)
        // Neither comments nor the template's own words.
        .filter(|line| !line.is_empty() && !line.starts_with('#') && !line.starts_with("{%"))
        .map(str::to_owned)
        .collect()
}

/// Fails where two manifests do not have the same lines, in the same order, in a table.
fn compare(ours: &str, emitted: &str, name: &str) {
    let (ours, emitted) = (table(ours, name), table(emitted, name));
    assert!(!ours.is_empty(), "[{name}]");
    let without = |these: &[String], those: &[String]| {
        let these = these.iter().filter(|line| !those.contains(line));
        these.cloned().collect::<Vec<_>>().join("\n")
    };
    assert!(
        ours == emitted,
        "[{name}] is not the same, and in the same order:\nonly here:\n{}\nonly in what is emitted:\n{}",
        without(&ours, &emitted),
        without(&emitted, &ours),
    );
}

#[test]
fn both_manifests_of_the_runtime_name_the_same_features_and_dependencies() {
    for name in [
        "features",
        "dependencies",
        "target.'cfg(unix)'.dependencies",
        "target.'cfg(target_os = \"linux\")'.dependencies",
        "dev-dependencies",
    ] {
        compare(
            "tests/runtime/Cargo.toml",
            "templates/crate/runtime.toml",
            name,
        );
    }
}

#[test]
fn the_emitted_runtime_has_the_version_of_the_generator() {
    let package = table("templates/crate/runtime.toml", "package");
    let version = format!("version = {:?}", env!("CARGO_PKG_VERSION"));
    assert!(package.contains(&version), "{package:?}");
}

#[test]
fn both_manifests_of_the_server_name_the_same_dependencies() {
    let without_runtime = |manifest| {
        let mut lines = table(manifest, "dependencies");
        lines.retain(|line| !line.starts_with("auth-runtime = "));
        lines
    };
    let ours = without_runtime("tests/server/Cargo.toml");
    assert!(!ours.is_empty());
    assert_eq!(ours, without_runtime("templates/crate/Cargo.toml.jinja"));
}

#[test]
fn passwords_are_hashed_as_fast_in_development_as_here() {
    let name = "profile.dev.package";
    let ours = table("Cargo.toml", name);
    assert!(!ours.is_empty());
    let emitted = table("templates/crate/Cargo.toml.jinja", name);
    assert_eq!(ours, emitted);
}
