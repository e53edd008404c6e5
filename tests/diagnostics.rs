//! Every diagnostic has a broken input, and the snapshot beside it shows what the user reads.
//!
//! `tests/diagnostics/<code>.yaml` (or `.json`) is the description that provokes the code; further ones for
//! the same code are named `<code>.<variant>.yaml`. `<code>.appInfo.yaml` is the appInfo that goes with it,
//! where that matters. What can be wrong with appInfo alone has its fixtures in `tests/app_info`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use auth_gen::diagnostic::Diagnostics;
use auth_gen::settings::Settings;
use auth_gen::source::SourceFile;
use auth_gen::{Inputs, generate};

/// A description with nothing unusual in it.
const SPEC: &str = "\
openapi: 3.0.3
info: { title: Good, version: '1' }
paths: {}
";

/// An appInfo with nothing unusual in it.
const APP_INFO: &str = "\
appName: Good
apiDomain: http://localhost:3001
websiteDomain: http://localhost:3000
";

/// Codes that no text of the input provokes: where each is covered, and why not here.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    ("broken-lock", "tests/disk.rs", "a file in the output"),
    ("edited-output", "tests/disk.rs", "a file in the output"),
    ("foreign-output", "tests/disk.rs", "a file in the output"),
    (
        "merge-conflict",
        "tests/cli/lock.rs",
        "a file in the output",
    ),
    ("newer-output", "tests/cli/lock.rs", "a file in the output"),
    ("output-in-use", "tests/disk.rs", "a second run"),
    ("unwritable-output", "tests/disk.rs", "the file system"),
    (
        "unreadable-input",
        "tests/snapshots/cli__nothing_given.snap",
        "the file system",
    ),
    ("cannot-watch", "tests/cli/watch.rs", "standard input"),
    (
        "missing-setting",
        "tests/snapshots/cli__nothing_given.snap",
        "the command line",
    ),
    (
        "invalid-setting",
        "tests/snapshots/cli__settings.snap",
        "auth-gen.toml",
    ),
    (
        "unknown-setting",
        "tests/snapshots/cli__settings.snap",
        "auth-gen.toml",
    ),
    ("no-program", "tests/cli/own_program.rs", "auth-gen.toml"),
    ("same-output", "tests/nextjs.rs", "auth-gen.toml"),
    ("port-in-use", "tests/cli.rs", "the network"),
    ("file-too-large", "src/source/read.rs", "8 MiB of fixture"),
];

