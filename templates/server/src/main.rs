//! The server by itself: reads its settings, opens its database, serves until it is told to stop.

use std::io::IsTerminal;
use std::process::ExitCode;

use auth_server::web::Api;
use auth_server::{APP_INFO, Auth, Config, Endpoints, NoCustom};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter);
    log.with_ansi(std::io::stdout().is_terminal()).init();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let config = Config::from_env(&APP_INFO)?;
    let listen = config.listen;
    let auth = Auth::open(config).await?;

    let endpoints = Endpoints(None::<NoCustom>);
    for route in Endpoints::<NoCustom>::ROUTES {
        if !endpoints.mounted(route.operation) {
            tracing::warn!(
                "{} {} ({}) is not mounted",
                route.method,
                route.path,
                route.id
            );
        }
    }
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|error| format!("{listen}: {error}"))?;
    tracing::info!(
        "listening on http://{}{}",
        listener.local_addr()?,
        auth.app_info().api_base_path
    );
    axum::serve(
        listener,
        auth_server::router(auth.clone(), None::<NoCustom>),
    )
    .with_graceful_shutdown(told_to_stop())
    .await?;
    auth.close().await;
    Ok(())
}

/// Ctrl-C, or SIGTERM where there are signals.
async fn told_to_stop() {
    let interrupted = async { tokio::signal::ctrl_c().await.is_ok() };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminated) => tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            },
            Err(_) => drop(interrupted.await),
        }
    }
    #[cfg(not(unix))]
    interrupted.await;
}
