//! Signing in, beside the password's hash alone; and the effect of many sign-ins on other requests.

use std::time::Instant;

use argon2::{Algorithm, Argon2, Params, Version};

use super::figures::{Figures, target};
use super::http;
use super::load::{Client, Load, Outcome};
use super::program::{PASSWORD, Server, cpu_seconds, folder, sqlite};

/// Sign-ins and hashes, in turns.
const PAIRS: usize = 400;

/// How many sign-ins are begun at once for each hash that may run.
const STORM: usize = 4;

/// How many passwords may wait for each that is hashed; beyond that the answer is 503.
const WAITING: usize = 64;

const ROUNDS: usize = 5;
const SECONDS: f64 = 5.0;

/// How often each of the four connections asks that look at the server during a storm, in milliseconds.
const PACE_MS: u64 = 10;

pub(crate) async fn measure(cores: usize) {
    cost().await;
    let permits = cores.saturating_sub(1).max(1);
    storm(permits).await;
}

/// One sign-in after the other, with the settings as they are by default.
async fn cost() {
    let folder = folder();
    println!("\nsign-in, one at a time, {PAIRS} pairs in turns");
    let server = Server::program(&sqlite(folder.path(), "cost"), &[]);
    let request = server.sign_in_request("cost@example.com").await;
    let mut connection = server.connect().await;
    let params = Params::new(19_456, 2, 1, None).expect("OWASP's parameters");
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let (mut sign_ins, mut hashes) = (Figures::default(), Figures::default());
    let before = [server.id(), std::process::id()].map(cpu_seconds);
    for _ in 0..PAIRS {
        let start = Instant::now();
        let mut hash = [0; 32];
        argon2
            .hash_password_into(PASSWORD.as_bytes(), b"sixteen bytes ...", &mut hash)
            .expect("a hash");
        hashes.push(start.elapsed().as_secs_f64() * 1000.0);

        let start = Instant::now();
        let answer = connection.exchange(request.as_bytes()).await;
        let answer = answer.expect("an answer");
        assert!(answer.header("st-access-token").is_some(), "not signed in");
        sign_ins.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    let after = [server.id(), std::process::id()].map(cpu_seconds);
    println!("  hash alone: {hashes:.1} ms");
    println!("  sign-in:    {sign_ins:.1} ms");
    // What this process does beside hashing takes microseconds.
    let [server, own] = [after[0] - before[0], after[1] - before[1]];
    println!("  processor time, sign-in / hash: {:.3}", server / own);
    let ratio = sign_ins.median() / hashes.median();
    println!("  sign-in / hash: {ratio:.3} of the medians");
    target("1.15 at most", ratio <= 1.15);
}

/// A protected route, without sign-ins and during many.
async fn storm(permits: usize) {
    let folder = folder();
    let signing_in = STORM * permits;
    println!(
        "\na protected route while {signing_in} sign in, {permits} hashed at a time, {ROUNDS} rounds in turns"
    );
    let threads = permits.to_string();
    let settings = [("AUTH_PASSWORD_THREADS", threads.as_str())];
    let server = Server::app("protected", &sqlite(folder.path(), "storm"), &settings);
    let sign_in = Client::Same(server.sign_in_request("storm@example.com").await);
    let people = server.sign_up(4).await;
    let probes = people.iter().map(|tokens| {
        let bearer = format!("Bearer {}", tokens.access);
        let request = http::get("/who", &[("authorization", &bearer)]);
        Client::Same(String::from_utf8(request).expect("text"))
    });
    let load = |clients: Vec<Client>, pace_ms| Load {
        address: server.address.clone(),
        server: server.id(),
        seconds: SECONDS,
        clients,
        pace_ms,
    };
    let probe = load(probes.collect(), Some(PACE_MS));
    let (mut idle, mut busy, mut rates) =
        (Figures::default(), Figures::default(), Figures::default());
    for _ in 0..ROUNDS {
        idle.push(probe.run().p99);
        let storm = load(vec![sign_in.clone(); signing_in], None).start();
        busy.push(probe.run().p99);
        rates.push(storm.outcome().rate);
    }
    println!("  p99 idle:     {idle:.2} ms");
    println!("  p99 in storm: {busy:.2} ms, at {rates:.0} sign-ins/s");
    let ratio = busy.median() / idle.median();
    println!("  storm / idle: {ratio:.2} of the medians");
    target("5 at most", ratio <= 5.0);

    let room = permits * (1 + WAITING);
    let flood = load(vec![sign_in; 2 * room], None).run();
    let Outcome { busy, rate, .. } = flood;
    println!(
        "  {} at once, room for {room}: {rate:.0} sign-ins/s, {busy} times 503 with Retry-After",
        2 * room
    );
    target("503 beyond the queue", busy > 0);
}
