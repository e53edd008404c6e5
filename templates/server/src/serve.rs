//! Connections: how long a client may take, and how long stopping takes.
//!
//! `axum::serve` waits for as long as a client likes. A few hundred sockets that never finish a request
//! would then hold a server for good (OWASP Denial of Service Cheat Sheet, "slow HTTP"), and one of them
//! alone would keep it from stopping.
//!
//! Rules: a client has [`HEAD`] to send the head of each request, and the same to begin the next one on an
//! open connection; the body of an auth request has a limit of its own (`web/body.rs`); once told to
//! stop, requests in the making have [`FAREWELL`] to end, and what is left then is cut off.

use std::future::Future;
use std::io;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::auth::Auth;

type Connection = http1::Connection<TokioIo<TcpStream>, TowerToHyperService<Router>>;

/// How long the head of a request may take, and how long a connection may lie idle.
const HEAD: Duration = Duration::from_secs(15);

/// How long stopping waits for requests that are being answered: with the mails that are still to go
/// out, well below the patience of what usually runs servers.
const FAREWELL: Duration = Duration::from_secs(5);

/// How long to wait after a connection could not be taken, for one that is too many to go.
const BREATH: Duration = Duration::from_millis(200);

/// The most bytes of a request's head; tokens and cookies of this protocol take a fraction of it.
const HEAD_BYTES: usize = 64 * 1024;

/// Time limits of a [`serve_with`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long the head of a request may take, and how long a connection may lie idle.
    pub head: Duration,
    /// How long stopping waits for requests that are being answered.
    pub farewell: Duration,
}

impl Default for Limits {
    /// 15 and 5 seconds.
    fn default() -> Self {
        Self {
            head: HEAD,
            farewell: FAREWELL,
        }
    }
}

/// Serves an application until `stop` is done, with the time limits of [`Limits::default`].
///
/// ```no_run
/// # async fn run(app: axum::Router) -> std::io::Result<()> {
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:3001").await?;
/// auth_server::serve(listener, app, auth_server::told_to_stop()).await;
/// # Ok(())
/// # }
/// ```
pub async fn serve(listener: TcpListener, app: Router, stop: impl Future<Output = ()>) {
    serve_with(Limits::default(), listener, app, stop).await;
}

/// Serves an application until `stop` is done.
pub async fn serve_with(
    limits: Limits,
    listener: TcpListener,
    app: Router,
    stop: impl Future<Output = ()>,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(HEAD_BYTES);
    let service = TowerToHyperService::new(app);
    let (tell, told) = watch::channel(());
    // Whatever is left in here when it is dropped is cut off.
    let mut connections = JoinSet::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        tokio::select! {
            stream = accept(&listener) => {
                let connection = http.serve_connection(TokioIo::new(stream), service.clone());
                connections.spawn(attend(connection, told.clone()));
            }
            Some(_) = connections.join_next() => {}
            () = &mut stop => break,
        }
    }
    drop((listener, tell));
    let all_end = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(limits.farewell, all_end)
        .await
        .is_err()
    {
        tracing::warn!("some requests were cut off when the server stopped");
    }
}

/// Serves a connection until it ends or, told to stop, until its request is answered.
async fn attend(connection: Connection, mut told: watch::Receiver<()>) {
    let mut connection = std::pin::pin!(connection.with_upgrades());
    let outcome = tokio::select! {
        outcome = connection.as_mut() => outcome,
        // The channel never says anything; that it is closed says it all.
        _ = told.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = outcome {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// The next connection.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Answers are small and written at once: there is nothing to wait for.
                let _ = stream.set_nodelay(true);
                return stream;
            }
            // The client was faster; the next one may be waiting already.
            Err(error) if is_of_the_client(&error) => {}
            Err(error) => {
                tracing::error!(%error, "a connection could not be taken");
                tokio::time::sleep(BREATH).await;
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

/// Done when it is time to stop serving: after `told`, [`Auth::readiness`] says no, and for
/// [`Config::shutdown_delay`](crate::Config::shutdown_delay) requests are served on, until load balancers
/// have noticed. Whoever asks a second time ([`told_to_stop`]) does not want to wait.
///
/// ```no_run
/// # async fn run(auth: auth_server::Auth, app: axum::Router) -> std::io::Result<()> {
/// let listener = tokio::net::TcpListener::bind("0.0.0.0:3001").await?;
/// let stop = auth_server::stop_with_notice(&auth, auth_server::told_to_stop());
/// auth_server::serve(listener, app, stop).await;
/// auth.close().await;
/// # Ok(())
/// # }
/// ```
pub async fn stop_with_notice(auth: &Auth, told: impl Future<Output = ()>) {
    told.await;
    let again = told_to_stop();
    auth.begin_to_stop();
    let delay = auth.config().shutdown_delay;
    tracing::info!(delay_seconds = delay.as_secs_f64(), "told to stop");
    tokio::select! {
        () = tokio::time::sleep(delay) => {}
        () = again => {}
    }
}

/// Done when the process is told to stop: by Ctrl-C, or by SIGTERM where there are signals. Signals are
/// listened for from the call on, so it belongs before the line that says that the server is there.
pub fn told_to_stop() -> impl Future<Output = ()> {
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
        // Where no signal can be heard, the server goes on instead of stopping at once.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
