//! What the server remembers, in the words of its own domain.
//!
//! [`Store`] is the border between the server and a database. The rule kept here: **one verb is
//! one atomic step**. Whatever must not come apart — spending a reset token and changing the
//! password, replacing a refresh token only if nobody did so before — is one method, so that no
//! caller can put a check and its write into two transactions (OWASP ASVS 5.0, 2.3.3 and 2.3.4).
//! No type of a database stands in a signature; times are milliseconds since the epoch.
//!
//! Secrets never reach the store in the clear: passwords come as Argon2 hashes, refresh and reset
//! tokens as SHA-256 hashes of at least 256 random bits.

mod app;
#[cfg(test)]
mod contract;
mod mail_outbox;
mod merge;
mod metered;
mod names;
mod opening;
mod password_reset;
mod postgres;
mod sqlite;
mod transaction;
mod user;

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Map, Value};

use crate::clock::{Clock, SystemClock};
use crate::email::EmailAddress;
use crate::error::Error;

pub use crate::shapes::{LoginMethod, ThirdParty, User, Webauthn};
pub(crate) use app::OwningApp;
pub(crate) use mail_outbox::{
    ClaimMails, ClaimedMail, CountMails, DiscardMails, EnqueueMail, FinishMail, ForgetMails,
    ListMails, ListedMail, MailLimit, MailOutcome, NewMailRow, Picked, RetryMails,
};
pub(crate) use merge::merge as merge_claims;
pub(crate) use metered::Metered;
pub(crate) use opening::{Way, check_url, open, open_existing, way};
pub(crate) use password_reset::{
    CreateResetToken, ForgetResetTokens, PasswordIsUnchanged, ResetOutcome, ResetTokenOwner,
    SpendResetToken,
};
pub use postgres::PostgresStore;
pub use sqlite::SqliteStore;
pub(crate) use transaction::{Retry, Step, Transaction, Tx, TxError};

/// The tenant of a server with a single tenant.
pub const PUBLIC_TENANT: &str = "public";

/// The app of a process that serves one app.
pub const DEFAULT_APP_ID: &str = "public";

/// The recipe of users that sign in with email and password.
pub const EMAIL_PASSWORD: &str = "emailpassword";

/// A user to be, who will sign in with email and password.
#[derive(Debug, Clone)]
pub struct NewEmailPasswordUser {
    /// Where the user signs up.
    pub tenant_id: String,
    /// The address.
    pub email: EmailAddress,
    /// PHC string of the password's hash.
    pub password_hash: String,
    /// When the user signs up.
    pub time_joined: i64,
}

/// What became of a [`NewEmailPasswordUser`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CreateUser {
    /// The user exists now.
    Created(User),
    /// Somebody signs in with this address already.
    EmailTaken,
}

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

/// A database, in verbs of the domain. Each method is one atomic step, and when a writing method
/// answers, its effect survives a crash.
#[async_trait]
pub trait Store: Send + Sync {
    /// The clock that all servers on this database have in common: that of the machine where they
    /// share the machine, that of the database otherwise.
    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(SystemClock::new())
    }

    /// The connections at this moment, for the metrics; `None` where there is nothing to tell.
    fn connections(&self) -> Option<Connections> {
        None
    }

    /// Whether the database answers: the cheapest question that reaches it. By default, one for the
    /// signing keys.
    async fn ping(&self) -> Result<(), Error> {
        self.signing_keys().await.map(drop)
    }

    /// Runs a transaction; callers use `run`, which knows the type of its outcome.
    #[doc(hidden)]
    async fn transact(
        &self,
        transaction: Arc<dyn transaction::AnyTransaction>,
    ) -> Result<transaction::Outcome, Error>;

    /// Signs a user up, unless the tenant has a user with this address.
    async fn create_email_password_user(
        &self,
        user: NewEmailPasswordUser,
    ) -> Result<CreateUser, Error>;

    /// The user who signs in with this address, and the hash of the password.
    async fn email_password_user(
        &self,
        tenant_id: &str,
        email: &EmailAddress,
    ) -> Result<Option<(User, String)>, Error>;

    /// The user of this id, or the one that has a login method of this id.
    async fn user(&self, id: &str) -> Result<Option<User>, Error>;

    /// Remembers a session.
    async fn create_session(&self, session: SessionRow) -> Result<(), Error>;

    /// The session of this handle, expired or not.
    async fn session(&self, handle: &str) -> Result<Option<SessionRow>, Error>;

    /// Replaces the current refresh token, if it is the presented one still; `false` otherwise.
    async fn rotate_session(&self, rotation: RotateSession) -> Result<bool, Error>;

    /// Ends sessions; the handles of those that existed.
    async fn revoke_sessions(&self, handles: &[String]) -> Result<Vec<String>, Error>;

    /// Changes what the application put into the access token, as it is stored at that moment: a key
    /// of `update` replaces the one of its name, `null` deletes it. All claims as they are now;
    /// `None` if there is no session.
    async fn merge_session_claims(
        &self,
        handle: &str,
        update: Map<String, Value>,
    ) -> Result<Option<Map<String, Value>>, Error>;

    /// Replaces what the application keeps with the session; `false` if there is no session.
    async fn replace_session_data(&self, handle: &str, data: Value) -> Result<bool, Error>;

    /// Handles of the sessions of a user that are not expired at `now`, oldest first; those of one
    /// tenant or of all.
    async fn session_handles(
        &self,
        user_id: &str,
        tenant_id: Option<&str>,
        now: i64,
    ) -> Result<Vec<String>, Error>;

    /// All signing keys, newest first.
    async fn signing_keys(&self) -> Result<Vec<SigningKeyRow>, Error>;

    /// Adds a signing key, unless its kind and algorithm have a key of this generation; in either
    /// case the one that is stored now.
    async fn add_signing_key(&self, key: SigningKeyRow) -> Result<SigningKeyRow, Error>;

    /// Replaces the bytes in which the private key of this name is stored, if their SHA-256 still is
    /// `from`; `false` otherwise. The key itself stays the same. The bytes themselves are no argument:
    /// when a secret is first set they are the key in the clear, which must not become a bound value
    /// that a database may log.
    async fn replace_private_key(
        &self,
        kid: &str,
        from: &[u8; 32],
        to: &[u8],
    ) -> Result<bool, Error>;

    /// Forgets signing keys by their names, whatever their age: tokens that they signed are worth
    /// nothing any more. How many there were.
    async fn remove_signing_keys(&self, kids: &[String]) -> Result<u64, Error>;

    /// Called when a server has stopped: what the store still keeps elsewhere than where a copy of the
    /// database looks for it is put there. The store can be used afterwards.
    async fn close(&self) {}

    /// Forgets what expired, in steps that hold nobody up for long; how many rows went.
    async fn purge(&self, purge: Purge) -> Result<u64, Error>;
}
