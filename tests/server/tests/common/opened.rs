//! A database whose store a test opens by itself.

use tempfile::TempDir;
use tokio_postgres::NoTls;

use super::database::Schema;

/// A database for servers that a test opens by itself: a file, or a schema of PostgreSQL.
pub(crate) struct Database {
    pub(crate) url: String,
    schema: Option<Schema>,
    _folder: TempDir,
}

impl Database {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().expect("there is room for a folder");
        let schema = Schema::new();
        let file = || format!("sqlite://{}", folder.path().join("auth.db").display());
        Self {
            url: schema
                .as_ref()
                .map_or_else(file, |schema| schema.url.clone()),
            schema,
            _folder: folder,
        }
    }

    /// Its URL, with a name for the connections that are opened with it.
    pub(crate) fn named(&self, name: &str) -> String {
        let name = match self.schema {
            Some(_) => format!("&application_name={name}"),
            None => String::new(),
        };
        format!("{}{name}", self.url)
    }

    /// How many connections of this name PostgreSQL has; `None` with SQLite.
    pub(crate) async fn connections(&self, name: &str) -> Option<i64> {
        let schema = self.schema.as_ref()?;
        let connected = tokio_postgres::connect(&schema.base, NoTls).await;
        let (client, connection) = connected.expect("it runs");
        tokio::spawn(connection);
        let sql = "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = $1";
        let row = client.query_one(sql, &[&name]).await.expect("it reads");
        Some(row.get(0))
    }
}
