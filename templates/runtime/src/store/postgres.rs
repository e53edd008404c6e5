//! PostgreSQL as the store, for several servers on one database.
//!
//! Rules kept here:
//! - **one verb of [`Store`] is one statement**; what takes several is a transaction that is written for
//!   both databases ([`transaction`]). A verb takes one round trip and is atomic by itself; no connection
//!   ever waits inside a transaction, and a request that is given up leaves nothing half done (only
//!   forgetting what expired takes several, each of which is whole, and claims are compared and
//!   swapped);
//! - a verb holds one connection and waits for no other; the pool is bounded, and every wait ends;
//! - what was rolled back is tried again, a few times. What may or may not have taken effect, since
//!   the connection broke, is tried again only where a second time does no harm ([`Retry`]);
//! - a database that is slow, full, locked or gone is [`Error::Unavailable`] ([`failure`]);
//! - all servers go by the clock of the database ([`clock`]).
//!
//! A commit is on the disk when PostgreSQL reports it (`synchronous_commit`, on by default). It lets
//! the commits of many connections share a wait for the disk by itself.

mod address;
mod attempts;
mod bound;
mod clock;
mod failure;
mod keys;
mod migrate;
mod pool;
mod sessions;
mod transaction;
mod users;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use deadpool_postgres::{Object, Pool};
use serde_json::{Map, Value};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use self::address::Address;
use self::bound::Bound;
use self::clock::DatabaseClock;
pub(super) use self::failure::Failure;
pub(super) use self::transaction::Statements;
use super::transaction::{AnyTransaction, Outcome, Retry};
use super::{
    Connections, CreateUser, NewEmailPasswordUser, Purge, RotateSession, SessionRow, SigningKeyRow,
    Store, User, Way, names,
};
use crate::clock::Clock;
use crate::email::EmailAddress;
use crate::error::Error;

/// A connection and the statements that are prepared on it.
type Connection = Object;

/// A store in one schema of a PostgreSQL database. Clones share it.
#[derive(Clone)]
pub struct PostgresStore {
    pool: Pool,
    clock: DatabaseClock,
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").finish_non_exhaustive()
    }
}

impl PostgresStore {
    /// What is wrong with a URL, as far as that shows before anything is opened.
    ///
    /// # Errors
    /// A text that does not show the URL.
    pub fn check_url(url: &str) -> Result<(), String> {
        Address::parse(url).map(drop)
    }

    /// How a URL says that the database is reached.
    pub(super) fn way(url: &str) -> Option<Way> {
        let address = Address::parse(url).ok()?;
        Some(match address.tls {
            Some(_) => Way::Encrypted,
            None if address.is_here() => Way::Here,
            None => Way::Plain,
        })
    }

    /// Opens the database of a URL, `postgres://user:password@host/database`, with at most so many
    /// connections, and brings its tables up to date. `?options=-csearch_path%3Dname` names the
    /// schema of the tables; it is created if it does not exist.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub async fn open(url: &str, connections: usize) -> Result<Self, Error> {
        let address = Address::parse(url)
            .map_err(|error| Error::internal(format!("the URL of the database {error}")))?;
        let pool = pool::start(address, connections)?;
        migrate::run(&pool).await?;
        let clock = DatabaseClock::start(&pool).await?;
        Ok(Self { pool, clock })
    }
}

/// Runs a statement to its end. The only place where a statement of a request gets its values, so the
/// only place where they must be kept from the driver's log ([`Bound`]).
async fn query(
    db: &Connection,
    sql: &str,
    values: &[&(dyn ToSql + Sync)],
) -> Result<Vec<Row>, Failure> {
    let statement = db.prepare_cached(sql).await?;
    let bound: Vec<_> = values.iter().map(|value| Bound(*value)).collect();
    let bound: Vec<&(dyn ToSql + Sync)> = bound.iter().map(|value| value as _).collect();
    Ok(db.query(&statement, &bound).await?)
}

#[async_trait]
impl Store for PostgresStore {
    async fn transact(&self, transaction: Arc<dyn AnyTransaction>) -> Result<Outcome, Error> {
        self.run_transaction(transaction).await
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(self.clock.clone())
    }

    fn connections(&self) -> Option<Connections> {
        let status = self.pool.status();
        Some(Connections {
            limit: status.max_size,
            used: status.size.saturating_sub(status.available),
            idle: status.available,
            waiting: status.waiting,
        })
    }

    async fn ping(&self) -> Result<(), Error> {
        self.run(Retry::Idempotent, |db| async move {
            query(&db, "SELECT 1", &[]).await
        })
        .await
        .map(drop)
    }

