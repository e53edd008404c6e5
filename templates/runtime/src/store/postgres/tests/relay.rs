//! A network between a store and its database that can be cut, or swallow what is sent.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_postgres::config::Host;

use super::Address;

pub(super) struct Relay {
    /// The database, by way of this relay.
    pub(super) url: String,
    here: SocketAddr,
    there: (String, u16),
    swallows: Arc<AtomicBool>,
    accepting: Option<tokio::task::JoinHandle<()>>,
}

impl Relay {
    pub(super) async fn start(url: &str) -> Self {
        let address = Address::parse(url).expect("it is right");
        let [Host::Tcp(host)] = address.config.get_hosts() else {
            panic!("the database must have one address");
        };
        let port = address.config.get_ports().first().copied();
        let there = (host.clone(), port.unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
        let here = listener.local_addr().expect("bound");
        let rest = url.split_once("://").expect("it is a URL").1;
        let (user, rest) = rest.split_once('@').expect("it names a user");
        let rest = rest.split_once('/').expect("it names a database").1;
        let mut relay = Self {
            url: format!("postgres://{user}@{here}/{rest}"),
            here,
            there,
            swallows: Arc::default(),
            accepting: None,
        };
        relay.accept(listener);
        relay
    }

    fn accept(&mut self, listener: TcpListener) {
        let (there, swallows) = (self.there.clone(), Arc::clone(&self.swallows));
        // Connections end with the task that accepts them.
        self.accepting = Some(tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((near, _)) = listener.accept().await {
                let far = TcpStream::connect((there.0.as_str(), there.1)).await;
                let far = far.expect("the database is there");
                let ((near_in, near_out), (far_in, far_out)) =
                    (near.into_split(), far.into_split());
                let swallows = Arc::clone(&swallows);
                connections.spawn(pass(near_in, far_out, Arc::clone(&swallows)));
                connections.spawn(pass(far_in, near_out, swallows));
            }
        }));
    }

    /// Closes all connections and accepts no more.
    pub(super) fn stop(&mut self) {
        if let Some(accepting) = self.accepting.take() {
            accepting.abort();
        }
    }

    pub(super) async fn restart(&mut self) {
        // The port is free once the listener is dropped.
        loop {
            if let Ok(listener) = TcpListener::bind(self.here).await {
                return self.accept(listener);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// From now on what is sent gets lost, without a word, or does not.
    pub(super) fn swallow(&self, swallows: bool) {
        self.swallows.store(swallows, Ordering::SeqCst);
    }
}

async fn pass(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    swallows: Arc<AtomicBool>,
) {
    let mut bytes = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut bytes).await {
        if !swallows.load(Ordering::SeqCst) && to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}
