//! Sessions.
//!
//! Reading one, beginning one and rotating its refresh token are what requests wait for: each is one
//! statement, so that PostgreSQL answers it in one round trip.

use serde_json::{Map, Value};

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

    /// Ends sessions; the handles of those that existed, in the order of `handles`.
    ///
    /// # Errors
    /// The store failed.
    pub async fn revoke_sessions(&self, handles: &[String]) -> Result<Vec<String>, Error> {
        let handles = handles.iter().filter(|handle| names::is_name(handle));
        let handles = handles.cloned().collect();
        self.run(RevokeSessions(handles)).await
    }

    /// Changes what the application put into the access token, as it is stored at that moment: a key
    /// of `update` replaces the one of its name, `null` deletes it. All claims as they are now;
    /// `None` if there is no session.
    ///
    /// # Errors
    /// The store failed.
    pub async fn merge_session_claims(
        &self,
        handle: &str,
        update: Map<String, Value>,
    ) -> Result<Option<Map<String, Value>>, Error> {
        if !names::is_name(handle) {
            return Ok(None);
        }
        let handle = handle.to_owned();
        self.run(MergeClaims { handle, update }).await
    }

    /// Replaces what the application keeps with the session; `false` if there is no session.
    ///
    /// # Errors
    /// The store failed.
    pub async fn replace_session_data(&self, handle: &str, data: Value) -> Result<bool, Error> {
        if !names::is_name(handle) {
            return Ok(false);
        }
        let (handle, data) = (handle.to_owned(), data.to_string());
        self.run(ReplaceData { handle, data }).await
    }

    /// Handles of the sessions of a user that are not expired at `now`, oldest first; those of one
    /// tenant or of all.
    ///
    /// # Errors
    /// The store failed.
    pub async fn session_handles(
        &self,
        user_id: &str,
        tenant_id: Option<&str>,
        now: i64,
    ) -> Result<Vec<String>, Error> {
        if !names::is_name(user_id) || !tenant_id.is_none_or(names::is_name) {
            return Ok(Vec::new());
        }
        let (user_id, tenant_id) = (user_id.to_owned(), tenant_id.map(str::to_owned));
        let handles = SessionHandles {
            user_id,
            tenant_id,
            now,
        };
        self.run(handles).await
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

/// Ends sessions one after the other, in the order of their names: two transactions that end the same ones
/// do not wait for each other.
struct RevokeSessions(Vec<String>);

impl Transaction for RevokeSessions {
    type Output = Vec<String>;
    const NAME: &'static str = "revoke_sessions";
    // The sessions are over, at worst without being named in the answer.
    const RETRY: Retry = Retry::Idempotent;

    fn access(&self) -> Access {
        if self.0.len() <= 1 {
            Access::WriteOne
        } else {
            Access::Write
        }
    }

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<String>, TxError> {
        let mut places: Vec<usize> = (0..self.0.len()).collect();
        places.sort_by_key(|place| &self.0[*place]);
        let mut ended = Vec::new();
        for place in places {
            let sql = "DELETE FROM sessions WHERE handle = $1";
            if tx.execute(sql, &[(&self.0[place]).into()]).await? == 1 {
                ended.push(place);
            }
        }
        ended.sort_unstable();
        let handles = ended.into_iter().map(|place| self.0[place].clone());
        Ok(handles.collect())
    }
}

struct MergeClaims {
    handle: String,
    update: Map<String, Value>,
}

impl Transaction for MergeClaims {
    type Output = Option<Map<String, Value>>;
    const NAME: &'static str = "merge_session_claims";
    const RETRY: Retry = Retry::Never;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, TxError> {
        // The update changes nothing: it locks the row, so that no other change comes in between.
        let stored = tx
            .query_optional(
                "UPDATE sessions SET claims = claims WHERE handle = $1 RETURNING claims",
                &[(&self.handle).into()],
            )
            .await?;
        let Some(stored) = stored else {
            return Ok(None);
        };
        let stored = json(&stored.get::<String>(0)?)?;
        let claims = merge_claims(stored, self.update.clone());
        let text = serde_json::to_string(&claims).map_err(Error::internal)?;
        tx.execute(
            "UPDATE sessions SET claims = $2 WHERE handle = $1",
            &[(&self.handle).into(), (&text).into()],
        )
        .await?;
        Ok(Some(claims))
    }
}

/// `claims` changed by `update`: its keys replace those of the same name, `null` deletes. Deeper
/// objects are replaced as a whole.
///
/// A change says what happens to its own keys and nothing of the others, and is applied to what the database
/// has at that moment. Two changes at once never undo each other: a role that was taken away does not come
/// back because an older token still had it.
pub(crate) fn merge_claims(
    mut claims: Map<String, Value>,
    update: Map<String, Value>,
) -> Map<String, Value> {
    for (name, value) in update {
        if value.is_null() {
            claims.shift_remove(&name);
        } else {
            claims.insert(name, value);
        }
    }
    claims
}

struct ReplaceData {
    handle: String,
    /// JSON.
    data: String,
}

impl Transaction for ReplaceData {
    type Output = bool;
    const NAME: &'static str = "replace_session_data";
    const ACCESS: Access = Access::WriteOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, TxError> {
        let changed = tx
            .execute(
                "UPDATE sessions SET data = $2 WHERE handle = $1",
                &[(&self.handle).into(), (&self.data).into()],
            )
            .await?;
        Ok(changed == 1)
    }
}

struct SessionHandles {
    user_id: String,
    tenant_id: Option<String>,
    now: i64,
}

impl Transaction for SessionHandles {
    type Output = Vec<String>;
    const NAME: &'static str = "session_handles";
    const ACCESS: Access = Access::ReadOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<String>, TxError> {
        let rows = tx
            .query(
                "SELECT handle FROM sessions
                 WHERE user_id = $1 AND (CAST($2 AS TEXT) IS NULL OR tenant_id = $2)
                   AND expires_at > $3
                 ORDER BY created_at, handle",
                &[
                    (&self.user_id).into(),
                    self.tenant_id.as_ref().into(),
                    self.now.into(),
                ],
            )
            .await?;
        rows.into_iter().map(|mut row| row.take(0)).collect()
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn null_deletes_at_the_top_only() {
        let map = |value: Value| value.as_object().cloned().expect("an object");
        let merged = merge_claims(
            map(json!({ "old": 1, "kept": 2, "deep": { "y": 1 } })),
            map(json!({ "old": null, "new": 4, "deep": { "x": null }, "never": null })),
        );
        let expected = r#"{"kept":2,"deep":{"x":null},"new":4}"#;
        assert_eq!(Value::Object(merged).to_string(), expected);
    }
}
