//! The files of the server that are the same for every spec, copied verbatim.

use std::collections::BTreeSet;

use crate::ir::{Api, Behaviour};
use crate::tree::Tree;

/// Path below `templates/server` and text, sorted; written by `build.rs`.
static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/server_files.rs"));

/// The integration tests that speak to operations which a spec may lack, and the behaviours that
/// each needs, all of them. A test that is not listed goes into every server; a snapshot goes where
/// a test goes that names it.
static TESTS: &[(&str, &[&str])] = &[
    (
        "app",
        &[
            "email-password.sign-in",
            "email-password.sign-up",
            "session.refresh",
            "session.sign-out",
        ],
    ),
    (
        "commands",
        &[
            "email-password.sign-in",
            "email-password.sign-up",
            "jwt.jwks",
            "session.refresh",
            "session.sign-out",
        ],
    ),
    ("conformance", &["session.refresh", "session.sign-out"]),
    ("connections", &["email-password.sign-up", "jwt.jwks"]),
    ("example", &["email-password.sign-up", "session.refresh"]),
    (
        "forged_requests",
        &[
            "email-password.email-exists",
            "email-password.sign-in",
            "email-password.sign-up",
            "session.refresh",
            "session.sign-out",
        ],
    ),
    (
        "forged_tokens",
        &[
            "email-password.sign-up",
            "jwt.jwks",
            "password-reset.consume-token",
            "password-reset.create-token",
            "session.refresh",
            "session.sign-out",
        ],
    ),
    (
        "heads",
        &[
            "email-password.sign-in",
            "email-password.sign-up",
            "jwt.jwks",
            "session.refresh",
        ],
    ),
    ("hooks", &["session.refresh", "session.sign-out"]),
    (
        "hostile_input",
        &[
            "email-password.email-exists",
            "email-password.sign-in",
            "email-password.sign-up",
            "session.refresh",
            "session.sign-out",
        ],
    ),
    ("instances", &["session.refresh", "session.sign-out"]),
    (
        "limits",
        &[
            "email-password.email-exists",
            "email-password.sign-in",
            "email-password.sign-up",
            "password-reset.consume-token",
            "password-reset.create-token",
        ],
    ),
    (
        "log",
        &[
            "email-password.email-exists",
            "email-password.sign-in",
            "email-password.sign-up",
            "password-reset.consume-token",
            "password-reset.create-token",
            "session.refresh",
            "session.sign-out",
        ],
    ),
    (
        "mail",
        &["email-password.sign-up", "password-reset.create-token"],
    ),
    (
        "metrics",
        &[
            "email-password.sign-in",
            "email-password.sign-up",
            "session.refresh",
        ],
    ),
    ("operations", &["jwt.jwks"]),
    (
        "origins",
        &[
            "email-password.email-exists",
            "email-password.sign-in",
            "email-password.sign-up",
            "password-reset.consume-token",
            "password-reset.create-token",
            "session.refresh",
            "session.sign-out",
        ],
    ),
    (
        "password_reset",
        &[
            "email-password.sign-in",
            "email-password.sign-up",
            "password-reset.consume-token",
            "password-reset.create-token",
            "session.refresh",
        ],
    ),
    (
        "program",
        &["email-password.sign-in", "email-password.sign-up"],
    ),
    (
        "routing",
        &[
            "email-password.sign-in",
            "email-password.sign-up",
            "jwt.jwks",
            "openid.discovery",
            "session.refresh",
        ],
    ),
    (
        "sign_in",
        &[
            "email-password.email-exists",
            "email-password.sign-in",
            "email-password.sign-up",
        ],
    ),
    ("sign_up", &["email-password.sign-up"]),
    (
        "signing_in_again",
        &[
            "email-password.sign-in",
            "email-password.sign-up",
            "session.refresh",
        ],
    ),
    (
        "stopping",
        &[
            "email-password.sign-in",
            "email-password.sign-up",
            "password-reset.create-token",
        ],
    ),
    ("traces", &["email-password.sign-up"]),
];

/// Copies the runtime, and the tests of those behaviours that the spec has.
pub(super) fn emit(api: &Api, tree: &mut Tree) {
    let behaviours: BTreeSet<&str> = api
        .operations
        .iter()
        .filter_map(|operation| match &operation.behaviour {
            Behaviour::BuiltIn(built_in) => Some(built_in.behaviour.name),
            Behaviour::Custom(_) => None,
        })
        .collect();
    for (path, text) in files(&behaviours) {
        tree.insert(format!("server/{path}"), text);
    }
}

