//! Sessions: what requests wait for, and the clean-up.
//!
//! Reading one, beginning one and rotating its refresh token are what requests wait for: each is one
//! statement, so that PostgreSQL answers it in one round trip.

mod administration;
mod ending;

pub use administration::ClaimsChange;
pub(crate) use administration::merge_claims;
#[cfg(all(test, feature = "recipes"))]
pub(crate) use ending::EXPLAIN_END_SESSIONS_OF;
pub use ending::EndedSession;
pub(crate) use ending::{end_sessions_in, end_sessions_of, end_sessions_with, lock_session};

use super::names;
use super::transaction::{Access, Sql};
use super::{PURGE_BATCH_SIZE, Retry, RotateSession, SessionRow, Store, Transaction, Tx, TxError};
use crate::error::Error;

impl dyn Store + '_ {
    /// Remembers a session.
    ///
    /// # Errors
    /// [`Error::BadInput`] if a name is too long or holds NUL; the store failed.
    pub async fn create_session(&self, row: SessionRow) -> Result<(), Error> {
        names::check_session(&row)?;
        let claims = serde_json::to_string(&row.claims).map_err(Error::internal)?;
        let data = row.data.to_string();
        self.run(CreateSession { row, claims, data }).await
    }

    /// The session of this handle, expired or not.
    ///
    /// # Errors
    /// The store failed.
    pub async fn session(&self, handle: &str) -> Result<Option<SessionRow>, Error> {
        if !names::is_name(handle) {
            return Ok(None);
        }
        self.run(FindSession(handle.to_owned())).await
    }

    /// Replaces the current refresh token, if it is the presented one still; `false` otherwise.
    ///
    /// # Errors
    /// The store failed.
    pub async fn rotate_session(&self, rotation: RotateSession) -> Result<bool, Error> {
        if !names::is_name(&rotation.handle) {
            return Ok(false);
        }
        self.run(rotation).await
    }

    /// Deletes sessions that expired until then, in small steps; how many.
    pub(super) async fn purge_sessions(&self, expired_until: i64) -> Result<u64, Error> {
        let mut all = 0;
        loop {
            let deleted = self.run(PurgeSessions { expired_until }).await?;
            all += deleted;
            if deleted < PURGE_BATCH_SIZE.unsigned_abs() {
                return Ok(all);
            }
        }
    }
}

struct CreateSession {
    row: SessionRow,
    /// JSON.
    claims: String,
    /// JSON.
    data: String,
}

impl Transaction for CreateSession {
    type Output = ();
    const NAME: &'static str = "create_session";
    const ACCESS: Access = Access::WriteOne;
    const RETRY: Retry = Retry::Never;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), TxError> {
        tx.execute(
            "INSERT INTO sessions (handle, user_id, recipe_user_id, tenant_id, refresh_hash,
                 previous_refresh_hash, rotated_at, rotation_key, anti_csrf, claims, data, created_at,
                 expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            &[
                (&self.row.handle).into(),
                (&self.row.user_id).into(),
                (&self.row.recipe_user_id).into(),
                (&self.row.tenant_id).into(),
                (&self.row.refresh_hash).into(),
                self.row.previous_refresh_hash.as_ref().into(),
                self.row.rotated_at.into(),
                (&self.row.rotation_key).into(),
                self.row.anti_csrf.into(),
                (&self.claims).into(),
                (&self.data).into(),
                self.row.created_at.into(),
                self.row.expires_at.into(),
            ],
        )
        .await
        .map(drop)
    }
}

struct FindSession(String);

impl Transaction for FindSession {
    type Output = Option<SessionRow>;
    const NAME: &'static str = "session";
    const ACCESS: Access = Access::ReadOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<SessionRow>, TxError> {
        let row = tx
            .query_optional(
                "SELECT handle, user_id, recipe_user_id, tenant_id, refresh_hash,
                        previous_refresh_hash, rotated_at, rotation_key, anti_csrf, claims, data,
                        created_at, expires_at
                 FROM sessions WHERE handle = $1",
                &[(&self.0).into()],
            )
            .await?;
        let Some(mut row) = row else {
            return Ok(None);
        };
        Ok(Some(SessionRow {
            handle: row.take(0)?,
            user_id: row.take(1)?,
            recipe_user_id: row.take(2)?,
            tenant_id: row.take(3)?,
            refresh_hash: row.take(4)?,
            previous_refresh_hash: row.take(5)?,
            rotated_at: row.take(6)?,
            rotation_key: row.take(7)?,
            anti_csrf: row.take(8)?,
            claims: json(&row.take::<String>(9)?)?,
            data: json(&row.take::<String>(10)?)?,
            created_at: row.take(11)?,
            expires_at: row.take(12)?,
        }))
    }
}

impl Transaction for RotateSession {
    type Output = bool;
    const NAME: &'static str = "rotate_session";
    const ACCESS: Access = Access::WriteOne;
    // If the first run took effect, the second one finds the token replaced, and the session hands its
    // successor out again.
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, TxError> {
        let changed = tx
            .execute(
                "UPDATE sessions SET refresh_hash = $3, previous_refresh_hash = $2, rotated_at = $4,
                     expires_at = $5
                 WHERE handle = $1 AND refresh_hash = $2",
                &[
                    (&self.handle).into(),
                    (&self.presented_hash).into(),
                    (&self.next_hash).into(),
                    self.rotated_at.into(),
                    self.expires_at.into(),
                ],
            )
            .await?;
        Ok(changed == 1)
    }
}

/// Deletes expired sessions, at most a batch of them; how many.
pub(super) struct PurgeSessions {
    pub(super) expired_until: i64,
}

impl Transaction for PurgeSessions {
    type Output = u64;
    const NAME: &'static str = "purge_sessions";
    const ACCESS: Access = Access::WriteOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<u64, TxError> {
        // Several servers clean up at once: each skips the rows of the others instead of waiting.
        let sql = Sql::Each {
            sqlite: "DELETE FROM sessions WHERE handle IN (
                         SELECT handle FROM sessions WHERE expires_at <= $1 LIMIT $2)",
            postgres: "DELETE FROM sessions WHERE handle IN (
                           SELECT handle FROM sessions WHERE expires_at <= $1 LIMIT $2
                           FOR UPDATE SKIP LOCKED)",
        };
        tx.execute(sql, &[self.expired_until.into(), PURGE_BATCH_SIZE.into()])
            .await
    }
}

/// Reads JSON from a column.
fn json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, TxError> {
    let read = serde_json::from_str(text);
    Ok(read.map_err(|error| Error::internal(format!("a column holds no JSON: {error}")))?)
}
