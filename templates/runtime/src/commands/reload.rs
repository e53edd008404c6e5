//! SIGHUP: the settings are read again while the server runs.
//!
//! Rules: settings that are wrong change nothing, and the log says what is wrong; a request keeps the settings that it
//! began with; what cannot change while the process runs keeps its value, and the log names it. Sessions, users and the
//! counts of limits are in the database, so nothing is lost.

use tokio::task::JoinHandle;

use crate::app_info::AppInfoDefaults;
use crate::web::Api;
use crate::{Auth, AuthSwap, Config, layer};

/// Reads the settings at each SIGHUP until the outcome is aborted. Other systems than Unix have no such signal.
pub(super) fn on_signal(
    swap: AuthSwap,
    app_info: &'static AppInfoDefaults,
    api: Api,
) -> JoinHandle<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        // Listened for from here on: a signal that comes before the task runs must not end the process.
        let hangups = signal(SignalKind::hangup());
        tokio::spawn(async move {
            match hangups {
                Ok(mut hangups) => {
                    while hangups.recv().await.is_some() {
                        reload(&swap, app_info, &api).await;
                    }
                }
                Err(error) => {
                    tracing::warn!("settings are not read again at SIGHUP: {error}");
                }
            }
        })
    }
    #[cfg(not(unix))]
    tokio::spawn(async move {
        let _ = (swap, app_info, api);
    })
}

async fn reload(swap: &AuthSwap, app_info: &AppInfoDefaults, api: &Api) {
    match replace(swap, app_info, api).await {
        Ok(()) => tracing::info!("settings read again"),
        Err(error) => tracing::error!("the settings stay as they were: {error}"),
    }
}

async fn replace(
    swap: &AuthSwap,
    app_info: &AppInfoDefaults,
    api: &Api,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut config = Config::from_env(app_info)?;
    let running = swap.auth();
    for name in keep(running.config(), &mut config) {
        tracing::warn!("{name} is changed: it counts after the next start");
    }
    let next = Auth::builder(config).in_place_of(&running).build().await?;
    let layer = layer(next, api.clone());
    layer.check()?;
    // The one that was replaced ends by itself.
    drop(swap.replace(layer));
    Ok(())
}

/// Gives settings that cannot change while the process runs the value that they have, and names those that were to
/// change: listeners and their limits, which spare the trusted proxies, are made once, and another database has other users.
fn keep(running: &Config, next: &mut Config) -> Vec<&'static str> {
    let mut changed = Vec::new();
    macro_rules! keep {
        ($($field:ident: $variable:literal),* $(,)?) => {
            $(if next.$field != running.$field {
                next.$field.clone_from(&running.$field);
                changed.push($variable);
            })*
        };
    }
    keep! {
        app_id: "AUTH_APP_ID",
        listen: "AUTH_LISTEN_ADDR",
        admin_listen: "AUTH_ADMIN_LISTEN_ADDR",
        trusted_proxies: "AUTH_TRUSTED_PROXIES",
        max_connections: "AUTH_MAX_CONNECTIONS",
        max_connections_per_peer: "AUTH_MAX_CONNECTIONS_PER_PEER",
        database_url: "DATABASE_URL",
        database_connections: "AUTH_DATABASE_CONNECTIONS",
    }
    changed
}
