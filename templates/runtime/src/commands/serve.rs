//! `serve`: the server by itself.

use std::net::SocketAddr;

use crate::app_info::AppInfoDefaults;
use crate::web::{Api, Current, health_router_of, operations_router_of};
use crate::{Auth, AuthSwap, Config, ConnectionLimits, in_front_of, shutdown_signal};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::{Failure, reload};

/// How many connections the operators' listener accepts: for probes and a scraper of metrics.
const OPERATORS: usize = 32;

/// Serves until it is asked to stop; reads the settings again when it is asked to (`reload`).
pub(super) async fn run(
    app_info: &'static AppInfoDefaults,
    config: Config,
    api: Api,
) -> Result<(), Failure> {
    #[cfg(unix)]
    open_more_files(&config);
    let (listen, admin) = (config.listen, config.admin_listen);
    let auth = Auth::open(config).await?;
    warn_of_operations_not_mounted(&api);
    let layer = crate::layer(auth.clone(), api.clone());
    layer.check()?;
    let stop_requested = shutdown_signal();
    let listener = bind("AUTH_LISTEN_ADDR", listen).await?;
    let admin = match admin {
        Some(address) => Some(bind("AUTH_ADMIN_LISTEN_ADDR", address).await?),
        None => None,
    };
    let limits = ConnectionLimits::of(auth.config());
    let swap = AuthSwap::new(layer);
    let reloads = reload::on_signal(swap.clone(), app_info, api);
    let (address, path) = (listener.local_addr()?, &auth.app_info().api_base_path);
    tracing::info!("listening on http://{address}{path}");

    // The operators' listener stops last.
    let (is_over, over) = oneshot::channel::<()>();
    let operations = match admin {
        Some(admin) => {
            let address = admin.local_addr()?;
            tracing::info!("metrics on http://{address}/metrics");
            let app = operations_router_of(Current::Swapped(swap.clone()));
            // A few, which the limit of the other listener leaves free: operators get an answer even when
            // that one is full.
            let of_operators = ConnectionLimits {
                max_connections: OPERATORS,
                max_per_peer: OPERATORS,
                ..ConnectionLimits::default()
            };
            Some(tokio::spawn(crate::serve_with(
                of_operators,
                admin,
                app,
                async {
                    let _ = over.await;
                },
            )))
        }
        None => None,
    };
    let app = in_front_of(
        health_router_of(Current::Swapped(swap.clone())),
        swap.clone(),
    );
    let stop = async {
        stop_requested.await;
        // No settings are read while the server stops: the one that was told to stop is the last one.
        reloads.abort();
        crate::stop_with_notice(&swap.auth(), std::future::ready(())).await;
    };
    crate::serve_with(limits, listener, app, stop).await;
    swap.auth().close().await;
    drop(is_over);
    if let Some(operations) = operations {
        operations.await?;
    }
    tracing::info!("stopped");
    Ok(())
}

/// Raises the limit of open files to what the connections need, as far as the system allows it: the limit that a
/// shell sets (1024 on most systems) is meant for programs that use `select`, and may be raised.
#[cfg(unix)]
fn open_more_files(config: &Config) {
    let wanted = ConnectionLimits::of(config).max_connections + 1024;
    // `serve_with` reads the limit that results.
    let _ = rlimit::increase_nofile_limit(u64::try_from(wanted).unwrap_or(u64::MAX));
}

async fn bind(setting: &str, address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address)
        .await
        .map_err(|error| format!("{setting}: cannot listen on {address}: {error}").into())
}

fn warn_of_operations_not_mounted(api: &Api) {
    let count = api.not_mounted().count();
    if count > 0 {
        tracing::warn!(
            "{count} operations of the spec are answered 404: no group is given that answers them; \
             `auth-gen routes` lists them"
        );
    }
}
