//! `backup` and `restore`: copies of a SQLite database.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::*;

/// A folder with a SQLite database, wherever the other tests have theirs.
fn folder() -> Place {
    Place {
        folder: TempDir::new().expect("there is room for a folder"),
        schema: None,
    }
}

fn path(place: &Place, name: &str) -> String {
    let path = place.folder.path().join(name);
    path.to_str().expect("it is text").to_owned()
}

/// The error of a command that fails.
fn refused(place: &Place, arguments: &[&str]) -> String {
    let (code, output, errors) = run(place, arguments);
    assert_eq!((code, output.as_str()), (1, ""), "{arguments:?}");
    errors
}

async fn sign_in(server: &Running, email: &str) -> Answer {
    post(server, "/signin", None, form(email, "passw0rd").to_string()).await
}

async fn can_sign_in(server: &Running, email: &str) -> bool {
    sign_in(server, email)
        .await
        .body
        .contains(r#""status":"OK""#)
}

/// The names in a folder, without what SQLite has beside a database.
fn names(place: &Place) -> Vec<String> {
    let entries = fs::read_dir(place.folder.path()).expect("it is there");
    let names = entries.map(|entry| entry.expect("it reads").file_name());
    let mut names: Vec<_> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.retain(|name| !name.ends_with("-wal") && !name.ends_with("-shm"));
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_that_are_made_under_load_have_all_that_was_acknowledged_before() {
    const ROUNDS: usize = 3;
    const USERS: usize = 6;
    let place = folder();
    let server = place.start();
    let mut made: Vec<(PathBuf, usize)> = Vec::new();
    for round in 0..ROUNDS {
        for user in 0..USERS {
            sign_up(&server, &format!("r{round}-u{user}@ex.co")).await;
        }
        let acknowledged = (round + 1) * USERS;
        let copy = path(&place, &format!("copy-{round}.db"));
        let copied = copy.clone();
        let arguments = ["backup", copied.as_str(), "--json"];
        // More users sign up while the copy is made.
        let more = async {
            for user in 0..USERS {
                sign_up(&server, &format!("r{round}-more{user}@ex.co")).await;
            }
        };
        let (answer, ()) = tokio::join!(
            async { tokio::task::block_in_place(|| json(&place, &arguments)) },
            more
        );
        let users = answer["users"].as_u64().expect("a number");
        assert!(users >= acknowledged as u64, "{answer}");
        assert_eq!(answer["sessions"], answer["users"]);
        let metadata = fs::metadata(&copy).expect("it is there");
        assert_eq!(answer["bytes"].as_u64(), Some(metadata.len()));
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
        made.push((copy.into(), round));
    }
    drop(server);
    for (copy, round) in made {
        let other = folder();
        let copy = copy.to_str().expect("it is text");
        let restored = json(&other, &["restore", copy, "--json"]);
        assert_eq!(restored["sessions"], 0, "{restored}");
        assert_eq!(restored["movedTo"], Value::Null);
        let server = other.start();
        for round in 0..=round {
            for user in [0, USERS - 1] {
                assert!(can_sign_in(&server, &format!("r{round}-u{user}@ex.co")).await);
            }
        }
        assert!(!can_sign_in(&server, &format!("r{}-u0@ex.co", round + 1)).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_ended_since_a_copy_was_made_ends_again_unless_it_is_kept() {
    let place = folder();
    let server = place.start();
    let signed_up = sign_up(&server, "ana@ex.co").await;
    let token = signed_up.header("st-refresh-token").to_owned();
    let copy = path(&place, "copy.db");
    let (code, output, _) = run(&place, &["backup", &copy]);
    assert_eq!(code, 0);
    assert!(
        output.contains("holds 1 user and 1 session in "),
        "{output}"
    );
    json(
        &place,
        &["sessions", "revoke", "--user", "ana@ex.co", "--json"],
    );
    assert_eq!(refresh(&server, &token).await.status, 401);
    drop(server);

    let (code, output, errors) = run(&place, &["restore", &copy, "--replace"]);
    assert_eq!((code, errors.as_str()), (0, ""));
    assert!(output.contains("1 user and 0 sessions"), "{output}");
    assert!(output.contains("users sign in again"), "{output}");
    let server = place.start();
    assert_eq!(refresh(&server, &token).await.status, 401);
    assert!(can_sign_in(&server, "ana@ex.co").await);
    drop(server);

    let arguments = ["restore", &copy, "--replace", "--keep-sessions", "--json"];
    // Names of databases that were moved aside have a second in them.
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    let restored = json(&place, &arguments);
    assert_eq!(restored["sessions"], 1, "{restored}");
    let server = place.start();
    assert_eq!(refresh(&server, &token).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_replaced_is_kept_and_one_in_use_is_not_replaced() {
    let place = folder();
    let server = place.start();
    sign_up(&server, "ana@ex.co").await;
    let copy = path(&place, "copy.db");
    json(&place, &["backup", &copy, "--json"]);
    sign_up(&server, "eva@ex.co").await;

    let errors = refused(&place, &["restore", &copy]);
    assert!(
        errors.contains("stop its servers and add `--replace`"),
        "{errors}"
    );
    let errors = refused(&place, &["restore", &copy, "--replace"]);
    assert!(errors.contains("is in use: stop its servers"), "{errors}");
    assert!(
        can_sign_in(&server, "eva@ex.co").await,
        "nothing has changed"
    );
    drop(server);

    let restored = json(&place, &["restore", &copy, "--replace", "--json"]);
    let aside = restored["movedTo"].as_str().expect("a path");
    let server = place.start();
    assert!(can_sign_in(&server, "ana@ex.co").await);
    assert!(!can_sign_in(&server, "eva@ex.co").await, "she came later");
    drop(server);
    // What was replaced is whole.
    let other = folder();
    json(&other, &["restore", aside, "--json"]);
    assert!(can_sign_in(&other.start(), "eva@ex.co").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_copy_is_refused_and_nothing_changes() {
    let place = folder();
    let server = place.start();
    sign_up(&server, "ana@ex.co").await;
    let copy = path(&place, "copy.db");
    json(&place, &["backup", &copy, "--json"]);
    drop(server);
    let file = |name: &str, content: &[u8]| {
        let path = path(&place, name);
        fs::write(&path, content).expect("it is written");
        path
    };
    let whole = fs::read(&copy).expect("it is there");
    let torn = file("torn.db", &whole[..whole.len() / 2]);
    let mut changed = whole.clone();
    let page = whole.len() / 4096 / 2 * 4096;
    changed[page..page + 4096].fill(0x5a);
    let changed = file("changed.db", &changed);
    let text = file("text.db", b"no database at all, but a text");
    let empty = file("empty.db", b"");
    let before = names(&place);
    for (from, why) in [
        (torn.as_str(), "damaged|malformed|intact"),
        (&changed, "damaged|malformed|intact"),
        (&text, "not a database"),
        (&empty, "no such table"),
        (&path(&place, "nothing.db"), "there is no file"),
    ] {
        let errors = refused(&place, &["restore", from, "--replace"]);
        assert!(
            why.split('|').any(|why| errors.contains(why)),
            "{from}: {errors}"
        );
    }
    let of_another = command(&place.folder)
        .env("AUTH_APP_ID", "another")
        .args(["restore", &copy, "--replace"])
        .output();
    let of_another = of_another.expect("the program was built");
    let errors = String::from_utf8(of_another.stderr).expect("it is text");
    assert!(errors.contains("it is of the app `public`"), "{errors}");
    assert_eq!(names(&place), before);
    assert!(can_sign_in(&place.start(), "ana@ex.co").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_overwrites_nothing_and_needs_a_database() {
    let place = folder();
    let errors = refused(&place, &["backup", &path(&place, "copy.db")]);
    assert!(
        errors.contains("DATABASE_URL: there is no database "),
        "{errors}"
    );
    assert_eq!(names(&place), [""; 0]);

    drop(place.start());
    let precious = path(&place, "precious.txt");
    fs::write(&precious, "mine").expect("it is written");
    let errors = refused(&place, &["backup", &precious]);
    assert!(
        errors.contains("is there already, and no file is overwritten"),
        "{errors}"
    );
    assert_eq!(fs::read_to_string(&precious).expect("it is there"), "mine");
    let nowhere = path(&place, "no/such/folder.db");
    let errors = refused(&place, &["backup", &nowhere]);
    assert!(errors.contains("cannot create "), "{errors}");

    // A copy that another command is making, or that was cut off.
    let copy = path(&place, "copy.db");
    fs::write(format!("{copy}.partial"), "half").expect("it is written");
    let errors = refused(&place, &["backup", &copy]);
    assert!(
        errors.contains("of another command that still runs"),
        "{errors}"
    );
    assert!(
        Path::new(&format!("{copy}.partial")).exists(),
        "it may be of use"
    );
}

#[test]
fn postgresql_is_copied_by_its_own_tools() {
    let place = Place::new();
    if place.schema.is_none() {
        return;
    }
    for arguments in [["backup", "copy.db"], ["restore", "copy.db"]] {
        let errors = refused(&place, &arguments);
        assert!(errors.contains("`pg_dump --format=custom`"), "{errors}");
    }
}
