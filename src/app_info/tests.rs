//! Every file in `tests/app_info/good` and `tests/app_info/bad`, and the snapshot beside it.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/app_info")
        .join(name)
}

fn sources(name: &str) -> Vec<SourceFile> {
    let mut sources = Vec::new();
    for entry in fs::read_dir(folder(name)).expect("the folder of fixtures is there") {
        let path = entry.expect("the folder can be read").path();
        let file_name = path.file_name().expect("a fixture has a name");
        let file_name = file_name.to_string_lossy().into_owned();
        if !file_name.ends_with(".snap") && !file_name.ends_with(".snap.new") {
            let text = fs::read_to_string(&path).expect("a fixture is UTF-8");
            sources.push(SourceFile::new(file_name, &text));
        }
    }
    sources.sort_by(|left, right| left.name().cmp(right.name()));
    assert!(!sources.is_empty());
    sources
}

fn snapshot(group: &str, file: &SourceFile, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder(group));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(file.name(), text));
}

/// One line for each field that is there.
fn listing(app_info: &AppInfo) -> String {
    let AppInfo {
        app_name,
        api_domain,
        api_base_path,
        api_gateway_path,
        website_domain,
        origin,
        website_base_path,
    } = app_info;
    let fields = [
        ("appName", Some(app_name)),
        ("apiDomain", Some(api_domain)),
        ("apiBasePath", api_base_path.as_ref()),
        ("apiGatewayPath", api_gateway_path.as_ref()),
        ("websiteDomain", website_domain.as_ref()),
        ("origin", origin.as_ref()),
        ("websiteBasePath", website_base_path.as_ref()),
    ];
    let mut text = String::new();
    for (name, setting) in fields {
        match setting {
            None => {}
            Some(Setting::Text(value)) => text += &format!("{name}: {value:?}\n"),
            Some(Setting::Env {
                name: variable,
                default,
            }) => text += &format!("{name}: ${variable}, otherwise {default:?}\n"),
        }
    }
    text
}

#[test]
fn good_files_are_read_as_their_snapshots_say() {
    for file in sources("good") {
        match parse(&file) {
            Ok((app_info, warnings)) => {
                let text = listing(&app_info) + "\n" + &warnings.render(false);
                snapshot("good", &file, text.trim_end());
            }
            Err(errors) => panic!("{}:\n{}", file.name(), errors.render(false)),
        }
    }
}

#[test]
fn bad_files_are_reported_as_their_snapshots_say() {
    for file in sources("bad") {
        match parse(&file) {
            Ok((app_info, _)) => panic!("{} is read as\n{}", file.name(), listing(&app_info)),
            Err(errors) => {
                assert!(errors.has_errors(), "{}", file.name());
                snapshot("bad", &file, &errors.render(false));
            }
        }
    }
}

#[test]
fn every_code_has_a_bad_or_a_doubtful_file() {
    let mut seen = std::collections::BTreeSet::new();
    for file in sources("bad").into_iter().chain(sources("good")) {
        let found = parse(&file).map_or_else(|errors| errors, |(_, warnings)| warnings);
        for diagnostic in found.iter() {
            seen.insert(diagnostic.code);
            assert!(!diagnostic.labels.is_empty(), "{diagnostic:?}");
        }
    }
    for code in [
        "app-info-cross-site",
        "app-info-duplicate-field",
        "app-info-insecure-api",
        "app-info-invalid-field",
        "app-info-missing-field",
        "app-info-not-found",
        "app-info-not-static",
        "app-info-unknown-field",
        "app-info-unknown-format",
        "invalid-script",
        "invalid-toml",
    ] {
        assert!(seen.contains(code), "{code} has no file");
    }
}

/// The same values, whichever format they come in.
#[test]
fn formats_agree() {
    let read = |name: &str, text: &str| {
        let result = parse(&SourceFile::new(name, text));
        result.expect("valid").0
    };
    let yaml = read(
        "a.yaml",
        "appName: Notes\napiDomain: ${API:-localhost:3001}\norigin: localhost:3000\n",
    );
    let json = r#"{"appName": "Notes", "apiDomain": "${API:-localhost:3001}", "origin": "localhost:3000"}"#;
    let toml = "appName = 'Notes'\napiDomain = '${API:-localhost:3001}'\norigin = 'localhost:3000'";
    let script = "export default { appName: `Notes`, apiDomain: process.env.API ?? 'localhost:3001', \
                  origin: 'localhost:' + '3000' }";
    assert_eq!(yaml, read("a.json", json));
    assert_eq!(yaml, read("a.toml", toml));
    for extension in SCRIPTS {
        assert_eq!(yaml, read(&format!("a.{extension}"), script), "{extension}");
    }
}

#[test]
fn the_base_path_is_known_without_an_environment() {
    let base_path = |line: &str| {
        let text = format!("appName: N\napiDomain: localhost:1\norigin: localhost:2\n{line}");
        let (app_info, _) = parse(&SourceFile::new("a.yaml", &text)).expect("valid");
        app_info.default_api_base_path()
    };
    assert_eq!(base_path(""), "/auth");
    assert_eq!(base_path("apiBasePath: api/"), "/api");
    assert_eq!(base_path("apiBasePath: /"), "");
    assert_eq!(base_path("apiBasePath: ${BASE:-/x/}"), "/x");
    assert_eq!(base_path("apiBasePath: ${BASE:-}"), "/auth");
    assert_eq!(base_path("apiBasePath: ${BASE}"), "/auth");
}

/// A file that is cut off anywhere is reported like any other.
#[test]
fn no_beginning_of_a_file_is_too_much() {
    for file in sources("good").into_iter().chain(sources("bad")) {
        for (end, _) in file.text().char_indices() {
            let part = SourceFile::new(file.name(), &file.text()[..end]);
            let found = parse(&part).map_or_else(|errors| errors, |(_, warnings)| warnings);
            for diagnostic in found.iter() {
                for (span, _) in &diagnostic.labels {
                    assert!(
                        part.text().get(span.range.clone()).is_some(),
                        "{diagnostic:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn brackets_without_end_are_reported() {
    for extension in ["ts", "json", "toml", "yaml"] {
        let text = format!("a = {}", "[".repeat(100_000));
        let errors = parse(&SourceFile::new(format!("a.{extension}"), &text)).expect_err("broken");
        assert!(errors.has_errors(), "{extension}");
    }
}

#[test]
fn our_own_file_is_beyond_doubt() {
    let path = folder("../../spec/appInfo.yaml");
    let text = fs::read_to_string(path).expect("the file is there");
    let (app_info, warnings) = parse(&SourceFile::new("appInfo.yaml", &text)).expect("valid");
    assert!(warnings.is_empty(), "{}", warnings.render(false));
    assert_eq!(app_info.default_api_base_path(), "/auth");
}
