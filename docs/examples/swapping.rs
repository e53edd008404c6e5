//! A shop whose sessions get other settings while it serves: no restart, and no request is dropped.
//!
//! As `examples/swapping.rs` in the crate of the server: `cargo run --example swapping`. Each line of the standard input
//! is a number of minutes: from then on access tokens are valid for that long.

use std::io::BufRead;

use auth_server::app_info::AppInfoInput;
use auth_server::config::Secret;
use auth_server::store::SharedStore;
use auth_server::{
    Auth, AuthContext, AuthLayer, AuthSwap, Config, Endpoints, Error, NewSessionFor, Session,
    shutdown_signal,
};
use axum::Router;
use axum::routing::{get, post};
use tokio::net::TcpListener;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    tracing_subscriber::fmt().init();
    let config = config()?;
    let listener = TcpListener::bind(config.listen).await?;
    let shop = Shop::open(config).await?;
    tracing::info!("listening on http://{}", listener.local_addr()?);
    let (lines, mut numbers) = tokio::sync::mpsc::channel(1);
    std::thread::spawn(move || {
        let read = std::io::stdin().lock().lines().map_while(Result::ok);
        let mut read = read.filter_map(|line| line.trim().parse::<i64>().ok());
        read.try_for_each(|number| lines.blocking_send(number))
    });
    let changing = async {
        while let Some(minutes) = numbers.recv().await {
            // Settings that cannot work are refused, and the server of before goes on.
            match shop.set_access_minutes(minutes).await {
                Ok(()) => tracing::info!("access tokens are valid for {minutes} minutes"),
                Err(error) => tracing::error!("{error}"),
            }
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = auth_server::serve(listener, shop.app(), shutdown_signal()) => {}
        () = changing => {}
    }
    shop.swap.auth().close().await;
    Ok(())
}

/// What stays, whichever server answers.
pub(crate) struct Shop {
    store: SharedStore,
    swap: AuthSwap,
}

impl Shop {
    /// Opens the database once, for all servers to come.
    pub(crate) async fn open(config: Config) -> Result<Self, Failure> {
        let url = config.database_url.expose();
        let store = SharedStore::open(url, config.database_connections).await?;
        let swap = AuthSwap::new(server(config, &store).await?);
        Ok(Self { store, swap })
    }

    /// The application. The swap stands where the layer of a single server would.
    pub(crate) fn app(&self) -> Router {
        Router::new()
            .route("/orders", get(orders))
            .route("/sign-in", post(sign_in))
            .layer(self.swap.clone())
    }

    /// Builds a server with other settings, and lets it take over.
    pub(crate) async fn set_access_minutes(&self, minutes: i64) -> Result<(), Failure> {
        let mut config = self.swap.auth().config().clone();
        config.session.access_token_validity_ms = minutes * 60 * 1000;
        let next = server(config, &self.store).await?;
        // The server of before answers the requests that it has begun; then its background work ends.
        self.swap.replace(next).ended().await;
        Ok(())
    }
}

async fn server(config: Config, store: &SharedStore) -> Result<AuthLayer, Failure> {
    let auth = Auth::builder(config).store(store.clone()).build().await?;
    Ok(auth_server::layer(auth, Endpoints::new()))
}

pub(crate) fn config() -> Result<Config, Failure> {
    let mut config = Config::for_app(&AppInfoInput {
        app_name: Some("Example".to_owned()),
        api_domain: Some("http://localhost:3001".to_owned()),
        website_domain: Some("http://localhost:3000".to_owned()),
        ..AppInfoInput::default()
    })?;
    config.database_url = Secret::new("sqlite://swapping.db");
    Ok(config)
}

async fn orders(session: Session) -> String {
    format!("orders of {}", session.user_id)
}

/// Signs in; a real application would check something. `context.auth()` is the server of this request.
async fn sign_in(context: AuthContext) -> Result<String, Error> {
    let session = context.create_session(NewSessionFor::user("ana")).await?;
    Ok(session.handle.clone())
}
