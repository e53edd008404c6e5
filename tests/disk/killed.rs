//! A run that is killed in the middle, and the one after it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use auth_gen::disk::LOCK_FILE;

use super::{SMALL, contents, folder, generate, tree};

/// What a run to `second` leaves in a folder of `first` when it is killed after two files.
#[test]
fn a_half_written_folder_is_known_as_ours() {
    let (first, second) = (
        tree(SMALL),
        tree(&[
            ("client/a.ts", "a 2\n"),
            ("client/new.ts", "new\n"),
            ("server/src/lib.rs", "lib 2\n"),
        ]),
    );
    let half = |folder: &Path| {
        generate(&first, folder);
        let other = super::folder();
        generate(&second, other.path());
        for path in ["client/a.ts", "client/new.ts"] {
            fs::copy(other.path().join(path), folder.join(path)).expect("writable");
        }
        fs::write(folder.join("server/src/lib.rs.auth-gen-tmp"), "li").expect("writable");
        let lock = fs::read_to_string(other.path().join(LOCK_FILE)).expect("a lock");
        // Torn in the middle of a line, as if an earlier run had been killed too.
        let journal = format!("{}\n{lock}", &lock[..lock.len() - 30]);
        fs::write(folder.join("auth-gen.lock.next"), journal).expect("writable");
    };
    for wanted in [&first, &second] {
        let (folder, clean) = (folder(), folder());
        half(folder.path());
        assert!(generate(wanted, folder.path()).repaired);
        generate(wanted, clean.path());
        assert_eq!(contents(folder.path()), contents(clean.path()));
    }
}

/// The real program, killed at moments spread over its whole run, between two different outputs.
#[test]
fn a_killed_run_is_repaired_by_the_next() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = folder();
    let config = |package: &str| {
        let path = folder.path().join(format!("{package}.toml"));
        let text = format!(
            "spec = \"{0}/auth.yaml\"\napp_info = \"{0}/appInfo.yaml\"\n[server]\npackage = \"{package}\"\n",
            root.join("spec").display().to_string().replace('\\', "/")
        );
        fs::write(&path, text).expect("writable");
        path
    };
    let configs = [config("first-auth"), config("second-auth")];
    let command = |config: &Path, out: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_auth-gen"));
        command
            .arg("generate")
            .arg("--config")
            .arg(config)
            .arg("--out")
            .arg(folder.path().join(out))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        command
    };
    let finish = |config: &Path, out: &str| {
        let output = command(config, out).output().expect("it runs");
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{complaint}");
    };

    finish(&configs[0], "clean0");
    finish(&configs[1], "clean1");
    let clean = [0, 1].map(|n| contents(&folder.path().join(format!("clean{n}"))));
    assert!(
        clean[0] != clean[1],
        "the package name stands in the output"
    );

    const ROUNDS: u32 = 30;
    let out = folder.path().join("out");
    let journal = out.join("auth-gen.lock.next");
    let mut writing = Duration::ZERO;
    let mut interrupted = 0;
    for round in 0..ROUNDS {
        // Every other round begins with an empty folder, so that there is much to write.
        if round % 2 == 0 && out.exists() {
            fs::remove_dir_all(&out).expect("it is ours");
        }
        fs::create_dir_all(out.join("server")).expect("writable");
        fs::write(out.join("server/auth.db"), "users").expect("writable");
        // Every third round is killed twice, the second time on the way to another output.
        let kills = if round % 3 == 0 { 2 } else { 1 };
        for kill in 0..kills {
            let config = &configs[((round / 2 + kill) % 2) as usize];
            let mut child = command(config, "out").spawn().expect("it runs");
            while !journal.exists() && matches!(child.try_wait(), Ok(None)) {
                thread::yield_now();
            }
            let start = Instant::now();
            if round == 0 {
                child.wait().expect("it has ended");
                writing = start.elapsed();
            } else {
                thread::sleep(writing * round / ROUNDS);
            }
            // SIGKILL on Unix: no handler runs, no destructor.
            let _ = child.kill();
            child.wait().expect("it has ended");
            interrupted += u32::from(journal.exists());
        }
        let last = (round / 3 % 2) as usize;
        finish(&configs[last], "out");
        let mut found = contents(&out);
        assert_eq!(
            found.remove("server/auth.db").as_deref(),
            Some(&b"users"[..])
        );
        let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&found), names(&clean[last]), "round {round}");
        assert!(found == clean[last], "round {round}: the bytes differ");
    }
    assert!(interrupted > 0, "no run was killed while it wrote");
}
