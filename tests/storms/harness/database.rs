//! A database and the servers on it.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tempfile::TempDir;

use crate::{Cluster, Launch};

/// Users who could not sign in, sessions that could not be refreshed: what only half a transaction leaves.
const HALF_WRITTEN: &str = "
    SELECT (SELECT COUNT(*) FROM users WHERE NOT EXISTS (
                SELECT 1 FROM login_methods m
                JOIN credentials c ON c.recipe_user_id = m.recipe_user_id
                    AND c.kind = 'emailpassword/password'
                JOIN login_method_tenants t ON t.recipe_user_id = m.recipe_user_id
                JOIN login_identifiers i ON i.recipe_user_id = m.recipe_user_id
                    AND i.kind = 'emailpassword/email'
                WHERE m.user_id = users.id))
         + (SELECT COUNT(*) FROM sessions WHERE LENGTH(refresh_hash) <> 64
                OR LENGTH(rotation_key) <> 32
                OR NOT EXISTS (SELECT 1 FROM users WHERE users.id = sessions.user_id))";

/// A database, empty at first. It goes with this value.
pub struct Database {
    /// Its URL.
    pub url: String,
    file: PathBuf,
    folder: TempDir,
    /// The PostgreSQL that it is in, if it is not SQLite.
    pub cluster: Option<Cluster>,
}

impl Database {
    /// A file of SQLite.
    ///
    /// # Panics
    /// There is no room for it.
    pub fn sqlite() -> Self {
        let folder = TempDir::new().expect("there is room for a folder");
        Self::sqlite_at(folder.path().join("auth.db"), folder)
    }

    /// A file of SQLite in this folder, which is the caller's.
    ///
    /// # Panics
    /// There is no room for its log.
    pub fn sqlite_in(folder: &Path) -> Self {
        let beside = TempDir::new().expect("there is room for a folder");
        Self::sqlite_at(folder.join("auth.db"), beside)
    }

    fn sqlite_at(file: PathBuf, folder: TempDir) -> Self {
        Self {
            url: format!("sqlite://{}", file.display()),
            file,
            folder,
            cluster: None,
        }
    }

    /// A PostgreSQL.
    ///
    /// # Panics
    /// There is none on this machine.
    pub fn postgres() -> Self {
        let cluster = Cluster::start();
        Self {
            url: cluster.url("storm"),
            file: PathBuf::new(),
            folder: TempDir::new().expect("there is room for a folder"),
            cluster: Some(cluster),
        }
    }

    /// The file of SQLite.
    pub fn file(&self) -> PathBuf {
        self.file.clone()
    }

    /// A file beside the database.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A server on it; `program` is the path of `storm-server`.
    pub fn launch(&self, program: &str) -> Launch {
        Launch::new(program, &self.url, self.beside("server.log"))
    }

    /// Looks for what is broken or half written, past the servers.
    ///
    /// # Panics
    /// There is something.
    pub async fn expect_whole(&self) {
        let half_written: i64 = if let Some(cluster) = &self.cluster {
            let client = cluster.connect().await;
            client
                .batch_execute("SET search_path = storm")
                .await
                .expect("set");
            client
                .query_one(HALF_WRITTEN, &[])
                .await
                .expect("it can be read")
                .get(0)
        } else {
            let db = Connection::open(self.file()).expect("it opens");
            let check = |sql| db.query_row(sql, [], |row| row.get::<_, String>(0));
            assert_eq!(check("PRAGMA integrity_check").as_deref(), Ok("ok"));
            let orphans = check("SELECT COUNT(*) || '' FROM pragma_foreign_key_check");
            assert_eq!(orphans.as_deref(), Ok("0"));
            db.query_row(HALF_WRITTEN, [], |row| row.get(0))
                .expect("it can be read")
        };
        assert_eq!(half_written, 0, "half-written rows");
    }
}
