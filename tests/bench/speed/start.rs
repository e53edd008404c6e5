//! How long the program takes to its first answer, and how much memory it holds.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::figures::{Figures, target};
use super::http::{self, Connection};
use super::load::{Client, Load};
use super::program::{Server, folder, postgres, sqlite};

const STARTS: usize = 15;

/// The memory that is aimed at, in MiB.
const MEMORY: f64 = 25.0;

pub(crate) async fn measure() {
    let folder = folder();
    println!("\nstart, {STARTS} times");
    println!(" SQLite");
    times(folder.path(), |name| sqlite(folder.path(), name)).await;
    if postgres().is_some() {
        println!(" PostgreSQL");
        times(folder.path(), |_| postgres().expect("it is there still")).await;
    }
    println!("\nmemory");
    memory(&sqlite(folder.path(), "memory")).await;
    if let Some(url) = postgres() {
        println!(" PostgreSQL");
        memory(&url).await;
    }
}

/// Starts on empty databases, and on the same ones again.
async fn times(folder: &Path, url: impl Fn(&str) -> String) {
    let mut figures: [[Figures; 2]; 2] = Default::default();
    for number in 0..STARTS {
        let url = url(&number.to_string());
        for [answers, keys] in &mut figures {
            let started = Instant::now();
            let (address, program) = start(folder, &url);
            let exists = "/auth/emailpassword/email/exists?email=a%40example.com";
            until(&address, exists, started, answers).await;
            until(&address, "/auth/jwt/jwks.json", started, keys).await;
            drop(program);
        }
    }
    for (name, [answers, keys]) in ["first", "later"].iter().zip(&figures) {
        println!(
            "  {name} start: answers after {answers:.0} ms, has its RS256 key after {keys:.0} ms"
        );
        target("100 ms at most", answers.median() <= 100.0);
    }
}

/// The program, killed when it is let go of.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself, which was noticed before.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts it on a port that is free at this moment, for the port must be known before it says anything.
fn start(folder: &Path, url: &str) -> (String, Program) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    drop(listener);
    let child = Command::new(env!("CARGO_BIN_EXE_auth-server"))
        .env("DATABASE_URL", url)
        .env("AUTH_LISTEN_ADDR", &address)
        .current_dir(folder)
        .stdout(Stdio::null())
        .spawn()
        .expect("it was built");
    (address, Program(child))
}

/// Asks until there is an answer, and notes how long it took from the start on.
async fn until(address: &str, path: &str, started: Instant, figures: &mut Figures) {
    let limit = Duration::from_secs(30);
    let mut connection = loop {
        assert!(started.elapsed() < limit, "it does not start");
        match Connection::open(address).await {
            Ok(connection) => break connection,
            Err(_) => tokio::time::sleep(Duration::from_millis(1)).await,
        }
    };
    let answer = connection.exchange(&http::get(path, &[])).await;
    assert_eq!(answer.expect("an answer").status, 200);
    figures.push(started.elapsed().as_secs_f64() * 1000.0);
}

/// Memory of a server with the default settings: after its start, and after it had much to do.
async fn memory(url: &str) {
    let server = Server::program(url, &[]);
    let wait = || tokio::time::sleep(Duration::from_secs(1));
    wait().await;
    let idle = server.memory();
    let sign_in = Client::Same(server.sign_in_request("memory@example.com").await);
    let people = server.sign_up(32).await.into_iter();
    let mut clients: Vec<_> = people
        .map(|tokens| Client::Refresh(tokens.refresh))
        .collect();
    clients.extend(vec![sign_in; 32]);
    let burst = Load {
        address: server.address.clone(),
        server: server.id(),
        seconds: 5.0,
        clients,
        pace_ms: None,
    };
    burst.run();
    wait().await;
    let after = server.memory();
    println!("  after the start {idle:.1} MiB, a second after 64 connections {after:.1} MiB");
    target("25 MB after the start", idle < MEMORY);
    target("25 MB after the burst", after < MEMORY);
}
