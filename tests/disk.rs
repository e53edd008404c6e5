//! Writing and checking: ours is replaced, the user's is never lost, and a killed run is repaired.

#[path = "disk/killed.rs"]
mod killed;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use auth_gen::diagnostic::Diagnostics;
use auth_gen::disk::{Difference, LOCK_FILE, Overwrite, Report, check, write};
use auth_gen::tree::Tree;
use tempfile::TempDir;

fn tree(files: &[(&str, &str)]) -> Tree {
    let mut tree = Tree::default();
    for (path, text) in files {
        tree.insert(*path, (*text).to_owned());
    }
    tree
}

/// What is in the way is kept as `<file>.orig`.
const SAVED: Overwrite = Overwrite {
    conflicts: true,
    newer: false,
};

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn generate(tree: &Tree, folder: &Path) -> Report {
    write(tree, folder, Overwrite::default()).expect("nothing is in the way")
}

fn titles(diagnostics: &Diagnostics, folder: &Path) -> Vec<String> {
    let folder = folder.display().to_string().replace('\\', "/");
    diagnostics
        .iter()
        .map(|one| format!("{}: {}", one.code, one.title.replace(&folder, "out")))
        .collect()
}

/// Every file below a folder, with its bytes.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("the folder is there") {
            let path = entry.expect("it is readable").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("it lies below");
                let name = name.display().to_string().replace('\\', "/");
                files.insert(name, fs::read(&path).expect("it is readable"));
            }
        }
    }
    files
}

const SMALL: &[(&str, &str)] = &[
    ("client/a.ts", "a\n"),
    ("server/src/api/b.rs", "b\n"),
    ("server/src/lib.rs", "lib\n"),
];

#[test]
fn a_second_run_touches_nothing() {
    let folder = folder();
    let tree = tree(SMALL);
    let first = generate(&tree, folder.path());
    assert_eq!((first.written.len(), first.unchanged), (3, 0));
    let time = |path: &str| {
        let metadata = fs::metadata(folder.path().join(path)).expect("it was written");
        metadata.modified().expect("the system keeps times")
    };
    let before = [time("client/a.ts"), time(LOCK_FILE), time(".")];
    thread::sleep(Duration::from_millis(20));
    let second = generate(&tree, folder.path());
    assert_eq!((second.written.len(), second.unchanged), (0, 3));
    assert_eq!(before, [time("client/a.ts"), time(LOCK_FILE), time(".")]);
    assert!(!folder.path().join("auth-gen.lock.next").exists());
}

