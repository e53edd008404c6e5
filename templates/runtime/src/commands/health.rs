//! `health`: probes the server on this machine, so that a container needs no other program for it.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use crate::Config;
use clap::Args;

use super::{Done, Failure};

/// How long each step may take.
const TIMEOUT: Duration = Duration::from_secs(4);

/// The longest answer that is read.
const ANSWER_BYTES: u64 = 64 * 1024;

/// Asks whether the server takes requests.
#[derive(Debug, Args)]
pub(crate) struct Health {
    /// Ask only whether the process answers, and not whether its database does
    #[arg(long)]
    live: bool,
}

impl Health {
    pub(super) fn run(&self, config: &Config) -> Result<Done, Failure> {
        let path = if self.live { "/livez" } else { "/readyz" };
        let address = reachable(config.listen);
        let answer = ask(address, path)
            .map_err(|error| format!("cannot connect to http://{address}{path}: {error}"))?;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        match head.split(' ').nth(1) {
            Some("200") => Ok(Done::Well(body.to_owned())),
            Some(code) => Err(format!("the server answers {code} {body}").into()),
            None => Err(format!("what answers on http://{address}{path} is no such server").into()),
        }
    }
}

/// The address at which a server that listens on all interfaces can be reached from this machine.
fn reachable(mut listen: SocketAddr) -> SocketAddr {
    if listen.ip().is_unspecified() {
        listen.set_ip(match listen {
            SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        });
    }
    listen
}

fn ask(address: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.take(ANSWER_BYTES).read_to_string(&mut answer)?;
    Ok(answer)
}
