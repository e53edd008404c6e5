//! What a known access token costs, in instructions.
//!
//! The application answers requests in a process of its own, without a network, under Callgrind (part of
//! Valgrind), which counts each instruction. Two runs that differ only in the number of requests give the
//! instructions of one request; the figure of the same application without the layer, for the same request,
//! is subtracted. Unlike times, these figures hardly depend on what else the machine does.

use std::hint::black_box;
use std::process::Command;

use auth_server::app_info::AppInfoInput;
use auth_server::session::TransferMethod;
use auth_server::{Auth, Config, Endpoints, NewSessionFor};
use axum::body::Body;
use http::{HeaderValue, Request, header};
use tower::ServiceExt;

use super::app;

/// The numbers of requests of the two runs.
const RUNS: [u32; 2] = [200, 2_200];

/// What the counts are divided by.
const REQUESTS: f64 = 2_000.0;

/// Prints the figures; says so where Valgrind is not installed.
pub(crate) fn measure() {
    println!("\ninstructions of one request with a known ES256 token, counted by Callgrind");
    if cfg!(debug_assertions) {
        println!(" this build is not optimised: compare its figures only with each other");
    }
    for by in ["header", "cookie"] {
        let figures = ["bare", "layered", "protected"].map(|kind| per_request(kind, by));
        let [Some(bare), Some(layered), Some(protected)] = figures else {
            println!(" skipped: `valgrind` is not installed");
            return;
        };
        println!(
            " token in a {by}: {bare:.0} without auth, {:.0} more with the layer around it, \
             {:.0} more protected (ratio {:.2})",
            layered - bare,
            protected - bare,
            bare / protected
        );
    }
}

/// How many instructions one request takes.
fn per_request(kind: &str, by: &str) -> Option<f64> {
    let [few, many] = RUNS.map(|requests| count(kind, by, requests));
    Some((many? - few?) / REQUESTS)
}

/// How many instructions a whole run takes; `None` without Valgrind.
fn count(kind: &str, by: &str, requests: u32) -> Option<f64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe().expect("a program has a path"))
        .args([super::ROLE, "known", kind, by, &requests.to_string()])
        .output()
        .ok()?;
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{log}");
    let collected = log
        .lines()
        .find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok());
    Some(collected.expect("Callgrind prints what it collected"))
}

/// Answers the same request many times.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn run(kind: &str, by: &str, requests: &str) {
    let mut config = Config::for_app(&AppInfoInput {
        app_name: Some("Speed".to_owned()),
        api_domain: Some("http://localhost:3001".to_owned()),
        website_domain: Some("http://localhost:3000".to_owned()),
        ..AppInfoInput::default()
    })
    .expect("settings");
    config.database_url = auth_server::config::Secret::new("sqlite::memory:");
    config.session.signing_algorithm = "ES256".parse().expect("an algorithm");
    let auth = Auth::open(config).await.expect("it starts");
    let begun = auth
        .sessions()
        .create_without_request(NewSessionFor::user(app::ANY_USER), TransferMethod::Header)
        .await;
    let token = begun.expect("a session").1.access_token;
    let (name, value) = match by {
        "header" => (header::AUTHORIZATION, format!("Bearer {token}")),
        _ => (header::COOKIE, format!("sAccessToken={token}")),
    };
    let value = HeaderValue::try_from(value).expect("a header value");
    let app = match kind {
        "bare" => app::routes(kind),
        // As applications mount it.
        _ => app::routes(kind).layer(auth_server::layer(auth, Endpoints::new())),
    };
    let request = || {
        let request = Request::get("/who").header(&name, &value);
        request.body(Body::empty()).expect("a request")
    };
    let requests: u32 = requests.parse().expect("a number");
    for _ in 0..requests {
        let response = app.clone().oneshot(black_box(request())).await;
        assert_eq!(response.expect("an answer").status(), 200);
    }
}
