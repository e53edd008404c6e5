//! The database that a URL names: its scheme decides which store it is.

use std::sync::Arc;

use super::{PostgresStore, SqliteStore, Store};
use crate::error::Error;

fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// What is wrong with a URL, as far as that shows before anything is opened.
///
/// # Errors
/// A text that does not show the URL, which may hold a password.
pub fn check_url(url: &str) -> Result<(), String> {
    if is_postgres(url) {
        PostgresStore::check_url(url)
    } else if url.starts_with("sqlite:") {
        Ok(())
    } else {
        Err("must be a URL such as sqlite://auth.db or postgres://user@host/auth".to_owned())
    }
}

/// Opens the database of a URL and brings its tables up to date. PostgreSQL gets at most so many
/// connections.
///
/// # Errors
/// Why it cannot be used.
pub async fn open(url: &str, connections: usize) -> Result<Arc<dyn Store>, Error> {
    if is_postgres(url) {
        return Ok(Arc::new(PostgresStore::open(url, connections).await?));
    }
    let url = url.to_owned();
    let store = tokio::task::spawn_blocking(move || SqliteStore::open(&url))
        .await
        .map_err(Error::internal)??;
    Ok(Arc::new(store))
}