    async fn create_email_password_user(
        &self,
        user: NewEmailPasswordUser,
    ) -> Result<CreateUser, Error> {
        names::check_user(&user)?;
        let user = &user;
        self.run(Retry::Never, |db| async move {
            users::create_email_password(&db, user).await
        })
        .await
    }

    async fn email_password_user(
        &self,
        tenant_id: &str,
        email: &EmailAddress,
    ) -> Result<Option<(User, String)>, Error> {
        if !names::is_name(tenant_id) {
            return Ok(None);
        }
        self.run(Retry::Idempotent, |db| async move {
            users::by_email_password(&db, tenant_id, email.as_str()).await
        })
        .await
    }

    async fn user(&self, id: &str) -> Result<Option<User>, Error> {
        if !names::is_name(id) {
            return Ok(None);
        }
        self.run(Retry::Idempotent, |db| async move {
            users::by_any_id(&db, id).await
        })
        .await
    }

    async fn create_session(&self, session: SessionRow) -> Result<(), Error> {
        names::check_session(&session)?;
        let session = &session;
        self.run(Retry::Never, |db| async move {
            sessions::create(&db, session).await
        })
        .await
    }

    async fn session(&self, handle: &str) -> Result<Option<SessionRow>, Error> {
        if !names::is_name(handle) {
            return Ok(None);
        }
        self.run(Retry::Idempotent, |db| async move {
            sessions::by_handle(&db, handle).await
        })
        .await
    }

    // Harmless: if the first time took effect, the second one finds the token replaced, and the
    // session hands its successor out again.
    async fn rotate_session(&self, rotation: RotateSession) -> Result<bool, Error> {
        if !names::is_name(&rotation.handle) {
            return Ok(false);
        }
        let rotation = &rotation;
        self.run(Retry::Idempotent, |db| async move {
            sessions::rotate(&db, rotation).await
        })
        .await
    }

    // Harmless: the sessions are over, at worst without being named in the answer.
    async fn revoke_sessions(&self, handles: &[String]) -> Result<Vec<String>, Error> {
        let handles = handles.iter().filter(|handle| names::is_name(handle));
        let handles = &handles.cloned().collect::<Vec<_>>();
        self.run(Retry::Idempotent, |db| async move {
            sessions::revoke(&db, handles).await
        })
        .await
    }

    async fn merge_session_claims(
        &self,
        handle: &str,
        update: Map<String, Value>,
    ) -> Result<Option<Map<String, Value>>, Error> {
        if !names::is_name(handle) {
            return Ok(None);
        }
        let update = &update;
        self.run(Retry::Never, |db| async move {
            sessions::merge_claims(&db, handle, update).await
        })
        .await
    }

    async fn replace_session_data(&self, handle: &str, data: Value) -> Result<bool, Error> {
        if !names::is_name(handle) {
            return Ok(false);
        }
        let data = &data;
        self.run(Retry::Idempotent, |db| async move {
            sessions::replace_data(&db, handle, data).await
        })
        .await
    }

    async fn session_handles(
        &self,
        user_id: &str,
        tenant_id: Option<&str>,
        now: i64,
    ) -> Result<Vec<String>, Error> {
        if !names::is_name(user_id) || !tenant_id.is_none_or(names::is_name) {
            return Ok(Vec::new());
        }
        self.run(Retry::Idempotent, |db| async move {
            sessions::handles(&db, user_id, tenant_id, now).await
        })
        .await
    }

    async fn signing_keys(&self) -> Result<Vec<SigningKeyRow>, Error> {
        self.run(Retry::Idempotent, |db| async move { keys::all(&db).await })
            .await
    }

    async fn add_signing_key(&self, key: SigningKeyRow) -> Result<SigningKeyRow, Error> {
        let key = &key;
        self.run(
            Retry::Idempotent,
            |db| async move { keys::add(&db, key).await },
        )
        .await
    }

    async fn replace_private_key(
        &self,
        kid: &str,
        from: &[u8; 32],
        to: &[u8],
    ) -> Result<bool, Error> {
        self.run(Retry::Idempotent, |db| async move {
            keys::replace(&db, kid, from, to).await
        })
        .await
    }

    async fn remove_signing_keys(&self, kids: &[String]) -> Result<u64, Error> {
        self.run(Retry::Idempotent, |db| async move {
            keys::remove(&db, kids).await
        })
        .await
    }

    async fn purge(&self, purge: Purge) -> Result<u64, Error> {
        let until = purge.expired_until;
        let sessions = self
            .forget(|db| async move { sessions::forget(&db, until).await })
            .await?;
        let before = purge.keys_created_before;
        let keys = self
            .forget(|db| async move { keys::forget(&db, before).await })
            .await?;
        Ok(sessions + keys)
    }
}

#[cfg(test)]
mod tests;
