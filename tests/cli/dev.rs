//! `auth-gen dev` on a change. Cargo and the server are stand-ins: what is tested is which of them runs
//! when, not what they do.

#![cfg(unix)]

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::project;
use super::watch::Watching;

/// A server that answers each request with its argument, or with its setting for providers.
const SERVER: &str = r#"
use std::io::{Read, Write};
fn main() {
    let title = std::env::args().nth(1).expect("a title");
    if title.contains("Broken") { std::process::exit(3); }
    let address = std::env::var("AUTH_LISTEN_ADDR").expect("an address");
    for stream in std::net::TcpListener::bind(address).expect("a free port").incoming() {
        let Ok(mut stream) = stream else { continue };
        let mut request = [0; 1024];
        let _ = stream.read(&mut request);
        let providers = std::env::var("AUTH_THIRD_PARTY_PROVIDERS").unwrap_or_default();
        let answer = if request.starts_with(b"GET /providers ") { &providers } else { &title };
        let _ = write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{answer}");
    }
}
"#;

/// Builds a program that runs the server with the title of the description.
const CARGO: &str = r#"#!/bin/sh
here=$(dirname "$0")
if [ -e "$here/fail" ]; then echo 'error: it does not compile' >&2; exit 101; fi
title=$(sed -n 's/^  title: //p' auth/server/openapi.yaml | head -n 1)
printf '#!/bin/sh\nexec "%s/server" "%s"\n' "$here" "$title" > "$here/built"
chmod +x "$here/built"
printf '{"reason":"compiler-artifact","target":{"kind":["bin"]},"executable":"%s/built"}\n' "$here"
"#;

pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// What a server answers, if one does.
pub(crate) fn get(port: u16, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    // In one piece: a server that closes with something unread resets the connection.
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    Some(text.split_once("\r\n\r\n")?.1.to_owned())
}

