//! Resolves the names of hosts, for connections that go to checked addresses alone.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::dns::Name;

use super::Reach;

/// Resolves names, and refuses one of whose addresses any is out of reach.
#[derive(Debug, Clone, Copy)]
pub(super) struct CheckedNames {
    pub(super) reach: Reach,
}

/// A name that was refused.
#[derive(Debug)]
pub(super) struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an address of the name is not allowed")
    }
}

impl std::error::Error for Refused {}

impl tower::Service<Name> for CheckedNames {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let reach = self.reach;
        Box::pin(async move {
            // The port is that of the URL; the connector puts it in.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let found: Vec<SocketAddr> = found.collect();
            // A name with one address inside and one outside is no ordinary mistake.
            if found.iter().all(|address| reach.includes(address.ip())) {
                Ok(found.into_iter())
            } else {
                Err(io::Error::other(Refused))
            }
        })
    }
}
