//! The database: what the server remembers.
//!
//! The rule kept here: **one verb is one atomic step**. What must not come apart — spending a reset token and
//! changing the password, replacing a refresh token only if it is still the current one — is one
//! `Transaction`, so that no caller can put a check and its write into two (OWASP ASVS 5.0, 2.3.3 and
//! 2.3.4). A verb is written once, with one SQL for both databases; the drivers ([`SqliteStore`],
//! [`PostgresStore`]) contain no verb, they run transactions. Times are milliseconds since the epoch.
//!
//! Secrets never reach the store in the clear: passwords come as Argon2 hashes, refresh and reset
//! tokens as SHA-256 hashes of at least 256 random bits.

mod app;
mod mail_outbox;
mod migrations;
pub(crate) mod names;
mod opening;
#[cfg(feature = "postgres")]
mod postgres;
pub(crate) mod secrets;
mod sessions;
mod shared;
mod signing_keys;
mod sqlite;
#[cfg(all(test, feature = "recipes"))]
pub(crate) mod tests;
pub(crate) mod traces;
mod transaction;
pub(crate) mod users;

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Map, Value};

use crate::clock::{Clock, SystemClock};
use crate::error::Error;
use crate::metrics::StoreMetrics;

pub use crate::shapes::{LoginMethod, ThirdParty, User, Webauthn};
pub use crate::tenant::PUBLIC_TENANT;
pub(crate) use app::OwningApp;
pub(crate) use mail_outbox::{
    ClaimMails, ClaimedMail, CountMails, DiscardMails, EnqueueMail, FinishMail, ForgetMails,
    ListMails, ListedMail, MailLimit, MailOutcome, NewMailRow, Picked, RetryMails,
    insert as enqueue_mail,
};
pub(crate) use names::is_name;
pub(crate) use opening::{Way, check_url, open, open_existing, way};
#[cfg(feature = "postgres")]
pub use postgres::PostgresStore;
pub(crate) use secrets::PurgeSecrets;
#[cfg(all(test, feature = "recipes"))]
pub(crate) use sessions::EXPLAIN_END_SESSIONS_OF;
pub use sessions::{ClaimsChange, EndedSession};
pub(crate) use sessions::{
    end_sessions_in, end_sessions_of, end_sessions_with, lock_session, merge_claims,
};
pub use shared::SharedStore;
pub use sqlite::SqliteStore;
pub(crate) use sqlite::copies;
pub(crate) use transaction::{Access, Retry, Row, Transaction, Tx, TxError};
#[cfg(test)]
pub(crate) use transaction::{Bind, Sql};
pub(crate) use users::FindByIdentifier;

/// How many rows one transaction of the clean-up deletes at most: some milliseconds of SQLite's one writer.
const PURGE_BATCH_SIZE: i64 = 1_000;

/// The app of a process that serves one app.
pub const DEFAULT_APP_ID: &str = "public";

/// A session as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionRow {
    /// Names the session; no secret.
    pub handle: String,
    /// Whose session it is.
    pub user_id: String,
    /// The login method with which it began.
    pub recipe_user_id: String,
    /// The tenant in which it began.
    pub tenant_id: String,
    /// Double hash of the refresh token that is valid now.
    pub refresh_hash: String,
    /// Double hash of the refresh token before that one.
    pub previous_refresh_hash: Option<String>,
    /// When the current refresh token replaced the previous one.
    pub rotated_at: i64,
    /// Random key from which, together with a token, the token's successor is derived.
    pub rotation_key: Vec<u8>,
    /// Whether the session began with an anti-CSRF token.
    pub anti_csrf: bool,
    /// What the application put into the access token, issuer included.
    pub claims: Map<String, Value>,
    /// What the application keeps with the session on the server.
    pub data: Value,
    /// When the session began.
    pub created_at: i64,
    /// From when on it cannot be refreshed.
    pub expires_at: i64,
}