/// The issuer of the provider that a server was told of, which answers at its address.
fn issuer(api: u16) -> String {
    let settings = get(api, "/providers").expect("the server answers");
    let settings: serde_json::Value = serde_json::from_str(&settings).expect("it is JSON");
    assert_eq!(settings[0]["thirdPartyId"], "example");
    let url = settings[0]["oidcDiscoveryEndpoint"]
        .as_str()
        .expect("a URL");
    let issuer = url.strip_suffix("/.well-known/openid-configuration");
    let issuer = issuer.expect("a URL of discovery").to_owned();
    let host = issuer
        .strip_prefix("http://")
        .expect("it is on this machine");
    let mut stream = TcpStream::connect(host).expect("it listens");
    let request = format!("GET /.well-known/openid-configuration HTTP/1.1\r\nHost: {host}\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("it answers");
    assert!(text.contains(&format!("\"issuer\":\"{issuer}\"")), "{text}");
    issuer
}

/// A project, stand-ins beside it, and the ports of API and website.
fn prepare() -> (TempDir, TempDir, u16, u16) {
    let (folder, tools) = (project(), tempfile::tempdir().expect("a temporary folder"));
    let (api, website) = (free_port(), free_port());
    let path = folder.path().join("appInfo.yaml");
    let app_info = fs::read_to_string(&path).expect("it was written");
    let app_info = app_info
        .replace("localhost:3001", &format!("localhost:{api}"))
        .replace("localhost:3000", &format!("localhost:{website}"));
    fs::write(path, app_info).expect("writable");
    let tool = |name: &str| tools.path().join(name);
    fs::write(tool("server.rs"), SERVER).expect("writable");
    let built = Command::new("rustc")
        .args(["--edition", "2024", "-o"])
        .arg(tool("server"))
        .arg(tool("server.rs"))
        .status();
    assert!(built.expect("rustc is there").success());
    fs::write(tool("cargo"), CARGO).expect("writable");
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(tool("cargo"), executable).expect("writable");
    (folder, tools, api, website)
}

/// What clients are answered while something is done, each on a connection of its own.
fn answers_during(port: u16, work: impl FnOnce()) -> Vec<Option<String>> {
    let is_over = AtomicBool::new(false);
    let ask = || {
        let (start, mut answers) = (Instant::now(), Vec::new());
        while !is_over.load(Ordering::SeqCst) && start.elapsed() < Duration::from_secs(120) {
            answers.push(get(port, "/"));
            thread::sleep(Duration::from_millis(1));
        }
        answers
    };
    thread::scope(|scope| {
        let clients: Vec<_> = (0..4).map(|_| scope.spawn(ask)).collect();
        work();
        is_over.store(true, Ordering::SeqCst);
        let answers = clients.into_iter().map(thread::ScopedJoinHandle::join);
        answers
            .flat_map(|answers| answers.expect("it ends"))
            .collect()
    })
}

fn edit(folder: &Path, from: &str, to: &str) {
    let path = folder.join("auth.yaml");
    let spec = fs::read_to_string(&path).expect("it was written");
    assert!(spec.contains(from), "{from}");
    fs::write(path, spec.replacen(from, to, 1)).expect("writable");
}

#[test]
fn the_old_server_runs_until_the_new_one_does() {
    let (folder, tools, api, website) = prepare();
    let edit = |from: &str, to: &str| edit(folder.path(), from, to);
    let cargo = tools.path().join("cargo");
    let mut dev = Watching::start(folder.path(), &["dev"], &[("CARGO", &cargo)]);
    dev.until("Ctrl-C stops the server.");
    let status = || get(website, "/.auth-gen/status.json").expect("the page is served");
    assert_eq!(get(api, "/").as_deref(), Some("Auth API"));
    assert_eq!(status(), r#"{"version":0,"problem":null}"#);
    // The spec has sign-in through providers.
    let provider = issuer(api);

    let answers = answers_during(api, || {
        edit("title: Auth API", "title: Second");
        dev.until("`auth.yaml` has changed");
        dev.until("the server runs with the change");
    });
    // Each request was answered, by one or the other.
    let is_answer =
        |answer: &Option<String>| matches!(answer.as_deref(), Some("Auth API" | "Second"));
    let lost = answers.iter().filter(|answer| !is_answer(answer)).count();
    assert_eq!(lost, 0, "of {} requests", answers.len());
    assert!(answers.len() > 10, "{}", answers.len());
    assert_eq!(get(api, "/").as_deref(), Some("Second"));
    assert_eq!(issuer(api), provider);

    // A mistake, a server that does not compile, and one that ends at once.
    edit("operationId: signUp", "operationId: singUp");
    dev.until("the server keeps running unchanged");
    dev.wait_for("error[near-miss-operation-id]");
    assert_eq!(get(api, "/").as_deref(), Some("Second"));
    assert!(status().contains("near-miss-operation-id"), "{}", status());
    fs::write(tools.path().join("fail"), "").expect("writable");
    edit("operationId: singUp", "operationId: signUp");
    edit("title: Second", "title: Broken");
    dev.until("the server keeps running unchanged");
    dev.wait_for("error: it does not compile");
    assert!(status().contains("does not compile"), "{}", status());
    fs::remove_file(tools.path().join("fail")).expect("it was written");
    // What is not built is still not built after a change that is none.
    let path = folder.path().join("appInfo.yaml");
    let app_info = fs::read_to_string(&path).expect("it was written");
    fs::write(path, app_info + "# The same.\n").expect("writable");
    dev.wait_for("error[server-ended]: the new server ended");
    edit("title: Broken", "title: Broken again");
    dev.wait_for("error[server-ended]: the new server ended");
    assert_eq!(get(api, "/").as_deref(), Some("Second"));

    edit("title: Broken again", "title: Third");
    dev.until("the server runs with the change");
    assert_eq!(get(api, "/").as_deref(), Some("Third"));
    assert!(status().contains(r#""problem":null"#), "{}", status());

    // Both addresses change.
    let (other_api, other_website) = (free_port(), free_port());
    let path = folder.path().join("appInfo.yaml");
    let app_info = fs::read_to_string(&path).expect("it was written");
    let app_info = app_info
        .replace(&api.to_string(), &other_api.to_string())
        .replace(&website.to_string(), &other_website.to_string());
    fs::write(path, app_info).expect("writable");
    dev.until(&format!("login     http://localhost:{other_website}/auth"));
    dev.until("the server runs with the change");
    assert_eq!(get(other_api, "/").as_deref(), Some("Third"));
    assert_eq!(get(api, "/"), None);
    assert!(get(other_website, "/.auth-gen/status.json").is_some());
    assert!(
        status().contains("The login page has moved"),
        "{}",
        status()
    );

    // And nothing outlives the command.
    let id = i32::try_from(dev.child.id()).expect("a number");
    let killed = Command::new("kill").arg(id.to_string()).status();
    assert!(killed.expect("kill is there").success());
    assert!(dev.child.wait().expect("it ends").success());
    let start = Instant::now();
    while get(other_api, "/").is_some() {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "the server is left"
        );
    }
}
