//! What the storms have in common: processes of the server, clients, and databases that can be hurt.
//!
//! Everything ends with the test that started it, also when the test fails or is killed: the servers and
//! the supervisor of a PostgreSQL hold the other end of a pipe. All waits are bounded. Figures go straight to
//! the terminal, so that they are seen when a test passes.

mod answer;
mod caller;
mod cluster;
mod database;
mod disk;
mod process;
mod rounds;
mod server;

use std::io::Write as _;
use std::time::Duration;

pub use answer::{Answer, Pair};
pub use caller::Caller;
pub use cluster::{Cluster, Stop};
pub use database::Database;
pub use disk::{Disk, Filler, limit_files};
pub use process::signal;
pub use rounds::rounds;
pub use server::{Launch, Server};

/// Longer than anything takes that works.
pub const LIMIT: Duration = Duration::from_secs(30);

/// Says what was measured.
pub fn figures(storm: &str, figures: &str) {
    let line = format!("{storm}: {figures}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
}

/// Runs a storm for this long at most.
///
/// # Panics
/// It takes longer.
pub async fn within<T>(limit: Duration, storm: impl Future<Output = T>) -> T {
    tokio::time::timeout(limit, storm)
        .await
        .expect("the storm ends in time")
}

/// Waits for all of a storm's clients; their results, in their order.
///
/// # Panics
/// One of them did.
pub async fn all<T: Send + 'static>(
    clients: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let tasks: Vec<_> = clients.into_iter().map(tokio::spawn).collect();
    let mut results = Vec::with_capacity(tasks.len());
    for task in tasks {
        results.push(task.await.expect("a client panicked"));
    }
    results
}