fn files(behaviours: &BTreeSet<&str>) -> Vec<(&'static str, &'static str)> {
    let tests: Vec<&str> = FILES
        .iter()
        .filter(|(path, _)| test_name(path).is_some_and(|name| is_wanted(name, behaviours)))
        .map(|(_, text)| *text)
        .collect();
    let is_shown = |snapshot: &str| {
        let name = format!("\"{snapshot}\"");
        tests.iter().any(|test| test.contains(&name))
    };
    FILES
        .iter()
        .filter(|(path, _)| match (snapshot_name(path), test_name(path)) {
            (Some(snapshot), _) => is_shown(snapshot),
            (None, Some(test)) => is_wanted(test, behaviours),
            (None, None) => true,
        })
        .copied()
        .collect()
}

fn is_wanted(test: &str, behaviours: &BTreeSet<&str>) -> bool {
    TESTS
        .iter()
        .find(|(name, _)| *name == test)
        .is_none_or(|(_, needs)| needs.iter().all(|need| behaviours.contains(need)))
}

/// Folders below `tests` that are no test of their own.
const SHARED: [&str; 2] = ["common", "snapshots"];

/// `sign_up` of `tests/sign_up.rs`, `conformance` of all that is in `tests/conformance`.
fn test_name(path: &str) -> Option<&str> {
    let path = path.strip_prefix("tests/")?;
    match path.split_once('/') {
        Some((folder, _)) => (!SHARED.contains(&folder)).then_some(folder),
        None => path.strip_suffix(".rs"),
    }
}

/// `refused` of `tests/snapshots/refused.snap`.
fn snapshot_name(path: &str) -> Option<&str> {
    path.strip_prefix("tests/snapshots/")?.strip_suffix(".snap")
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::catalog::BEHAVIOURS;

    #[test]
    fn what_is_embedded_is_what_git_tracks() {
        let listing = Command::new("git")
            .args(["ls-files", "--", "templates/server"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output();
        // An unpacked package has no repository, and then nothing to compare with.
        let Ok(listing) = listing else { return };
        let listing = String::from_utf8(listing.stdout).expect("our paths are ASCII");
        let tracked: Vec<&str> = listing
            .lines()
            .filter_map(|path| path.strip_prefix("templates/server/"))
            .filter(|path| !path.starts_with("src/api/"))
            .collect();
        if tracked.is_empty() {
            return;
        }
        let embedded: Vec<&str> = FILES.iter().map(|(path, _)| *path).collect();
        let without = |these: &[&str], those: &[&str]| {
            let these = these.iter().filter(|path| !those.contains(path));
            these.copied().collect::<Vec<_>>().join(", ")
        };
        assert!(
            embedded == tracked,
            "commit new files, remove stray ones, or extend `KINDS` in build.rs\n\
             embedded and not in git: {}\nin git and not embedded: {}",
            without(&embedded, &tracked),
            without(&tracked, &embedded),
        );
    }

    #[test]
    fn tests_name_files_and_behaviours_that_exist() {
        for (test, needs) in TESTS {
            let paths = [format!("tests/{test}.rs"), format!("tests/{test}/main.rs")];
            let is_there = FILES
                .iter()
                .any(|(file, _)| paths.iter().any(|it| it == file));
            assert!(is_there, "{test}");
            for need in *needs {
                assert!(BEHAVIOURS.iter().any(|row| row.name == *need), "{need}");
            }
        }
    }

    #[test]
    fn a_server_with_every_behaviour_has_every_file() {
        let all = BEHAVIOURS.iter().map(|row| row.name).collect();
        assert_eq!(files(&all), FILES);
    }

    #[test]
    fn snapshots_go_with_their_test() {
        let sessions = BTreeSet::from(["session.refresh", "session.sign-out"]);
        let files = files(&sessions);
        let has = |path: &str| files.iter().any(|(file, _)| *file == path);
        assert!(has("tests/conformance/main.rs") && has("tests/snapshots/jwks.snap"));
        assert!(!has("tests/sign_up.rs") && !has("tests/snapshots/sign_up_taken.snap"));
        assert!(has("tests/common/mod.rs") && has("src/lib.rs"));
    }
}
