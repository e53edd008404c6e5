//! Connections: how many there may be, how long a client may take, and how long stopping takes.
//!
//! `axum::serve` waits for as long as a client likes, and takes as many connections as come. A few hundred
//! sockets that never finish a request, or never read an answer, would then hold a server for good (OWASP
//! Denial of Service Cheat Sheet, "slow HTTP"), and one of them alone would keep it from stopping.
//!
//! Rules ([`ConnectionLimits`]):
//! - a client has 15 seconds to send the head of each request, and the same to begin the next one on an open
//!   connection; the body of an auth request has a limit of its own (`web/body.rs`);
//! - a client that reads nothing for 30 seconds while an answer waits for it is cut off;
//! - there is a limit for all connections and a share for each peer (`serve/slots.rs`);
//! - after a stop is requested, requests that are being answered have 5 seconds to end; then they are cut off.

mod limits;
mod slots;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{HttpService, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutWriter;
use tower::Service;

pub use self::limits::ConnectionLimits;
use self::slots::{Activity, Slots};
use crate::auth::Auth;
use crate::network::Network;
use crate::web;

/// A connection on which writing has a time limit; pinned, since it holds a timer.
type Stream = TokioIo<Pin<Box<TimeoutWriter<TcpStream>>>>;

/// How long to wait when no connection can be taken, before looking again.
const RETRY: Duration = Duration::from_millis(200);

/// How often a flood is reported in the log.
const WARNING_INTERVAL: Duration = Duration::from_secs(60);

/// The most bytes of a request's head; a larger one is answered 431 (RFC 6585 §5). Tokens and cookies of
/// this protocol take a fraction of it.
const HEAD_BYTES: usize = 64 * 1024;

/// Serves an application until `stop` is done, with [`ConnectionLimits::default`].
///
/// Handlers can take the address of the client's end of the connection as
/// `axum::extract::ConnectInfo<SocketAddr>`.
///
/// ```no_run
/// # async fn run(app: axum::Router) -> std::io::Result<()> {
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:3001").await?;
/// auth_runtime::serve(listener, app, auth_runtime::shutdown_signal()).await;
/// # Ok(())
/// # }
/// ```
pub async fn serve(listener: TcpListener, app: Router, stop: impl Future<Output = ()>) {
    serve_with(ConnectionLimits::default(), listener, app, stop).await;
}

/// Serves an application until `stop` is done, with limits of your own; [`ConnectionLimits::of`] takes those
/// of the settings.
pub async fn serve_with(
    limits: ConnectionLimits,
    listener: TcpListener,
    app: Router,
    stop: impl Future<Output = ()>,
) {
    let app = web::with_checked_head(app, HEAD_BYTES);
    let (end, stop_requested) = watch::channel(());
    let mut server = Server::new(limits, app, stop_requested);
    let mut stop = std::pin::pin!(stop);
    // A connection that was accepted while there was no room.
    let mut waiting = None;
    loop {
        tokio::select! {
            accepted = accept(&listener), if waiting.is_none() => waiting = Some(accepted),
            () = server.a_connection_ends(), if !server.connections.is_empty() => {}
            () = tokio::time::sleep(RETRY), if waiting.is_some() => {}
            () = &mut stop => break,
        }
        waiting = waiting.and_then(|(stream, peer)| server.open(stream, peer));
    }
    drop((listener, waiting, end));
    let grace = server.limits.shutdown_grace;
    let all_end = async {
        while !server.connections.is_empty() {
            server.a_connection_ends().await;
        }
    };
    if tokio::time::timeout(grace, all_end).await.is_err() {
        tracing::warn!("some requests were cut off when the server stopped");
    }
}

/// The open connections of one listener.
struct Server {
    limits: ConnectionLimits,
    app: Router,
    stop_requested: watch::Receiver<()>,
    http: http1::Builder,
    /// The same for trusted proxies, which keep idle connections for longer.
    http_of_proxies: http1::Builder,
    slots: Slots,
    /// Whatever is left in here when it is dropped is cut off.
    connections: JoinSet<()>,
    warned: Option<Instant>,
}

impl Server {
    fn new(limits: ConnectionLimits, app: Router, stop_requested: watch::Receiver<()>) -> Self {
        let limits = limits.within_the_process();
        let http = |head: Duration| {
            let mut http = http1::Builder::new();
            http.timer(TokioTimer::new())
                .header_read_timeout(head)
                .max_buf_size(HEAD_BYTES);
            http
        };
        Self {
            http: http(limits.head),
            http_of_proxies: http(limits.proxy_idle.max(limits.head)),
            slots: Slots::new(limits.max_connections, limits.max_per_peer),
            limits,
            app,
            stop_requested,
            connections: JoinSet::new(),
            warned: None,
        }
    }

