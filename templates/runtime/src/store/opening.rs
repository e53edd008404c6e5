//! The database that a URL names: its scheme decides which store it is.

use std::path::PathBuf;
use std::sync::Arc;

#[cfg(feature = "postgres")]
use super::PostgresStore;
use super::{SqliteStore, Store, sqlite};
use crate::error::Error;

fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// What is wrong with a URL, as far as that shows before anything is opened.
/// The text does not show the URL, which may hold a password.
pub(crate) fn check_url(url: &str) -> Result<(), String> {
    if is_postgres(url) {
        postgres::check_url(url)
    } else if url.starts_with("sqlite:") {
        sqlite::check_url(url).map_err(str::to_owned)
    } else {
        Err("must be a URL such as sqlite://auth.db or postgres://user@host/auth".to_owned())
    }
}

/// How a server reaches its database.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "postgres"),
    allow(dead_code, reason = "only PostgreSQL is reached in other ways")
)]
pub(crate) enum Way {
    /// SQLite in the memory of the process.
    Memory,
    /// SQLite in a file.
    File(PathBuf),
    /// PostgreSQL on this machine, without TLS.
    Here,
    /// PostgreSQL over TLS, with a verified certificate.
    Encrypted,
    /// PostgreSQL on another machine, without TLS.
    Plain,
}

/// How a URL says that the database is reached; `None` for a URL that [`check_url`] refuses.
pub(crate) fn way(url: &str) -> Option<Way> {
    if is_postgres(url) {
        return postgres::way(url);
    }
    let location = sqlite::location(url).ok()?;
    Some(location.map_or(Way::Memory, Way::File))
}

/// Opens the database of a URL and brings its tables up to date. PostgreSQL gets at most so many
/// connections.
pub(crate) async fn open(url: &str, connections: usize) -> Result<Arc<dyn Store>, Error> {
    if is_postgres(url) {
        return postgres::open(url, connections).await;
    }
    let url = url.to_owned();
    let store = tokio::task::spawn_blocking(move || SqliteStore::open(&url))
        .await
        .map_err(Error::internal)??;
    Ok(Arc::new(store))
}

/// Opens a database that is there already: a command that looks into one must not make an empty one
/// where the URL is mistyped. (PostgreSQL never makes one.)
pub(crate) async fn open_existing(url: &str, connections: usize) -> Result<Arc<dyn Store>, Error> {
    if let Ok(Some(path)) = sqlite::location(url)
        && !path.exists()
    {
        return Err(Error::internal(format!(
            "DATABASE_URL: there is no database {}",
            path.display()
        )));
    }
    open(url, connections).await
}

#[cfg(feature = "postgres")]
mod postgres {
    use super::*;

    pub(super) fn check_url(url: &str) -> Result<(), String> {
        PostgresStore::check_url(url)
    }

    pub(super) fn way(url: &str) -> Option<Way> {
        PostgresStore::way(url)
    }

    pub(super) async fn open(url: &str, connections: usize) -> Result<Arc<dyn Store>, Error> {
        Ok(Arc::new(PostgresStore::open(url, connections).await?))
    }
}

/// In a program that is built without PostgreSQL, its URLs are refused, with the cure.
#[cfg(not(feature = "postgres"))]
mod postgres {
    use super::*;

    const MISSING: &str =
        "this program is built without PostgreSQL: turn on the feature `postgres` of auth-runtime";

    pub(super) fn check_url(_url: &str) -> Result<(), String> {
        Err(MISSING.to_owned())
    }

    pub(super) fn way(_url: &str) -> Option<Way> {
        None
    }

    #[allow(
        clippy::unused_async,
        reason = "it has the signature of the one that opens"
    )]
    pub(super) async fn open(_url: &str, _connections: usize) -> Result<Arc<dyn Store>, Error> {
        Err(Error::internal(MISSING))
    }
}
