//! Ending sessions as a part of other transactions, and keeping one from ending.

use super::super::{Tx, TxError};
use crate::store::transaction::Row;
#[cfg(all(test, feature = "recipes"))]
use crate::store::transaction::Sql;
use crate::store::users::primary::SessionNames;

/// A session that has ended, by its names; none of them is a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedSession {
    /// Names the session.
    pub handle: String,
    /// Whose session it was.
    pub user_id: String,
    /// The login method with which it began.
    pub recipe_user_id: String,
    /// The tenant in which it began.
    pub tenant_id: String,
}

impl EndedSession {
    /// From the columns `handle, user_id, recipe_user_id, tenant_id`.
    pub(super) fn read(mut row: Row) -> Result<Self, TxError> {
        Ok(Self {
            handle: row.take(0)?,
            user_id: row.take(1)?,
            recipe_user_id: row.take(2)?,
            tenant_id: row.take(3)?,
        })
    }
}

/// The statement of [`end_sessions_of`], behind what comes before it. The list of ids, in place of `OR`, lets both databases
/// search the index of the users.
macro_rules! end_sessions_of {
    ($before:literal) => {
        concat!(
            $before,
            "DELETE FROM sessions WHERE user_id IN (
                 SELECT CAST($1 AS TEXT)
                 UNION ALL SELECT recipe_user_id FROM login_methods WHERE user_id = $1)
             RETURNING handle, user_id, recipe_user_id, tenant_id"
        )
    };
}

/// Ends all sessions of a user, as a part of another transaction. A session that began at the moment in which its login
/// method was linked names the user that the login method has left: it ends, too.
///
/// # Errors
/// The database failed.
pub(crate) async fn end_sessions_of(
    tx: &mut Tx<'_>,
    user_id: &str,
) -> Result<Vec<EndedSession>, TxError> {
    let rows = tx.query(end_sessions_of!(""), &[user_id.into()]).await?;
    rows.into_iter().map(EndedSession::read).collect()
}

/// Ends the sessions of a user that began with a login method, as a part of another transaction.
///
/// # Errors
/// The database failed.
pub(crate) async fn end_sessions_with(
    tx: &mut Tx<'_>,
    user_id: &str,
    recipe_user_id: &str,
) -> Result<Vec<EndedSession>, TxError> {
    let rows = tx
        .query(
            "DELETE FROM sessions WHERE user_id = $1 AND recipe_user_id = $2
             RETURNING handle, user_id, recipe_user_id, tenant_id",
            &[user_id.into(), recipe_user_id.into()],
        )
        .await?;
    rows.into_iter().map(EndedSession::read).collect()
}

/// Keeps a session as it is until the transaction ends; `false` if it has ended, or is not as its names say.
///
/// # Errors
/// The database failed.
pub(crate) async fn lock_session(
    tx: &mut Tx<'_>,
    session: &SessionNames,
    now: i64,
) -> Result<bool, TxError> {
    // The update changes nothing: a SELECT would not keep others from deleting the row.
    let locked = tx
        .execute(
            "UPDATE sessions SET claims = claims
             WHERE handle = $1 AND user_id = $2 AND recipe_user_id = $3 AND tenant_id = $4
               AND expires_at > $5",
            &[
                (&session.handle).into(),
                (&session.user_id).into(),
                (&session.recipe_user_id).into(),
                (&session.tenant_id).into(),
                now.into(),
            ],
        )
        .await?;
    Ok(locked == 1)
}

/// Ends all sessions of a tenant, as a part of another transaction.
///
/// # Errors
/// The database failed.
pub(crate) async fn end_sessions_in(
    tx: &mut Tx<'_>,
    tenant_id: &str,
) -> Result<Vec<EndedSession>, TxError> {
    let rows = tx
        .query(
            "DELETE FROM sessions WHERE tenant_id = $1
             RETURNING handle, user_id, recipe_user_id, tenant_id",
            &[tenant_id.into()],
        )
        .await?;
    rows.into_iter().map(EndedSession::read).collect()
}

/// How the database carries out [`end_sessions_of`].
#[cfg(all(test, feature = "recipes"))]
pub(crate) const EXPLAIN_END_SESSIONS_OF: Sql = Sql::Each {
    sqlite: end_sessions_of!("EXPLAIN QUERY PLAN "),
    postgres: end_sessions_of!("EXPLAIN "),
};
