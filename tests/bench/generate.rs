//! `cargo bench`: how long the whole process of `auth-gen generate` takes, and how much memory.
//!
//! Three figures, each a median of whole-process runs: a first run into an empty folder, a second run
//! that changes nothing, and how the time grows up to 1,000 operations. Beside the first one, in the
//! same rounds, runs `openapi-to-rust` (client and axum server of the same specification) where it is
//! installed: `cargo install openapi-to-rust --version 0.23.0`.
//!
//! `AUTH_GEN_BENCH_SPEC` names another specification than `spec/auth.yaml`, `OPENAPI_TO_RUST` another
//! place of the peer.
#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};

/// Rounds of each measurement, after one that warms up.
const ROUNDS: usize = 15;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let spec = std::env::var_os("AUTH_GEN_BENCH_SPEC")
        .map_or_else(|| root.join("spec/auth.yaml"), PathBuf::from);
    let spec = spec.canonicalize().expect("the specification exists");
    let work = tempfile::tempdir().expect("a temporary folder");
    println!(
        "specification: {} KiB",
        fs::metadata(&spec).expect("readable").len() / 1024
    );

    let own = Own::new(work.path(), &spec, root);
    own.first_run();
    let memory = getrusage(UsageWho::RUSAGE_CHILDREN)
        .expect("getrusage works")
        .max_rss();
    let peer = Peer::find(work.path(), &spec);
    let (mut first, mut again, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        first.push(own.first_run());
        again.push(own.second_run());
        theirs.extend(peer.as_ref().map(Peer::first_run));
    }
    let first = median(first);
    println!(
        "auth-gen, first run:        {:>7.1} ms, peak {} MiB",
        ms(first),
        memory / 1024
    );
    println!("auth-gen, nothing to write: {:>7.1} ms", ms(median(again)));
    if peer.is_some() {
        let theirs = median(theirs);
        println!("openapi-to-rust, first run: {:>7.1} ms", ms(theirs));
        println!(
            "auth-gen / openapi-to-rust: {:>7.2}",
            ms(first) / ms(theirs)
        );
    } else {
        println!("openapi-to-rust is not installed: no ratio");
    }
    for operations in [125, 250, 500, 1000] {
        let path = work.path().join(format!("{operations}.yaml"));
        fs::write(&path, many_operations(operations)).expect("writable");
        let own = Own::new(&work.path().join(operations.to_string()), &path, root);
        let time = median((0..5).map(|_| own.first_run()).collect());
        let each = ms(time) * 1000.0 / f64::from(operations);
        println!(
            "{operations:>5} operations:           {:>7.1} ms, {each:.0} µs each",
            ms(time)
        );
    }
}

/// Our own process.
struct Own {
    out: PathBuf,
    arguments: Vec<PathBuf>,
}

impl Own {
    fn new(work: &Path, spec: &Path, root: &Path) -> Self {
        let out = work.join("own");
        let arguments = ["generate", "--spec"].map(PathBuf::from).into_iter();
        let arguments = arguments
            .chain([
                spec.to_owned(),
                "--app-info".into(),
                root.join("spec/appInfo.yaml"),
            ])
            .chain(["--out".into(), out.clone()])
            .collect();
        Self { out, arguments }
    }

    fn first_run(&self) -> Duration {
        if self.out.exists() {
            fs::remove_dir_all(&self.out).expect("removable");
        }
        self.second_run()
    }

    fn second_run(&self) -> Duration {
        time(Command::new(env!("CARGO_BIN_EXE_auth-gen")).args(&self.arguments))
    }
}

/// The fastest peer.
struct Peer {
    program: PathBuf,
    config: PathBuf,
    out: PathBuf,
}

impl Peer {
    /// The peer with a configuration that asks for the same: every operation, client and server.
    fn find(work: &Path, spec: &Path) -> Option<Self> {
        let program =
            std::env::var_os("OPENAPI_TO_RUST").map_or("openapi-to-rust".into(), PathBuf::from);
        Command::new(&program)
            .arg("--version")
            .stdout(Stdio::null())
            .status()
            .ok()?;
        let text = fs::read_to_string(spec).expect("readable");
        // By line: the published specification has oddities that a typed reader refuses.
        let ids: Vec<&str> = text
            .lines()
            .filter_map(|line| line.trim().strip_prefix("operationId:"))
            .map(|id| id.trim().trim_matches(['"', '\'']))
            .collect();
        let out = work.join("peer");
        let config = work.join("openapi-to-rust.toml");
        let settings = format!(
            "[generator]\nspec_path = {spec:?}\noutput_dir = {out:?}\nmodule_name = \"peer\"\n\
             [features]\nenable_async_client = true\n\
             [server]\nframework = \"axum\"\noperations = {ids:?}\n"
        );
        fs::write(&config, settings).expect("writable");
        Some(Self {
            program,
            config,
            out,
        })
    }

    fn first_run(&self) -> Duration {
        if self.out.exists() {
            fs::remove_dir_all(&self.out).expect("removable");
        }
        time(
            Command::new(&self.program)
                .args(["generate", "--quiet", "-c"])
                .arg(&self.config),
        )
    }
}

fn time(command: &mut Command) -> Duration {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status().expect("the program starts");
    let elapsed = start.elapsed();
    assert!(status.success(), "{command:?} failed");
    elapsed
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// A specification with that many operations, each with a request and a tagged answer of its own.
fn many_operations(count: u32) -> String {
    let mut text = "openapi: 3.0.3\ninfo: { title: Many, version: '1' }\npaths:\n".to_owned();
    for number in 0..count {
        text += &format!(
            "  /auth/thing{number}:\n    post:\n      operationId: doThing{number}\n      requestBody:\n        \
             content:\n          application/json:\n            schema:\n              type: object\n              \
             required: [name]\n              properties:\n                name: {{ type: string }}\n                \
             count: {{ type: integer }}\n      responses:\n        '200':\n          description: Done.\n          \
             content:\n            application/json:\n              schema:\n                oneOf:\n                  \
             - type: object\n                    required: [status, id]\n                    properties:\n                      \
             status: {{ type: string, enum: [OK] }}\n                      id: {{ type: string }}\n                  \
             - type: object\n                    required: [status]\n                    properties:\n                      \
             status: {{ type: string, enum: [FAILED] }}\n"
        );
    }
    text
}
