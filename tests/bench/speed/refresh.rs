//! Refreshing, each on the disk before it is answered, beside a program that commits one at a time.

use super::figures::{Figures, target};
use super::load::{Client, Load};
use super::program::{Server, folder, postgres, sqlite};
use super::single::Single;

const CONNECTIONS: usize = 32;
const ROUNDS: usize = 5;
const SECONDS: f64 = 3.0;

pub(crate) async fn measure() {
    let folder = folder();
    println!("\nrefreshes, {CONNECTIONS} connections, {ROUNDS} rounds in turns");
    println!(" SQLite, synchronous = FULL");
    let single = Single::on_sqlite(&folder.path().join("single"));
    compare(|algorithm| sqlite(folder.path(), algorithm), &single).await;
    if let Some(url) = postgres() {
        println!(" PostgreSQL, as it is configured");
        let single = Single::on_postgres(&url).await;
        compare(|_| url.clone(), &single).await;
    }
}

async fn compare(url: impl Fn(&str) -> String, single: &Single) {
    let algorithms = ["ES256", "RS256"];
    let mut servers = Vec::new();
    for algorithm in algorithms {
        let server = Server::program(&url(algorithm), &[("AUTH_SIGNING_ALGORITHM", algorithm)]);
        let people = server.sign_up(CONNECTIONS).await.into_iter();
        let clients: Vec<_> = people
            .map(|tokens| Client::Refresh(tokens.refresh))
            .collect();
        servers.push((server, clients));
    }
    let mut singles = Figures::default();
    let mut figures: [[Figures; 4]; 2] = Default::default();
    for _ in 0..ROUNDS {
        singles.push(single.round(SECONDS / 3.0).await);
        for ((server, clients), [rates, p99s, server_cpu, own_cpu]) in
            servers.iter_mut().zip(&mut figures)
        {
            let load = Load {
                address: server.address.clone(),
                server: server.id(),
                seconds: SECONDS,
                clients: std::mem::take(clients),
                pace_ms: None,
            };
            let outcome = load.run();
            rates.push(outcome.rate);
            p99s.push(outcome.p99);
            server_cpu.push(outcome.server_cpu);
            own_cpu.push(outcome.own_cpu);
            *clients = outcome.clients;
        }
    }
    println!("  one commit each: {singles:.0}/s");
    for (algorithm, [rates, p99s, server_cpu, own_cpu]) in algorithms.iter().zip(&figures) {
        println!(
            "  {algorithm}: {rates:.0}/s, p99 {p99s:.1} ms, cores: server {server_cpu:.2}, load {own_cpu:.2}"
        );
        println!(
            "  {algorithm} / one commit each: {:.1}",
            rates.over(&singles)
        );
    }
    let [rates, p99s, ..] = &figures[0];
    let wanted = (20.0 * singles.median()).min(3000.0);
    target(&format!("{wanted:.0}/s at least"), rates.median() >= wanted);
    target("p99 under 50 ms", p99s.median() < 50.0);
}
