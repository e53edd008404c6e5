//! Secrets that work once and for a while: links and codes that were sent.
//!
//! A recipe calls these functions inside its own transactions, so that spending a secret and what it allows
//! are one step. Rules:
//! - only a hash of the secret is stored: SHA-256 of at least 128 random bits, or of an HMAC of a short code under a
//!   key of that length that is not stored;
//! - a kind begins with its recipe (`emailpassword/reset`), and no function touches another kind;
//! - a secret is spent by deleting its row: of two requests that present it, one deletes no row;
//! - an expired row is void, whatever its kind: reading one is up to the caller, who compares
//!   [`Secret::expires_at`], and [`PurgeSecrets`] deletes it.

use super::transaction::{Access, Row};
use super::{PURGE_BATCH_SIZE, Retry, Transaction, Tx, TxError};

/// A secret to be remembered.
pub(crate) struct NewSecret<'a> {
    /// What it is for; begins with the recipe.
    pub(crate) kind: &'static str,
    /// Hash of the secret.
    pub(crate) hash: &'a str,
    /// The user, login method or device that it is about.
    pub(crate) subject: &'a str,
    /// What the recipe keeps with it, such as an address; JSON or plain text.
    pub(crate) data: &'a str,
    /// From when on it is void, in milliseconds.
    pub(crate) expires_at: i64,
}

/// A secret that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Secret {
    /// The user, login method or device that it is about.
    pub(crate) subject: String,
    /// What the recipe keeps with it.
    pub(crate) data: String,
    /// How often [`count_attempt`] counted.
    pub(crate) attempts: i64,
    /// From when on it is void, in milliseconds.
    pub(crate) expires_at: i64,
}

/// Remembers a secret; `false` if its kind has one of this hash.
pub(crate) async fn issue(tx: &mut Tx<'_>, new: &NewSecret<'_>) -> Result<bool, TxError> {
    let added = tx
        .execute(
            "INSERT INTO one_time_secrets (kind, hash, subject, data, attempts, expires_at)
             VALUES ($1, $2, $3, $4, 0, $5) ON CONFLICT (kind, hash) DO NOTHING",
            &[
                new.kind.into(),
                new.hash.into(),
                new.subject.into(),
                new.data.into(),
                new.expires_at.into(),
            ],
        )
        .await?;
    Ok(added == 1)
}

/// A secret, which stays as it is.
pub(crate) async fn find(
    tx: &mut Tx<'_>,
    kind: &'static str,
    hash: &str,
) -> Result<Option<Secret>, TxError> {
    let row = tx
        .query_optional(
            "SELECT subject, data, attempts, expires_at FROM one_time_secrets
             WHERE kind = $1 AND hash = $2",
            &[kind.into(), hash.into()],
        )
        .await?;
    row.map(read).transpose()
}

/// Spends a secret: `None` if it was never issued, or is spent. The caller refuses one that is expired.
pub(crate) async fn consume(
    tx: &mut Tx<'_>,
    kind: &'static str,
    hash: &str,
) -> Result<Option<Secret>, TxError> {
    let row = tx
        .query_optional(
            "DELETE FROM one_time_secrets WHERE kind = $1 AND hash = $2
             RETURNING subject, data, attempts, expires_at",
            &[kind.into(), hash.into()],
        )
        .await?;
    row.map(read).transpose()
}

/// Spends all secrets of a kind that a subject has; how many.
pub(crate) async fn consume_all(
    tx: &mut Tx<'_>,
    kind: &'static str,
    subject: &str,
) -> Result<u64, TxError> {
    tx.execute(
        "DELETE FROM one_time_secrets WHERE kind = $1 AND subject = $2",
        &[kind.into(), subject.into()],
    )
    .await
}

/// How many secrets of a kind a subject has that are not expired.
#[cfg_attr(
    not(test),
    allow(dead_code, reason = "for recipes that limit open links")
)]
pub(crate) async fn count(
    tx: &mut Tx<'_>,
    kind: &'static str,
    subject: &str,
    now: i64,
) -> Result<u64, TxError> {
    let row = tx
        .query_optional(
            "SELECT COUNT(*) FROM one_time_secrets
             WHERE kind = $1 AND subject = $2 AND expires_at > $3",
            &[kind.into(), subject.into(), now.into()],
        )
        .await?;
    let count: i64 = row.map_or(Ok(0), |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// Extends the validity of a secret that is not expired; returns it, or `None` if it is spent or expired.
pub(crate) async fn extend(
    tx: &mut Tx<'_>,
    kind: &'static str,
    hash: &str,
    now: i64,
    expires_at: i64,
) -> Result<Option<Secret>, TxError> {
    let row = tx
        .query_optional(
            "UPDATE one_time_secrets SET expires_at = $4
             WHERE kind = $1 AND hash = $2 AND expires_at > $3
             RETURNING subject, data, attempts, expires_at",
            &[kind.into(), hash.into(), now.into(), expires_at.into()],
        )
        .await?;
    row.map(read).transpose()
}

/// Counts a wrong guess at what a secret protects; the secret with the guess counted, `None` if it is spent.
/// A refusal must commit: return it as `Ok`, or the guess is not counted.
pub(crate) async fn count_attempt(
    tx: &mut Tx<'_>,
    kind: &'static str,
    hash: &str,
) -> Result<Option<Secret>, TxError> {
    let row = tx
        .query_optional(
            "UPDATE one_time_secrets SET attempts = attempts + 1 WHERE kind = $1 AND hash = $2
             RETURNING subject, data, attempts, expires_at",
            &[kind.into(), hash.into()],
        )
        .await?;
    row.map(read).transpose()
}

fn read(mut row: Row) -> Result<Secret, TxError> {
    Ok(Secret {
        subject: row.take(0)?,
        data: row.take(1)?,
        attempts: row.take(2)?,
        expires_at: row.take(3)?,
    })
}

/// Deletes expired secrets of every kind, at most a batch of them; how many.
pub(crate) struct PurgeSecrets {
    pub(crate) expired_until: i64,
}

impl Transaction for PurgeSecrets {
    type Output = u64;
    const NAME: &'static str = "purge_secrets";
    const ACCESS: Access = Access::WriteOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<u64, TxError> {
        tx.execute(
            "DELETE FROM one_time_secrets WHERE (kind, hash) IN (
                 SELECT kind, hash FROM one_time_secrets WHERE expires_at <= $1
                 ORDER BY expires_at, kind, hash LIMIT $2)",
            &[self.expired_until.into(), PURGE_BATCH_SIZE.into()],
        )
        .await
    }
}
