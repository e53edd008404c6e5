//! The running server.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::address::reachable;
use super::process::{Ending, Interrupts, Process};
use super::state::State;
use super::{Round, given, provider};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// How long a server may take from its start until it listens.
const START: Duration = Duration::from_secs(30);

/// A server that listens.
pub(super) struct Server {
    pub(super) process: Process,
}

/// How a start went.
pub(super) enum Started {
    Listens(Server),
    /// Before it listened.
    Ended(Ending),
}

/// Starts a server, and waits until it listens at an address.
///
/// # Errors
/// When it cannot be started, and when it does not listen in time.
pub(super) fn start(
    program: &Path,
    round: &Round,
    state: &State,
    listen: SocketAddr,
    interrupts: &Interrupts,
) -> Result<Started, Diagnostics> {
    let mut command = Command::new(program);
    command
        .env("AUTH_LISTEN_ADDR", listen.to_string())
        .env("DATABASE_URL", &state.database);
    // A server that starts beside another one must not take that one's second address.
    if listen != round.address.listen {
        command.env_remove("AUTH_ADMIN_LISTEN_ADDR");
    }
    let environment = round.generated.environment.iter();
    for (name, value) in environment.filter(|(name, _)| given(name).is_none()) {
        command.env(name, value);
    }
    if let Some(outbox) = &state.outbox {
        command.env("AUTH_MAIL_OUTBOX", outbox);
    }
    if let Some(own) = provider::beside(round) {
        state.start_provider()?.configure(&own, &mut command);
    }
    // The banner contains the server's own messages, and more.
    if given("RUST_LOG").is_none() {
        command.env("RUST_LOG", "warn");
    }
    let mut process = Process::start(&mut command)?;
    let start = Instant::now();
    while TcpStream::connect_timeout(&reachable(listen), Duration::from_millis(200)).is_err() {
        if start.elapsed() > START {
            return Err(Diagnostic::error(
                "server-not-listening",
                format!("the server does not listen on `{listen}`"),
            )
            .help(match &round.own {
                None => "see its messages above; it has been stopped",
                Some(_) => {
                    "see its messages above; it has been stopped; a program of your own listens on \
                     `Config::listen`, which is `AUTH_LISTEN_ADDR`"
                }
            })
            .into());
        }
        if let Some(ending) = process.wait_for(Duration::from_millis(50), interrupts) {
            return Ok(Started::Ended(ending));
        }
    }
    Ok(Started::Listens(Server { process }))
}

/// An address on the same interface that is free.
pub(super) fn free(listen: SocketAddr) -> Result<SocketAddr, Diagnostics> {
    let found = TcpListener::bind(SocketAddr::new(listen.ip(), 0));
    found
        .and_then(|listener| listener.local_addr())
        .map_err(|error| {
            Diagnostic::error("port-in-use", format!("no port is free: {error}"))
                .help("close other servers, and change a file again")
                .into()
        })
}
