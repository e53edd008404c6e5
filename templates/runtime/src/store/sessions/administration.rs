//! Ending sessions, changing what is stored with them, and listing those of a user.

use serde_json::{Map, Value};

use super::super::{Retry, Store, Transaction, Tx, TxError, names};
use super::{EndedSession, json};
use crate::error::Error;
use crate::store::transaction::Access;

impl dyn Store + '_ {
    /// Ends sessions; those that existed, in the order of `handles`.
    ///
    /// # Errors
    /// The store failed.
    pub async fn revoke_sessions(&self, handles: &[String]) -> Result<Vec<EndedSession>, Error> {
        let handles = handles.iter().filter(|handle| names::is_name(handle));
        let handles = handles.cloned().collect();
        self.run(RevokeSessions(handles)).await
    }

    /// Changes what the application put into the access token, as it is stored at that moment. All claims as they are
    /// now; `None` if there is no session.
    ///
    /// # Errors
    /// The store failed.
    pub async fn change_session_claims(
        &self,
        handle: &str,
        change: ClaimsChange,
    ) -> Result<Option<Map<String, Value>>, Error> {
        if !names::is_name(handle) {
            return Ok(None);
        }
        let handle = handle.to_owned();
        self.run(ChangeClaims { handle, change }).await
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
}

/// Ends sessions one after the other, in the order of their names: two transactions that end the same ones
/// do not wait for each other.
struct RevokeSessions(Vec<String>);

impl Transaction for RevokeSessions {
    type Output = Vec<EndedSession>;
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

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<EndedSession>, TxError> {
        let mut places: Vec<usize> = (0..self.0.len()).collect();
        places.sort_by_key(|place| &self.0[*place]);
        let mut ended = Vec::new();
        for place in places {
            let sql = "DELETE FROM sessions WHERE handle = $1
                       RETURNING handle, user_id, recipe_user_id, tenant_id";
            let row = tx.query_optional(sql, &[(&self.0[place]).into()]).await?;
            if let Some(row) = row {
                ended.push((place, EndedSession::read(row)?));
            }
        }
        ended.sort_unstable_by_key(|(place, _)| *place);
        Ok(ended.into_iter().map(|(_, session)| session).collect())
    }
}

struct ChangeClaims {
    handle: String,
    change: ClaimsChange,
}

impl Transaction for ChangeClaims {
    type Output = Option<Map<String, Value>>;
    const NAME: &'static str = "change_session_claims";
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
        let claims = self.change.apply(json(&stored.get::<String>(0)?)?);
        let text = serde_json::to_string(&claims).map_err(Error::internal)?;
        tx.execute(
            "UPDATE sessions SET claims = $2 WHERE handle = $1",
            &[(&self.handle).into(), (&text).into()],
        )
        .await?;
        Ok(Some(claims))
    }
}

/// A change of the claims of a session. It is applied to what the database has at that moment.
#[derive(Debug, Clone, PartialEq)]
pub enum ClaimsChange {
    /// Each key replaces the one of its name, `null` deletes it, all others stay. Deeper objects are replaced as a
    /// whole. Two such changes at once never undo each other: a role that was taken away does not come back because
    /// an older token still had it.
    Merge(Map<String, Value>),
    /// All claims but those of the names in `kept` are replaced by `claims`.
    Replace {
        /// The new claims. One whose name is in `kept` replaces the one that is kept.
        claims: Map<String, Value>,
        /// Names of claims that stay as they are.
        kept: Vec<String>,
    },
}

impl ClaimsChange {
    /// What the change says, without what it leaves as it is.
    pub(crate) fn given(&self) -> &Map<String, Value> {
        match self {
            Self::Merge(claims) | Self::Replace { claims, .. } => claims,
        }
    }

    /// Claims after the change.
    pub(crate) fn apply(&self, mut claims: Map<String, Value>) -> Map<String, Value> {
        if let Self::Replace { kept, .. } = self {
            claims.retain(|name, _| kept.contains(name));
        }
        merge_claims(claims, self.given().clone())
    }
}

/// `claims` changed by `update`: its keys replace those of the same name, `null` deletes.
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
                // Those that name the user that a login method has left, too: see `end_sessions_of`.
                "SELECT handle FROM sessions
                 WHERE user_id IN (
                         SELECT CAST($1 AS TEXT)
                         UNION ALL SELECT recipe_user_id FROM login_methods WHERE user_id = $1)
                   AND (CAST($2 AS TEXT) IS NULL OR tenant_id = $2) AND expires_at > $3
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().expect("an object")
    }

    #[test]
    fn null_deletes_at_the_top_only() {
        let merged = merge_claims(
            map(&json!({ "old": 1, "kept": 2, "deep": { "y": 1 } })),
            map(&json!({ "old": null, "new": 4, "deep": { "x": null }, "never": null })),
        );
        let expected = r#"{"kept":2,"deep":{"x":null},"new":4}"#;
        assert_eq!(Value::Object(merged).to_string(), expected);
    }

    #[test]
    fn a_replacement_leaves_what_is_kept_and_nothing_else() {
        let change = ClaimsChange::Replace {
            claims: map(&json!({ "own": 2, "new": 3 })),
            kept: vec!["kept".to_owned(), "absent".to_owned()],
        };
        let replaced = change.apply(map(&json!({ "own": 1, "kept": { "v": 1 }, "gone": 1 })));
        let expected = r#"{"kept":{"v":1},"own":2,"new":3}"#;
        assert_eq!(Value::Object(replaced).to_string(), expected);
    }
}
