//! Many refreshes with one token at once.

use std::time::{Duration, Instant};

use http::StatusCode;

use crate::{Server, all, figures};

/// Clients that present one token at once.
const CLIENTS: usize = 64;

/// All clients refresh with one token at once, and each uses what it got: the access token for a
/// protected request at another server, which asks the database in every second case; the refresh token,
/// at once with all others, for its next refresh, which is the next round.
///
/// # Panics
/// One of them is refused, or gets another successor than the others.
pub async fn rounds(storm: &str, servers: &[Server], rounds: usize) {
    let server = |client: usize| &servers[client % servers.len()];
    let first = server(0).enter("signup", "ana@ex.co").await;
    let first = first.expect("it answers").expect_pair("signing up");
    let mut tokens = vec![first.refresh; CLIENTS];
    let mut slowest = Duration::ZERO;
    let began = Instant::now();
    for round in 0..rounds {
        let started = Instant::now();
        let clients = tokens.iter().enumerate();
        let refreshes = clients.map(|(client, token)| {
            let asked = server(client + round).refresh(token);
            async move { asked.await.expect("it answers") }
        });
        let answers = all(refreshes).await;
        slowest = slowest.max(started.elapsed());
        let pairs: Vec<_> = answers
            .iter()
            .map(|answer| answer.expect_pair(&format!("round {round}")))
            .collect();
        let one = pairs.iter().all(|pair| pair.refresh == pairs[0].refresh);
        assert!(one, "one lineage in round {round}");
        assert_ne!(pairs[0].refresh, tokens[0], "replaced in round {round}");

        let requests = pairs.iter().enumerate().map(|(client, pair)| {
            let path = ["/me", "/me/checked"][client % 2];
            let asked = server(client + round + 1).protected(path, &pair.access);
            async move { asked.await.expect("it answers").status }
        });
        for status in all(requests).await {
            assert_eq!(status, StatusCode::OK, "in round {round}");
        }
        tokens = pairs.into_iter().map(|pair| pair.refresh).collect();
    }
    let refreshes = CLIENTS * rounds;
    figures(
        storm,
        &format!(
            "{refreshes} refreshes ({rounds} rounds of {CLIENTS} with one token, {} servers) and as many \
             protected requests with what they got in {:.1} s; slowest round of refreshes {} ms; 0 false \
             alarms, 0 sessions lost, 1 lineage",
            servers.len(),
            began.elapsed().as_secs_f64(),
            slowest.as_millis(),
        ),
    );
}
