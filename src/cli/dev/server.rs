//! The running server, which listens on free ports behind the addresses of the command.

use std::io;
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

/// The setting of a second address, for operators.
pub(super) const OPERATORS: &str = "AUTH_ADMIN_LISTEN_ADDR";

/// A server that listens.
pub(super) struct Server {
    pub(super) process: Process,
    /// Where it listens.
    pub(super) port: u16,
    /// Where it listens for operators, if it is to.
    pub(super) operators: Option<u16>,
}

/// How a start went.
pub(super) enum Started {
    Listens(Server),
    /// Before it listened.
    Ended(Ending),
}

/// Starts a server, and waits until it listens.
///
/// It listens on the interface that it is asked for, on another port: what it decides by its address, such as whether there
/// is an outbox page, stays the same.
///
/// # Errors
/// When it cannot be started, and when it does not listen in time.
pub(super) fn start(
    program: &Path,
    round: &Round,
    state: &State,
    interrupts: &Interrupts,
) -> Result<Started, Diagnostics> {
    let (listen, operators) = free(round.address.listen, operators())?;
    let mut command = Command::new(program);
    command
        .env("AUTH_LISTEN_ADDR", listen.to_string())
        .env("DATABASE_URL", &state.database);
    if let Some(operators) = operators {
        command.env(OPERATORS, operators.to_string());
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
    Ok(Started::Listens(Server {
        process,
        port: listen.port(),
        operators: operators.map(|address| address.port()),
    }))
}

/// The address for operators. What is no address reaches the server, which says so.
pub(super) fn operators() -> Option<SocketAddr> {
    given(OPERATORS)?.parse().ok()
}

/// Addresses on the same interfaces that are free.
fn free(
    listen: SocketAddr,
    operators: Option<SocketAddr>,
) -> Result<(SocketAddr, Option<SocketAddr>), Diagnostics> {
    let bind = |address: SocketAddr| TcpListener::bind(SocketAddr::new(address.ip(), 0));
    let found = || -> io::Result<_> {
        // Both are held until both are known, or they could be the same.
        let (one, other) = (bind(listen)?, operators.map(bind).transpose()?);
        let other = other.map(|other| other.local_addr()).transpose()?;
        Ok((one.local_addr()?, other))
    };
    found().map_err(|error| {
        Diagnostic::error("port-in-use", format!("no port is free: {error}"))
            .help("close other servers, and change a file again")
            .into()
    })
}
