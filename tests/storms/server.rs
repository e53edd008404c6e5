//! The server that the storms break over: the auth APIs, a route that believes the access token, and one
//! that asks the database, too.
//!
//! It takes the settings of any auth server, and `STORM_GRACE_MS`, so that no test has to wait for half a
//! minute. Passwords are hashed cheaply: a storm is about the database. It ends with the process that started it,
//! which holds its standard input open.

use std::io::{Read, Write};

use auth_server::testing::FAST_PASSWORDS;
use auth_server::{Auth, Config, Endpoints, Session, VerifyOptions, VerifySession};
use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();
    let mut config = Config::from_env(&auth_server::APP_INFO)?;
    if let Ok(grace) = std::env::var("STORM_GRACE_MS") {
        config.session.rotation_grace_ms = grace.parse()?;
    }
    let listen = config.listen;
    let auth = Auth::builder(config)
        .password_params(FAST_PASSWORDS)
        .build()
        .await?;
    let checked = Router::new()
        .route("/me/checked", get(me))
        .route_layer(VerifySession::new(VerifyOptions {
            check_database: true,
            ..VerifyOptions::default()
        }));
    let app = Router::new()
        .route("/me", get(me))
        .merge(checked)
        .layer(auth_server::layer(auth.clone(), Endpoints::new()));
    let stop = auth_server::shutdown_signal();
    let listener = TcpListener::bind(listen).await?;
    writeln!(std::io::stdout(), "http://{}", listener.local_addr()?)?;
    auth_server::serve(listener, app, stop).await;
    auth.close().await;
    Ok(())
}

async fn me(session: Session) -> String {
    session.user_id.clone()
}
