//! What a session costs: requests of a route that asks for one, beside the same application without.

use super::figures::{Figures, target};
use super::http;
use super::load::{Client, Load};
use super::program::{Server, Tokens, folder, sqlite};

const CONNECTIONS: usize = 32;
const ROUNDS: usize = 7;
const SECONDS: f64 = 2.0;

/// How a client shows its access token.
#[derive(Clone, Copy)]
enum By {
    Header,
    Cookie,
}

pub(crate) async fn measure() {
    let folder = folder();
    println!("\nprotected requests, {CONNECTIONS} connections, {ROUNDS} rounds in turns");
    for algorithm in ["RS256", "ES256"] {
        let url = sqlite(folder.path(), algorithm);
        let settings = [("AUTH_SIGNING_ALGORITHM", algorithm)];
        let protected = Server::app("protected", &url, &settings);
        let layered = Server::app("layered", &url, &settings);
        let bare = Server::app("bare", &url, &settings);
        let people = protected.sign_up(CONNECTIONS).await;
        for by in [By::Header, By::Cookie] {
            let clients: Vec<_> = people.iter().map(|tokens| client(tokens, by)).collect();
            compare(algorithm, by, [&bare, &layered, &protected], &clients);
        }
    }
}

/// All three get the very same requests.
fn compare(algorithm: &str, by: By, servers: [&Server; 3], clients: &[Client]) {
    let mut rates: [Figures; 3] = Default::default();
    let mut costs: [Figures; 3] = Default::default();
    let mut others: [Figures; 3] = Default::default();
    for _ in 0..ROUNDS {
        for (place, server) in servers.iter().enumerate() {
            let load = Load {
                address: server.address.clone(),
                server: server.id(),
                seconds: SECONDS,
                clients: clients.to_vec(),
                pace_ms: None,
            };
            let outcome = load.run();
            rates[place].push(outcome.rate);
            costs[place].push(outcome.server_cpu / outcome.rate * 1e6);
            others[place].push(outcome.own_cpu / outcome.rate * 1e6);
        }
    }
    let by = match by {
        By::Header => "header",
        By::Cookie => "cookie",
    };
    println!(" {algorithm}, token in a {by}");
    let names = ["without auth", "layer around it", "protected"];
    for (((name, rates), costs), others) in names.iter().zip(&rates).zip(&costs).zip(&others) {
        println!(
            "  {name:<16} {rates:.0} requests/s; processor time of each: server {costs:.1} µs, load {others:.1} µs"
        );
    }
    let total = |place: usize| costs[place].median() + others[place].median();
    println!(
        "  processor time, without / protected: {:.3}",
        total(0) / total(2)
    );
    let [bare, layered, protected] = &rates;
    println!("  layer / without:     {:.3}", layered.over(bare));
    let ratio = protected.over(bare);
    println!("  protected / without: {ratio:.3}");
    target("0.80 at least", ratio.median() >= 0.8);
}

fn client(tokens: &Tokens, by: By) -> Client {
    let (bearer, cookies) = (
        format!("Bearer {}", tokens.access),
        format!("sAccessToken={}", tokens.access),
    );
    let line = match by {
        By::Header => ("authorization", bearer.as_str()),
        By::Cookie => ("cookie", cookies.as_str()),
    };
    Client::Same(String::from_utf8(http::get("/who", &[line])).expect("text"))
}
