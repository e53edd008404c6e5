//! The files that are the same for every spec, copied verbatim: the runtime crate, and the program and the
//! examples around the generated code.

use crate::catalog::RUNTIME_MANIFEST;
use crate::settings::{RuntimeSource, Settings};
use crate::tree::Tree;

/// Path below `templates/runtime` and text, sorted; written by `build.rs`.
static RUNTIME: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/runtime_files.rs"));

/// Path below `templates/server` and text, sorted; written by `build.rs`.
static SERVER: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/server_files.rs"));

/// Copies the program, and the runtime where the project holds a copy of it.
pub(super) fn emit(settings: &Settings, tree: &mut Tree) {
    for (path, text) in SERVER {
        tree.insert(format!("server/{path}"), *text);
    }
    if settings.runtime == RuntimeSource::Vendored {
        tree.insert("server/runtime/Cargo.toml", RUNTIME_MANIFEST);
        for (path, text) in RUNTIME {
            tree.insert(format!("server/runtime/{path}"), *text);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn what_is_embedded_is_what_git_tracks() {
        for (folder, files) in [("runtime", RUNTIME), ("server", SERVER)] {
            let folder = format!("templates/{folder}/");
            let listing = Command::new("git")
                .args(["ls-files", "--", &folder])
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .output();
            // An unpacked package has no repository, and then nothing to compare with.
            let Ok(listing) = listing else { return };
            let listing = String::from_utf8(listing.stdout).expect("our paths are ASCII");
            let tracked: Vec<&str> = listing
                .lines()
                .filter_map(|path| path.strip_prefix(&folder))
                .filter(|path| !path.starts_with("src/api/"))
                .collect();
            if tracked.is_empty() {
                return;
            }
            let embedded: Vec<&str> = files.iter().map(|(path, _)| *path).collect();
            let without = |these: &[&str], those: &[&str]| {
                let these = these.iter().filter(|path| !those.contains(path));
                these.copied().collect::<Vec<_>>().join(", ")
            };
            assert!(
                embedded == tracked,
                "{folder}: commit new files, remove stray ones, or extend `KINDS` in build.rs\n\
                 embedded and not in git: {}\nin git and not embedded: {}",
                without(&embedded, &tracked),
                without(&tracked, &embedded),
            );
        }
    }

    #[test]
    fn the_runtime_is_the_same_for_every_project_that_holds_a_copy() {
        let mut tree = Tree::default();
        emit(&Settings::default(), &mut tree);
        assert!(tree.get("server/runtime/src/lib.rs").is_some());
        let settings = Settings {
            runtime: RuntimeSource::Path("../runtime".to_owned()),
            ..Settings::default()
        };
        let mut tree = Tree::default();
        emit(&settings, &mut tree);
        assert!(tree.iter().all(|(path, _)| !path.contains("/runtime/")));
        assert!(tree.get("server/src/main.rs").is_some());
    }
}