    /// Serves a connection. Gives it back where there is no room for now; closes it where its peer holds its
    /// share, all of which is being answered.
    fn open(&mut self, stream: TcpStream, peer: SocketAddr) -> Option<(TcpStream, SocketAddr)> {
        let network = Network::of(peer.ip());
        let is_proxy = self.limits.trusted_proxies.contains(peer.ip());
        if !is_proxy && self.slots.is_at_share(network) {
            self.warn(network);
            if !self.slots.close_oldest_of(network) {
                return None;
            }
        }
        // A connection that gives way still has its descriptor until its task has ended.
        if !self.slots.make_room() || self.connections.len() >= self.limits.max_connections {
            return Some((stream, peer));
        }
        let activity = Activity::default();
        let (app, active) = (self.app.clone(), activity.clone());
        let service = service_fn(move |mut request: Request<Incoming>| {
            // The application and the limits of the auth APIs read the client's address from this extension.
            request.extensions_mut().insert(ConnectInfo(peer));
            let active = active.begin();
            let answer = app.clone().call(request);
            async move {
                let _active = active;
                answer.await
            }
        });
        let http = if is_proxy {
            &self.http_of_proxies
        } else {
            &self.http
        };
        let mut stream = TimeoutWriter::new(stream);
        stream.set_timeout(Some(self.limits.write));
        let connection = http.serve_connection(TokioIo::new(Box::pin(stream)), service);
        let attending = attend(connection, self.stop_requested.clone());
        let task = self.connections.spawn(attending);
        self.slots.opened(network, is_proxy, task, activity);
        None
    }

    async fn a_connection_ends(&mut self) {
        match self.connections.join_next_with_id().await {
            Some(Ok((task, ()))) => self.slots.closed(task),
            Some(Err(ended)) => self.slots.closed(ended.id()),
            None => {}
        }
    }

    fn warn(&mut self, peer: Network) {
        let is_due = |warned: Instant| warned.elapsed() >= WARNING_INTERVAL;
        if self.warned.is_none_or(is_due) {
            self.warned = Some(Instant::now());
            tracing::warn!(
                %peer,
                share = self.limits.max_per_peer,
                "a peer holds its share of the connections (AUTH_MAX_CONNECTIONS_PER_PEER), and its oldest \
                 ones are closed; if it is a proxy of yours, name it in AUTH_TRUSTED_PROXIES"
            );
        }
    }
}

/// Serves a connection until it ends or, when a stop is requested, until its request is answered.
async fn attend<S>(
    connection: http1::Connection<Stream, S>,
    mut stop_requested: watch::Receiver<()>,
) where
    S: HttpService<Incoming, ResBody = Body>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut connection = std::pin::pin!(connection.with_upgrades());
    let outcome = tokio::select! {
        outcome = connection.as_mut() => outcome,
        // The channel never says anything; that it is closed says it all.
        _ = stop_requested.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = outcome {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// The next connection.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Answers are small and written at once: there is nothing to wait for.
                let _ = stream.set_nodelay(true);
                return (stream, peer);
            }
            // The client was faster; the next one may be waiting already.
            Err(error) if is_of_the_client(&error) => {}
            Err(error) => {
                tracing::error!(%error, "a connection could not be taken");
                tokio::time::sleep(RETRY).await;
            }
        }
    }
}

fn is_of_the_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
    )
}

/// Done when it is time to stop serving: after `stop_requested`, [`Auth::readiness`] says no, and for
/// [`Config::shutdown_delay`](crate::Config::shutdown_delay) requests are served on, until load balancers
/// have noticed. A second request ([`shutdown_signal`]) ends the wait.
///
/// ```no_run
/// # async fn run(auth: auth_runtime::Auth, app: axum::Router) -> std::io::Result<()> {
/// let listener = tokio::net::TcpListener::bind("0.0.0.0:3001").await?;
/// let stop = auth_runtime::stop_with_notice(&auth, auth_runtime::shutdown_signal());
/// auth_runtime::serve(listener, app, stop).await;
/// auth.close().await;
/// # Ok(())
/// # }
/// ```
pub async fn stop_with_notice(auth: &Auth, stop_requested: impl Future<Output = ()>) {
    stop_requested.await;
    let again = shutdown_signal();
    auth.begin_to_stop();
    let delay = auth.config().shutdown_delay;
    tracing::info!(delay_seconds = delay.as_secs_f64(), "stop requested");
    tokio::select! {
        () = tokio::time::sleep(delay) => {}
        () = again => {}
    }
}

/// Done when the process is asked to stop: by Ctrl-C, or by SIGTERM where there are signals. Signals are
/// listened for from the call on, so it belongs before the line that says that the server is there.
pub fn shutdown_signal() -> impl Future<Output = ()> {
    #[cfg(unix)]
    let terminated = {
        use tokio::signal::unix::{SignalKind, signal};
        (
            signal(SignalKind::interrupt()),
            signal(SignalKind::terminate()),
        )
    };
    async move {
        #[cfg(unix)]
        if let (Ok(mut interrupted), Ok(mut terminated)) = terminated {
            tokio::select! {
                _ = interrupted.recv() => {}
                _ = terminated.recv() => {}
            }
            return;
        }
        // Where no signal can be received, the server goes on instead of stopping at once.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