#[test]
fn the_lock_is_what_sha256sum_reads() {
    let folder = folder();
    generate(&tree(SMALL), folder.path());
    let lock = fs::read_to_string(folder.path().join(LOCK_FILE)).expect("a lock");
    let lock = lock.replace(env!("CARGO_PKG_VERSION"), "[version]");
    insta::assert_snapshot!(lock, @r"
# Written by auth-gen: the SHA-256 of every file that it wrote here, by which it knows its own
# files from yours. Commit this file, and let `auth-gen generate` change it.
# auth-gen [version]
87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7  client/a.ts
0263829989b6fd954f72baaf2fc64bc2e2f01d692d4de72986ea808f6e99813f  server/src/api/b.rs
a325dcacb80b202a014b420b93fc19061900018f8ce216d0a0cb00d610ec7f97  server/src/lib.rs
");
}

#[test]
fn files_that_are_no_longer_emitted_and_empty_folders_are_removed() {
    let folder = folder();
    generate(&tree(SMALL), folder.path());
    fs::write(folder.path().join("client/mine.txt"), "mine").expect("writable");
    let report = generate(&tree(&[("server/src/lib.rs", "lib 2\n")]), folder.path());
    assert_eq!(report.removed, ["client/a.ts", "server/src/api/b.rs"]);
    let left: Vec<_> = contents(folder.path()).into_keys().collect();
    assert_eq!(left, [LOCK_FILE, "client/mine.txt", "server/src/lib.rs"]);
    assert!(!folder.path().join("server/src/api").exists());
}

#[test]
fn an_edited_or_foreign_file_stops_the_run_before_anything_is_written() {
    let folder = folder();
    generate(&tree(SMALL), folder.path());
    fs::write(folder.path().join("server/src/lib.rs"), "lib, edited\n").expect("writable");
    fs::write(folder.path().join("client/new.ts"), "mine\n").expect("writable");
    let before = contents(folder.path());

    // `a.ts` changes, `b.rs` goes, `lib.rs` was edited, `new.ts` is foreign.
    let next = tree(&[
        ("client/a.ts", "a 2\n"),
        ("client/new.ts", "generated\n"),
        ("server/src/lib.rs", "lib 2\n"),
    ]);
    let problems =
        write(&next, folder.path(), Overwrite::default()).expect_err("two files stand in the way");
    insta::assert_snapshot!(titles(&problems, folder.path()).join("\n"), @r"
foreign-output: `out/client/new.ts` was not written by auth-gen, and stands where a file is to be written
edited-output: `out/server/src/lib.rs` was edited since auth-gen wrote it
");
    assert_eq!(contents(folder.path()), before);

    let report = write(&next, folder.path(), SAVED).expect("they are set aside");
    assert_eq!(report.saved.len(), 2);
    let after = contents(folder.path());
    assert_eq!(after["server/src/lib.rs"], b"lib 2\n");
    assert_eq!(after["server/src/lib.rs.orig"], b"lib, edited\n");
    assert_eq!(after["client/new.ts.orig"], b"mine\n");
}

#[test]
fn a_saved_file_never_replaces_another() {
    let folder = folder();
    for edit in ["first", "second"] {
        generate(&tree(SMALL), folder.path());
        fs::write(folder.path().join("client/a.ts"), edit).expect("writable");
        write(&tree(SMALL), folder.path(), SAVED).expect("set aside");
    }
    let after = contents(folder.path());
    assert_eq!(after["client/a.ts.orig"], b"first");
    assert_eq!(after["client/a.ts.orig2"], b"second");
}

#[test]
fn an_edited_file_that_is_no_longer_emitted_is_not_removed() {
    let folder = folder();
    generate(&tree(SMALL), folder.path());
    fs::write(folder.path().join("client/a.ts"), "mine\n").expect("writable");
    write(&tree(&SMALL[1..]), folder.path(), Overwrite::default()).expect_err("`a.ts` was edited");
    assert_eq!(contents(folder.path())["client/a.ts"], b"mine\n");
}

#[test]
fn equal_files_are_adopted_and_foreign_ones_elsewhere_are_kept() {
    let folder = folder();
    fs::create_dir_all(folder.path().join("server/target")).expect("writable");
    fs::create_dir_all(folder.path().join("client")).expect("writable");
    fs::write(folder.path().join("client/a.ts"), "a\n").expect("writable");
    fs::write(folder.path().join("server/target/x"), "x").expect("writable");
    fs::write(folder.path().join("server/Cargo.lock"), "x").expect("writable");
    let report = generate(&tree(SMALL), folder.path());
    assert_eq!((report.written.len(), report.unchanged), (2, 1));
    generate(&tree(&SMALL[2..]), folder.path());
    let left: Vec<_> = contents(folder.path()).into_keys().collect();
    assert_eq!(
        left,
        [
            LOCK_FILE,
            "server/Cargo.lock",
            "server/src/lib.rs",
            "server/target/x"
        ]
    );
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    use std::os::unix::fs::symlink;

    let (folder, outside) = (folder(), self::folder());
    fs::write(outside.path().join("victim"), "mine\n").expect("writable");
    fs::create_dir_all(folder.path().join("client")).expect("writable");
    symlink(
        outside.path().join("victim"),
        folder.path().join("client/a.ts"),
    )
    .expect("a link");
    symlink(outside.path(), folder.path().join("server")).expect("a link");
    for overwrite in [Overwrite::default(), SAVED] {
        let problems = write(&tree(SMALL), folder.path(), overwrite).expect_err("links");
        assert_eq!(
            titles(&problems, folder.path()),
            [
                "foreign-output: `out/client/a.ts` is a symbolic link",
                "foreign-output: `out/server` is a symbolic link, and stands where a folder is to be made",
            ]
        );
    }
    let left: Vec<_> = contents(outside.path()).into_keys().collect();
    assert_eq!(left, ["victim"]);
}

#[test]
fn a_lock_that_leads_out_of_the_folder_is_refused() {
    let outside = folder();
    let folder = outside.path().join("out");
    fs::create_dir(&folder).expect("writable");
    fs::write(outside.path().join("victim"), "").expect("writable");
    // The right hash of the empty file: trusting this line would remove it.
    let line = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  ../victim\n";
    fs::write(folder.join(LOCK_FILE), line).expect("writable");
    let problems = write(&tree(SMALL), &folder, Overwrite::default()).expect_err("a broken lock");
    assert_eq!(
        titles(&problems, &folder),
        ["broken-lock: line 1 of `out/auth-gen.lock` is not `<sha256>  <path>`"]
    );
    assert!(outside.path().join("victim").exists());
}

#[test]
fn an_output_that_cannot_be_written_says_why() {
    let folder = folder();
    // A file where the folder should be; works for root too, unlike permissions.
    let out = folder.path().join("file");
    fs::write(&out, "mine").expect("writable");
    let problems = write(&tree(SMALL), &out, Overwrite::default()).expect_err("no folder");
    let first = problems.iter().next().expect("one problem");
    assert_eq!(first.code, "unwritable-output");
    assert!(first.title.ends_with("file` is a file, not a folder"));
    assert!(!first.help.is_empty());
    assert_eq!(fs::read(&out).expect("still there"), b"mine");
}

#[test]
fn what_blocks_a_folder_is_named_once() {
    let folder = folder();
    fs::write(folder.path().join("server"), "mine").expect("writable");
    let problems =
        write(&tree(SMALL), folder.path(), Overwrite::default()).expect_err("a file is there");
    insta::assert_snapshot!(titles(&problems, folder.path()).join("\n"), @"foreign-output: `out/server` is a file, and stands where a folder is to be made");
    assert!(!folder.path().join("client").exists());
}

#[test]
fn check_names_each_kind_of_drift_and_touches_nothing() {
    let folder = folder();
    generate(&tree(SMALL), folder.path());
    assert_eq!(
        check(&tree(SMALL), folder.path())
            .expect("readable")
            .differences,
        []
    );

    fs::write(folder.path().join("server/src/lib.rs"), "lib, edited\n").expect("writable");
    let next = tree(&[
        ("client/a.ts", "a 2\n"),
        ("client/new.ts", "new\n"),
        ("server/src/lib.rs", "lib\n"),
    ]);
    let before = contents(folder.path());
    let drift = check(&next, folder.path()).expect("readable");
    let kinds: Vec<_> = drift
        .differences
        .iter()
        .map(|one| match one {
            Difference::Missing { path } => format!("missing {path}"),
            Difference::Outdated { path, .. } => format!("outdated {path}"),
            Difference::Edited { path, .. } => format!("edited {path}"),
            Difference::Extra { path } => format!("extra {path}"),
            Difference::Blocked { path, .. } => format!("blocked {path}"),
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "outdated client/a.ts",
            "missing client/new.ts",
            "edited server/src/lib.rs",
            "extra server/src/api/b.rs",
        ]
    );
    assert_eq!(contents(folder.path()), before);

    fs::remove_file(folder.path().join(LOCK_FILE)).expect("it is there");
    let drift = check(&tree(SMALL), folder.path()).expect("readable");
    assert!(!drift.differences.is_empty());
}

#[test]
fn two_runs_at_once_do_not_mix() {
    let folder = folder();
    let journal = fs::File::create(folder.path().join("auth-gen.lock.next")).expect("writable");
    journal.lock().expect("nobody else has it");
    let problems = write(&tree(SMALL), folder.path(), Overwrite::default()).expect_err("in use");
    assert_eq!(
        titles(&problems, folder.path()),
        ["output-in-use: another auth-gen is writing in `out`"]
    );
}
