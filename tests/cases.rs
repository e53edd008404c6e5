//! Small specs, and every file that the spec decides, as snapshots beside them.
//!
//! `tests/cases/<case>/api.yaml` is the spec; an `appInfo.yaml` beside it replaces the one that all
//! others share. Each case shows one thing; a snapshot that outgrows a screen or two wants to be
//! two cases. `tree.snap` lists what is emitted, so that an extra or a lost file shows in one line.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use auth_gen::settings::Settings;
use auth_gen::source::SourceFile;
use auth_gen::{Inputs, generate};

const APP_INFO: &str = "\
appName: Case
apiDomain: http://localhost:3001
websiteDomain: http://localhost:3000
";

/// The files that hardly differ from case to case; golden shows them.
const ALIKE: &[&str] = &["server/src/api/app_info.rs", "server/src/api/mod.rs"];

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder of cases is there")
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    cases.sort();
    cases
}

fn inputs(case: &Path) -> Inputs {
    let spec = fs::read_to_string(case.join("api.yaml")).expect("a case has an api.yaml");
    let app_info = fs::read_to_string(case.join("appInfo.yaml"));
    Inputs {
        spec: SourceFile::new("api.yaml", &spec),
        app_info: SourceFile::new("appInfo.yaml", app_info.as_deref().unwrap_or(APP_INFO)).into(),
        settings: Settings::default(),
    }
}

/// The name of a file's snapshot: `models.rs`, `custom.totp.rs`, `types.d.ts`.
fn name(path: &str) -> Option<String> {
    if ALIKE.contains(&path) {
        return None;
    }
    let rust = path.strip_prefix("server/src/api/");
    let typescript = [
        "client/js/types.d.ts",
        "client/js/operations.d.ts",
        "client/js/operations.js",
    ]
    .contains(&path)
    .then(|| path.trim_start_matches("client/js/"));
    let name = rust.or(typescript)?;
    Some(name.replace('/', "."))
}

/// The paths. What every output has, whatever the spec, is named by its folder: those files are
/// copied, and another test holds their list.
fn folded(paths: &[&str]) -> String {
    let mut lines = Vec::new();
    let mut copied = BTreeSet::new();
    for path in paths {
        let is_copied = ["server/runtime/", "server/src/", "client/js/"]
            .iter()
            .any(|folder| path.starts_with(folder))
            && name(path).is_none()
            && !ALIKE.contains(path);
        if is_copied {
            let folder = path.split('/').take(2).collect::<Vec<_>>().join("/");
            copied.insert(folder);
        } else {
            lines.push((*path).to_owned());
        }
    }
    for folder in copied {
        lines.push(format!("{folder}/… copied"));
    }
    lines.join("\n")
}

#[test]
fn every_case_is_emitted_as_its_snapshots_say() {
    for case in cases() {
        let title = case
            .file_name()
            .expect("a case has a name")
            .to_string_lossy();
        let generated = match generate(&inputs(&case)) {
            Ok(generated) => generated,
            Err(diagnostics) => panic!("{title} is refused:\n{}", diagnostics.render(false)),
        };
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(&case);
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| {
            let paths: Vec<&str> = generated.tree.iter().map(|(path, _)| path).collect();
            insta::assert_snapshot!("tree", folded(&paths));
            for (path, text) in generated.tree.iter() {
                if let Some(name) = name(path) {
                    insta::assert_snapshot!(name, text);
                }
            }
            if !generated.warnings.is_empty() {
                insta::assert_snapshot!("warnings", generated.warnings.render(false));
            }
        });
    }
}

/// See [the case](cases/hidden-characters/api.yaml). The copy of the description is as it was written.
#[test]
fn no_emitted_file_has_a_character_that_cannot_be_seen() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/hidden-characters");
    let generated = generate(&inputs(&case)).expect("it has no errors");
    let is_hidden = |character: char| {
        matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            || character.is_control() && !matches!(character, '\n' | '\t')
    };
    for (path, text) in generated.tree.iter() {
        if path != "server/openapi.yaml" {
            assert!(!text.contains(is_hidden), "{path}");
        }
    }
}
