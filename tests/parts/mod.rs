//! The description that has operations of every recipe: that of `auth-gen init` with all further parts.

use std::fs;
use std::process::Command;

/// Its text.
pub(crate) fn with_all_parts() -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let init = Command::new(env!("CARGO_BIN_EXE_auth-gen"))
        .args(["init", "--with", "second-factors"])
        .current_dir(folder.path())
        .output()
        .expect("the program runs");
    assert!(init.status.success(), "{init:?}");
    fs::read_to_string(folder.path().join("auth.yaml")).expect("it was written")
}
