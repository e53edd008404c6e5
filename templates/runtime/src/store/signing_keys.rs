//! Signing keys.

use super::transaction::{Access, Row};
use super::{Retry, SigningKeyRow, Store, Transaction, Tx, TxError};
use crate::crypto::token;
use crate::error::Error;

impl dyn Store + '_ {
    /// All signing keys, newest first.
    ///
    /// # Errors
    /// The store failed.
    pub async fn signing_keys(&self) -> Result<Vec<SigningKeyRow>, Error> {
        self.run(SigningKeys).await
    }

    /// Adds a signing key, unless its kind and algorithm have a key of this generation; in either
    /// case the one that is stored now.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if another key got its name: the next name is free; the store failed.
    pub async fn add_signing_key(&self, key: SigningKeyRow) -> Result<SigningKeyRow, Error> {
        self.run(AddSigningKey(key)).await
    }

    /// Replaces the bytes in which the private key of this name is stored, if their SHA-256 still is
    /// `from`; `false` otherwise. The key itself stays the same, and the old bytes are in no file of
    /// SQLite after that.
    ///
    /// # Errors
    /// The store failed.
    pub async fn replace_private_key(
        &self,
        kid: &str,
        from: &[u8; 32],
        to: &[u8],
    ) -> Result<bool, Error> {
        let replace = ReplacePrivateKey {
            kid: kid.to_owned(),
            from: *from,
            to: to.to_owned(),
        };
        let is_replaced = self.run(replace).await?;
        if is_replaced && !self.empty_log().await? {
            tracing::warn!("the database is in use: its -wal file keeps the key that was replaced");
        }
        Ok(is_replaced)
    }

    /// Deletes signing keys by their names, whatever their age: tokens that they signed are not valid
    /// any more. Returns how many there were.
    ///
    /// # Errors
    /// The store failed.
    pub async fn remove_signing_keys(&self, kids: &[String]) -> Result<u64, Error> {
        self.run(RemoveSigningKeys(kids.to_vec())).await
    }

    /// Deletes keys that rotate and were made before then; how many.
    pub(super) async fn purge_signing_keys(&self, created_before: i64) -> Result<u64, Error> {
        self.run(PurgeSigningKeys { created_before }).await
    }
}

struct SigningKeys;

impl Transaction for SigningKeys {
    type Output = Vec<SigningKeyRow>;
    const NAME: &'static str = "signing_keys";
    const ACCESS: Access = Access::ReadOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<SigningKeyRow>, TxError> {
        let rows = tx
            .query(
                "SELECT kid, algorithm, rotates, generation, private_key, created_at
                 FROM signing_keys ORDER BY created_at DESC, generation DESC",
                &[],
            )
            .await?;
        rows.into_iter().map(read).collect()
    }
}

struct AddSigningKey(SigningKeyRow);

impl Transaction for AddSigningKey {
    type Output = SigningKeyRow;
    const NAME: &'static str = "add_signing_key";
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<SigningKeyRow, TxError> {
        let key = &self.0;
        // Of two servers the second one waits here for the first, and then reads its key.
        tx.execute(
            "INSERT INTO signing_keys (kid, algorithm, rotates, generation, private_key, created_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            &[
                (&key.kid).into(),
                (&key.algorithm).into(),
                key.rotates.into(),
                key.generation.into(),
                (&key.private_key).into(),
                key.created_at.into(),
            ],
        )
        .await?;
        let stored = tx
            .query_optional(
                "SELECT kid, algorithm, rotates, generation, private_key, created_at
                 FROM signing_keys WHERE algorithm = $1 AND rotates = $2 AND generation = $3",
                &[
                    (&key.algorithm).into(),
                    key.rotates.into(),
                    key.generation.into(),
                ],
            )
            .await?;
        // Another kind of key got the name in the same millisecond; the next one is free.
        let taken = Error::Unavailable {
            retry_after_seconds: 1,
        };
        read(stored.ok_or(taken)?)
    }
}

/// The old bytes are no parameter: when a secret is first set they are the key in the clear, which must not
/// become a bound value that a database may log.
struct ReplacePrivateKey {
    kid: String,
    from: [u8; 32],
    to: Vec<u8>,
}

impl Transaction for ReplacePrivateKey {
    type Output = bool;
    const NAME: &'static str = "replace_private_key";
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, TxError> {
        tx.lock(&format!("signing key/{}", self.kid)).await?;
        let stored = tx
            .query_optional(
                "SELECT private_key FROM signing_keys WHERE kid = $1",
                &[(&self.kid).into()],
            )
            .await?;
        let stored = stored.map(|mut row| row.take::<Vec<u8>>(0)).transpose()?;
        if stored.is_none_or(|stored| token::sha256(&stored) != self.from) {
            return Ok(false);
        }
        tx.overwrite_deleted(true)?;
        let changed = tx
            .execute(
                "UPDATE signing_keys SET private_key = $2 WHERE kid = $1",
                &[(&self.kid).into(), (&self.to).into()],
            )
            .await;
        tx.overwrite_deleted(false)?;
        Ok(changed? == 1)
    }
}

struct RemoveSigningKeys(Vec<String>);

impl Transaction for RemoveSigningKeys {
    type Output = u64;
    const NAME: &'static str = "remove_signing_keys";
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<u64, TxError> {
        let mut kids: Vec<_> = self.0.iter().collect();
        kids.sort_unstable();
        let mut removed = 0;
        for kid in kids {
            let sql = "DELETE FROM signing_keys WHERE kid = $1";
            removed += tx.execute(sql, &[kid.into()]).await?;
        }
        Ok(removed)
    }
}

struct PurgeSigningKeys {
    created_before: i64,
}

impl Transaction for PurgeSigningKeys {
    type Output = u64;
    const NAME: &'static str = "purge_signing_keys";
    const ACCESS: Access = Access::WriteOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<u64, TxError> {
        tx.execute(
            "DELETE FROM signing_keys WHERE rotates AND created_at < $1",
            &[self.created_before.into()],
        )
        .await
    }
}

fn read(mut row: Row) -> Result<SigningKeyRow, TxError> {
    Ok(SigningKeyRow {
        kid: row.take(0)?,
        algorithm: row.take(1)?,
        rotates: row.take(2)?,
        generation: row.take(3)?,
        private_key: row.take(4)?,
        created_at: row.take(5)?,
    })
}
