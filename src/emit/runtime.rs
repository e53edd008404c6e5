//! The files of the server that are the same for every spec, copied verbatim.

use std::collections::BTreeSet;

use crate::ir::{Api, Behaviour};
use crate::tree::Tree;

/// Path below `templates/server` and text, sorted; written by `build.rs`.
static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/server_files.rs"));

/// Tests that speak to operations which a spec may lack: the name of the test and the behaviours
/// that it needs, all of them. A test that is not listed goes into every server.
static TESTS: &[(&str, &[&str])] = &[];

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
    for (path, text) in FILES {
        if is_wanted(path, &behaviours) {
            tree.insert(format!("server/{path}"), *text);
        }
    }
}

fn is_wanted(path: &str, behaviours: &BTreeSet<&str>) -> bool {
    test_name(path)
        .and_then(|name| TESTS.iter().find(|(test, _)| *test == name))
        .is_none_or(|(_, needs)| needs.iter().all(|need| behaviours.contains(need)))
}

/// The integration test that a file belongs to: itself, its folder's, or the one of its snapshot.
fn test_name(path: &str) -> Option<&str> {
    let file = path.strip_prefix("tests/")?;
    match file.strip_prefix("snapshots/") {
        Some(snapshot) => snapshot.split_once("__").map(|(test, _)| test),
        None => file.split(['/', '.']).next(),
    }
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
        assert_eq!(
            embedded, tracked,
            "commit new files, remove stray ones, or extend `KINDS` in build.rs"
        );
    }

    #[test]
    fn tests_name_files_and_behaviours_that_exist() {
        for (test, needs) in TESTS {
            let path = format!("tests/{test}.rs");
            assert!(FILES.iter().any(|(file, _)| *file == path), "{path}");
            for need in *needs {
                assert!(BEHAVIOURS.iter().any(|row| row.name == *need), "{need}");
            }
        }
    }

    #[test]
    fn snapshots_go_with_their_test() {
        assert_eq!(test_name("tests/sign_up.rs"), Some("sign_up"));
        assert_eq!(
            test_name("tests/snapshots/sign_up__refused.snap"),
            Some("sign_up")
        );
        assert_eq!(test_name("tests/common/mod.rs"), Some("common"));
        assert_eq!(test_name("src/lib.rs"), None);
    }
}