/// The replacement of one refresh token by its successor.
#[derive(Debug, Clone)]
pub struct RotateSession {
    /// The session.
    pub handle: String,
    /// Double hash of the token that was presented; must be the current one still.
    pub presented_hash: String,
    /// Double hash of the successor.
    pub next_hash: String,
    /// Now.
    pub rotated_at: i64,
    /// From when on the session cannot be refreshed.
    pub expires_at: i64,
}

/// A key that signs tokens, as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKeyRow {
    /// Names the key in token headers.
    pub kid: String,
    /// JWA name of its algorithm.
    pub algorithm: String,
    /// Whether the key is replaced from time to time.
    pub rotates: bool,
    /// Which key of its kind and algorithm it is: 1, 2, 3 … Unique, so that of two processes that
    /// replace a key at the same moment only one succeeds.
    pub generation: i64,
    /// The private key, PKCS#8; encrypted where that is configured (`crypto::encryption`).
    pub private_key: Vec<u8>,
    /// When it was made.
    pub created_at: i64,
}

impl std::fmt::Debug for SigningKeyRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKeyRow")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

/// Connections to a database at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// How many there may be.
    pub limit: usize,
    /// How many are in use.
    pub used: usize,
    /// How many are open and not in use.
    pub idle: usize,
    /// How many verbs wait for one.
    pub waiting: usize,
}

/// What may be forgotten.
#[derive(Debug, Clone, Copy)]
pub struct Purge {
    /// Sessions that expired until then.
    pub expired_until: i64,
    /// Rotating keys made before then.
    pub keys_created_before: i64,
}

/// A database: what both drivers do. The verbs are methods of `dyn Store`, each beside its SQL.
#[async_trait]
pub trait Store: Send + Sync {
    /// The clock that all servers on this database have in common: that of the machine where they
    /// share the machine, that of the database otherwise.
    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(SystemClock::new())
    }

    /// The connections at this moment, for the metrics; `None` where there are none to count.
    fn connections(&self) -> Option<Connections> {
        None
    }

    /// How long the verbs take and how often they fail, counted since the database was opened.
    fn metrics(&self) -> &StoreMetrics;

    /// Runs a transaction; callers use `run`, which measures it and knows the type of its outcome.
    #[doc(hidden)]
    async fn transact(
        &self,
        transaction: Arc<dyn transaction::AnyTransaction>,
    ) -> Result<transaction::Outcome, Error>;

    /// Moves what the database keeps beside its file into it; `false` if something kept that from being
    /// done now. Nothing to do for most.
    ///
    /// # Errors
    /// The database failed.
    async fn empty_log(&self) -> Result<bool, Error> {
        Ok(true)
    }

    /// Called when a server has stopped: what the store still keeps elsewhere than where a copy of the
    /// database looks for it is put there. The store can be used afterwards.
    async fn close(&self) {}
}

impl dyn Store + '_ {
    /// Whether the database answers, and can be written.
    ///
    /// # Errors
    /// It does not.
    pub async fn ping(&self) -> Result<(), Error> {
        self.run(Ping).await
    }

    /// Deletes what expired, in steps that hold nothing up for long; how many rows went.
    ///
    /// # Errors
    /// The store failed; what was deleted before stays deleted.
    pub async fn purge(&self, purge: Purge) -> Result<u64, Error> {
        let sessions = self.purge_sessions(purge.expired_until).await?;
        let keys = self.purge_signing_keys(purge.keys_created_before).await?;
        Ok(sessions + keys)
    }
}

/// The cheapest statement that reaches a table.
struct Ping;

impl Transaction for Ping {
    type Output = ();
    const NAME: &'static str = "ping";
    // It only reads, but on the connection that writes: a file that is locked, or moved away, can still
    // be read.
    const ACCESS: Access = Access::WriteOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), TxError> {
        let sql = "SELECT COUNT(*) FROM auth_migrations";
        tx.query(sql, &[]).await.map(drop)
    }
}
