//! Where the settings are, and what their paths mean.

use std::fs;

use super::{auth_gen, project, text, transcript};

#[test]
fn paths_in_the_settings_are_relative_to_them_and_flags_win() {
    let folder = project();
    let above = folder.path().join("elsewhere");
    fs::create_dir(&above).expect("writable");
    let config = ["--config", "../auth-gen.toml"];
    let from_elsewhere = auth_gen(&above, &["generate", config[0], config[1]]);
    assert!(from_elsewhere.status.success());
    assert!(folder.path().join("auth/auth-gen.lock").exists());
    let with_flag = auth_gen(&above, &["generate", config[0], config[1], "--out", "here"]);
    assert!(with_flag.status.success());
    let lock = |path: &str| fs::read(folder.path().join(path)).expect("it was written");
    assert_eq!(
        lock("auth/auth-gen.lock"),
        lock("elsewhere/here/auth-gen.lock")
    );
}

#[test]
fn the_settings_are_found_in_a_folder_above_within_the_repository() {
    let folder = project();
    let below = folder.path().join("web/src");
    fs::create_dir_all(&below).expect("writable");
    let output = auth_gen(&below, &["generate"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("`../../auth`: "));
    assert!(folder.path().join("auth/auth-gen.lock").exists());
    // What lies above another repository is not its own.
    fs::create_dir(folder.path().join("web/.git")).expect("writable");
    let shown = transcript(&below, &["check"]);
    assert!(shown.contains("there is no `auth-gen.toml`"), "{shown}");
}
