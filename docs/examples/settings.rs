//! The auth APIs alone, with settings that stand in the program instead of the environment.

use auth_server::app_info::AppInfoInput;
use auth_server::{Auth, Config, Endpoints, shutdown_signal};
use axum::Router;
use tokio::net::TcpListener;

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let auth = Auth::open(config()?).await?;
    let listener = TcpListener::bind(auth.config().listen).await?;
    auth_server::serve(listener, auth_apis(&auth), shutdown_signal()).await;
    auth.close().await;
    Ok(())
}

/// What the environment would say otherwise.
pub(crate) fn config() -> Result<Config, Failure> {
    let mut config = Config::for_app(&AppInfoInput {
        app_name: Some("Example".to_owned()),
        api_domain: Some("http://localhost:3001".to_owned()),
        website_domain: Some("http://localhost:3000".to_owned()),
        ..AppInfoInput::default()
    })?;
    config.session.access_token_validity_ms = 15 * 60 * 1000;
    Ok(config)
}

/// Everything that is not below the base path is answered 404.
pub(crate) fn auth_apis(auth: &Auth) -> Router {
    auth_server::router(auth.clone(), Endpoints::new())
}
