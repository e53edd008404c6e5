//! `serve`: the server by itself.

use std::net::SocketAddr;

use auth_server::web::Api;
use auth_server::{Auth, Config, Endpoints, NoCustom, told_to_stop};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::Failure;

/// Serves until it is told to stop.
pub(super) async fn run(config: Config) -> Result<(), Failure> {
    let (listen, admin) = (config.listen, config.admin_listen);
    let auth = Auth::open(config).await?;
    name_what_is_not_mounted();
    let told = told_to_stop();
    let listener = bind("AUTH_LISTEN_ADDR", listen).await?;
    let admin = match admin {
        Some(address) => Some(bind("AUTH_ADMIN_LISTEN_ADDR", address).await?),
        None => None,
    };
    let (address, path) = (listener.local_addr()?, &auth.app_info().api_base_path);
    tracing::info!("listening on http://{address}{path}");

    // Operators are answered to the very end.
    let (is_over, over) = oneshot::channel::<()>();
    let operations = match admin {
        Some(admin) => {
            let address = admin.local_addr()?;
            tracing::info!("metrics on http://{address}/metrics");
            let app = auth_server::operations_router(&auth);
            Some(tokio::spawn(auth_server::serve(admin, app, async {
                let _ = over.await;
            })))
        }
        None => None,
    };
    let app = auth_server::standalone(auth.clone(), None::<NoCustom>);
    auth_server::serve(listener, app, auth_server::stop_with_notice(&auth, told)).await;
    auth.close().await;
    drop(is_over);
    if let Some(operations) = operations {
        operations.await?;
    }
    tracing::info!("stopped");
    Ok(())
}

async fn bind(setting: &str, address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address)
        .await
        .map_err(|error| format!("{setting}: cannot listen on {address}: {error}").into())
}

fn name_what_is_not_mounted() {
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
}