/// Codes without a test, each with the reason.
const UNTESTED: &[(&str, &str)] = &[
    (
        "missing-program",
        "`dev` without a Cargo: the tests are run by one",
    ),
    ("no-provider", "the system refuses a port or random numbers"),
    ("no-signals", "the system refuses a signal handler"),
    (
        "server-ended",
        "`dev` is run as a whole by the continuous integration",
    ),
    ("server-not-built", "as above"),
    ("server-not-listening", "as above, after a minute"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn fixtures() -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(root().join("tests/diagnostics"))
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

fn diagnose(spec: SourceFile, app_info: SourceFile) -> Diagnostics {
    let inputs = Inputs {
        spec,
        app_info: app_info.into(),
        settings: Settings::default(),
    };
    generate(&inputs).map_or_else(|errors| errors, |generated| generated.warnings)
}

/// The report about one fixture.
fn report(path: &Path) -> Diagnostics {
    let app_info = path.with_extension("appInfo.yaml");
    let app_info = if app_info.exists() {
        source(&app_info)
    } else {
        SourceFile::new("appInfo.yaml", APP_INFO)
    };
    diagnose(source(path), app_info)
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
    let path = root().join("tests/diagnostics/dangling-ref.yaml");
    snapshot("dangling-ref-as-json", &report(&path).to_json());
}

/// Both files are looked at, and everything is said about both.
#[test]
fn all_files_are_reported_at_once() {
    let spec = SourceFile::new("api.yaml", "openapi: 3.0.3\npaths: {}\n");
    let app_info = SourceFile::new("appInfo.yaml", "appName: Doors\norigin: 'http://'\n");
    let found = diagnose(spec, app_info);
    let codes: Vec<&str> = found.iter().map(|one| one.code).collect();
    assert_eq!(
        codes,
        [
            "missing-field",
            "no-operations",
            "app-info-missing-field",
            "app-info-invalid-field"
        ]
    );
}

/// Words of the sources that look like codes: kebab-case literals where a code stands.
fn codes_in_sources() -> BTreeMap<String, String> {
    let mut codes = BTreeMap::new();
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("src is readable") {
            let path = entry.expect("src is readable").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).expect("src is UTF-8");
            let code = text.split("\n#[cfg(test)]\nmod tests {").next();
            let code = code.expect("a split has a first part");
            let name = path.strip_prefix(root()).expect("it lies in the root");
            let name = name.display().to_string().replace('\\', "/");
            if name.contains("/tests") {
                continue;
            }
            for (at, _) in code.match_indices('"') {
                let Some((word, _)) = code[at + 1..].split_once('"') else {
                    continue;
                };
                let is_kebab = word.contains('-')
                    && word.starts_with(|c: char| c.is_ascii_lowercase())
                    && !word.ends_with('-')
                    && word
                        .chars()
                        .all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-'));
                let before = code[..at].trim_end();
                let is_code = ["error(", "warning(", "code:", "file,"]
                    .iter()
                    .any(|end| before.ends_with(end))
                    || (name == "src/spec/tolerances.rs" && before.ends_with('='))
                    || (name == "src/disk/plan.rs" && before.ends_with('('));
                if is_kebab && is_code {
                    codes.insert(word.to_owned(), name.clone());
                }
            }
        }
    }
    codes
}

/// The codes that the fixtures of `tests/diagnostics`, `tests/app_info` and `tests/cases` provoke.
fn codes_in_fixtures() -> BTreeSet<String> {
    let mut reports: Vec<Diagnostics> = fixtures().iter().map(|path| report(path)).collect();
    for folder in ["tests/app_info/bad", "tests/app_info/good"] {
        for entry in fs::read_dir(root().join(folder)).expect("the folder is there") {
            let path = entry.expect("the folder can be read").path();
            if path
                .extension()
                .is_none_or(|end| end != "snap" && end != "new")
            {
                let spec = SourceFile::new("api.yaml", SPEC);
                reports.push(diagnose(spec, source(&path)));
            }
        }
    }
    for entry in fs::read_dir(root().join("tests/cases")).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        reports.push(report(&path.join("api.yaml")));
    }
    let all = reports.iter().flat_map(Diagnostics::iter);
    all.map(|one| one.code.to_owned()).collect()
}

#[test]
fn every_code_has_a_fixture_or_a_reason() {
    let (known, met) = (codes_in_sources(), codes_in_fixtures());
    for code in &met {
        assert!(
            known.contains_key(code),
            "`{code}` is reported, but this test does not find it in the sources: teach it"
        );
    }
    let mut missing = Vec::new();
    for (code, place) in &known {
        let elsewhere = ELSEWHERE.iter().find(|(other, ..)| other == code);
        let untested = UNTESTED.iter().any(|(other, _)| other == code);
        match elsewhere {
            None if met.contains(code) || untested => {}
            None => missing.push(format!("`{code}` ({place}) has no fixture")),
            Some((_, test, why)) => {
                let text = fs::read_to_string(root().join(test)).expect("the test is there");
                if met.contains(code) {
                    missing.push(format!("`{code}` has a fixture: it is not only by {why}"));
                } else if !text.contains(code.as_str()) {
                    missing.push(format!("`{code}` does not occur in {test}"));
                }
            }
        }
    }
    let listed = ELSEWHERE.iter().map(|(code, ..)| code);
    for code in listed.chain(UNTESTED.iter().map(|(code, _)| code)) {
        if !known.contains_key(*code) {
            missing.push(format!(
                "`{code}` is listed, but the sources do not have it"
            ));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
