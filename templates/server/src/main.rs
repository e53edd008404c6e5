//! The server by itself: reads its settings, opens its database, serves until it is told to stop.

use std::io::IsTerminal;
use std::process::ExitCode;

use auth_server::web::Api;
use auth_server::{APP_INFO, Auth, Config, Endpoints, NoCustom};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> ExitCode {
    // The log tells what is wrong with the setting of the log itself, too.
    let (filter, wrong) = match log_filter() {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::new("info"), Some(error)),
    };
    let log = tracing_subscriber::fmt().with_env_filter(filter);
    log.with_ansi(std::io::stdout().is_terminal()).init();
    let outcome = match wrong {
        Some(error) => Err(error),
        None => run().await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// What `RUST_LOG` says; everything from `info` on where it says nothing.
fn log_filter() -> Result<EnvFilter, Failure> {
    match std::env::var("RUST_LOG") {
        Ok(text) if !text.trim().is_empty() => {
            EnvFilter::try_new(text).map_err(|error| format!("RUST_LOG: {error}").into())
        }
        Ok(_) | Err(std::env::VarError::NotPresent) => Ok(EnvFilter::new("info")),
        Err(error) => Err(format!("RUST_LOG: {error}").into()),
    }
}

async fn run() -> Result<(), Failure> {
    let config = Config::from_env(&APP_INFO)?;
    let listen = config.listen;
    let auth = Auth::open(config).await?;

    let endpoints = Endpoints(None::<NoCustom>);
    for route in Endpoints::<NoCustom>::ROUTES {
        if !endpoints.mounted(route.operation) {
            tracing::warn!(
                "{} {} ({}) is not mounted: it needs an application that implements `Custom`",
                route.method,
                route.path,
                route.id
            );
        }
    }
    let stop = auth_server::told_to_stop();
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|error| format!("AUTH_LISTEN_ADDR: cannot listen on {listen}: {error}"))?;
    tracing::info!(
        "listening on http://{}{}",
        listener.local_addr()?,
        auth.app_info().api_base_path
    );
    let app = auth_server::router(auth.clone(), None::<NoCustom>);
    auth_server::serve(listener, app, stop).await;
    auth.close().await;
    tracing::info!("stopped");
    Ok(())
}
