//! With `AUTH_TEST_POSTGRES_URL`, the tests run on that PostgreSQL instead of SQLite: each server in
//! a schema of its own, which is dropped with it.

use tokio_postgres::NoTls;

pub(crate) struct Schema {
    /// The database with this schema.
    pub(crate) url: String,
    pub(crate) base: String,
    name: String,
}

impl Schema {
    pub(crate) fn new() -> Option<Self> {
        let base = std::env::var("AUTH_TEST_POSTGRES_URL").ok()?;
        let name = format!("test_{}", uuid::Uuid::new_v4().simple());
        let separator = if base.contains('?') { '&' } else { '?' };
        Some(Self {
            url: format!("{base}{separator}options=-csearch_path%3D{name}"),
            base,
            name,
        })
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let (base, name) = (self.base.clone(), self.name.clone());
        // A thread of its own: the one of the test is inside a runtime.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(async {
                let (client, connection) = tokio_postgres::connect(&base, NoTls).await?;
                tokio::spawn(connection);
                // The runtime of the test stands still meanwhile, maybe in the middle of a transaction of
                // the server, whose locks would keep the schema for a minute.
                let sql = format!(
                    "SELECT pg_terminate_backend(held.pid) FROM pg_locks AS held
                     JOIN pg_class AS part ON part.oid = held.relation
                     JOIN pg_namespace AS home ON home.oid = part.relnamespace
                     WHERE home.nspname = '{name}' AND held.pid <> pg_backend_pid();
                     DROP SCHEMA IF EXISTS {name} CASCADE"
                );
                client.batch_execute(&sql).await
            })?;
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
        });
        // A test that failed says why by itself.
        let _ = dropping.join();
    }
}
