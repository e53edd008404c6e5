//! Sessions.

use serde_json::{Map, Value};

use super::super::{RotateSession, SessionRow};
use super::attempts::FORGET;
use super::{Connection, Failure, query};

/// Remembers a session.
pub(super) async fn create(db: &Connection, session: &SessionRow) -> Result<(), Failure> {
    let claims = serde_json::to_string(&session.claims)?;
    let data = session.data.to_string();
    query(
        db,
        "INSERT INTO sessions (handle, user_id, recipe_user_id, tenant_id, refresh_hash,
             previous_refresh_hash, rotated_at, rotation_key, anti_csrf, claims, data, created_at,
             expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        &[
            &session.handle,
            &session.user_id,
            &session.recipe_user_id,
            &session.tenant_id,
            &session.refresh_hash,
            &session.previous_refresh_hash,
            &session.rotated_at,
            &session.rotation_key,
            &session.anti_csrf,
            &claims,
            &data,
            &session.created_at,
            &session.expires_at,
        ],
    )
    .await?;
    Ok(())
}

/// The session of this handle.
pub(super) async fn by_handle(
    db: &Connection,
    handle: &str,
) -> Result<Option<SessionRow>, Failure> {
    let rows = query(
        db,
        "SELECT handle, user_id, recipe_user_id, tenant_id, refresh_hash, previous_refresh_hash,
                rotated_at, rotation_key, anti_csrf, claims, data, created_at, expires_at
         FROM sessions WHERE handle = $1",
        &[&handle],
    )
    .await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    Ok(Some(SessionRow {
        handle: row.try_get(0)?,
        user_id: row.try_get(1)?,
        recipe_user_id: row.try_get(2)?,
        tenant_id: row.try_get(3)?,
        refresh_hash: row.try_get(4)?,
        previous_refresh_hash: row.try_get(5)?,
        rotated_at: row.try_get(6)?,
        rotation_key: row.try_get(7)?,
        anti_csrf: row.try_get(8)?,
        claims: serde_json::from_str(row.try_get(9)?)?,
        data: serde_json::from_str(row.try_get(10)?)?,
        created_at: row.try_get(11)?,
        expires_at: row.try_get(12)?,
    }))
}

/// Replaces the current refresh token, if it is the presented one still.
pub(super) async fn rotate(db: &Connection, rotation: &RotateSession) -> Result<bool, Failure> {
    let changed = query(
        db,
        "UPDATE sessions SET refresh_hash = $3, previous_refresh_hash = $2, rotated_at = $4,
             expires_at = $5
         WHERE handle = $1 AND refresh_hash = $2 RETURNING handle",
        &[
            &rotation.handle,
            &rotation.presented_hash,
            &rotation.next_hash,
            &rotation.rotated_at,
            &rotation.expires_at,
        ],
    )
    .await?;
    Ok(changed.len() == 1)
}

/// Ends sessions; the handles of those that existed, in the order in which they were asked for.
/// Rows are locked in the order of their names, so that two who end the same ones do not wait for
/// each other.
pub(super) async fn revoke(db: &Connection, handles: &[String]) -> Result<Vec<String>, Failure> {
    let rows = query(
        db,
        "WITH ended AS MATERIALIZED (
             SELECT handle FROM sessions WHERE handle = ANY ($1) ORDER BY handle FOR UPDATE
         )
         DELETE FROM sessions USING ended WHERE sessions.handle = ended.handle
         RETURNING sessions.handle",
        &[&handles],
    )
    .await?;
    let mut ended = rows
        .iter()
        .map(|row| row.try_get(0))
        .collect::<Result<Vec<String>, _>>()?;
    let place = |handle: &String| handles.iter().position(|asked| asked == handle);
    ended.sort_by_cached_key(place);
    Ok(ended)
}

/// Changes what the application put into the access token; all of it as it is then. Compares and
/// swaps: whoever has to try again does so because somebody else has succeeded, and the deadline of
/// the verb ends it.
pub(super) async fn merge_claims(
    db: &Connection,
    handle: &str,
    update: &Map<String, Value>,
) -> Result<Option<Map<String, Value>>, Failure> {
    loop {
        let found = query(
            db,
            "SELECT claims FROM sessions WHERE handle = $1",
            &[&handle],
        )
        .await?;
        let Some(row) = found.first() else {
            return Ok(None);
        };
        let stored: &str = row.try_get(0)?;
        let merged = super::super::merge_claims(serde_json::from_str(stored)?, update.clone());
        let changed = query(
            db,
            "UPDATE sessions SET claims = $3 WHERE handle = $1 AND claims = $2 RETURNING handle",
            &[&handle, &stored, &serde_json::to_string(&merged)?],
        )
        .await?;
        if changed.len() == 1 {
            return Ok(Some(merged));
        }
    }
}

/// Replaces what the application keeps with the session.
pub(super) async fn replace_data(
    db: &Connection,
    handle: &str,
    data: &Value,
) -> Result<bool, Failure> {
    let changed = query(
        db,
        "UPDATE sessions SET data = $2 WHERE handle = $1 RETURNING handle",
        &[&handle, &data.to_string()],
    )
    .await?;
    Ok(changed.len() == 1)
}

/// Handles of the sessions of a user, oldest first.
pub(super) async fn handles(
    db: &Connection,
    user_id: &str,
    tenant_id: Option<&str>,
    now: i64,
) -> Result<Vec<String>, Failure> {
    let rows = query(
        db,
        "SELECT handle FROM sessions
         WHERE user_id = $1 AND ($2::TEXT IS NULL OR tenant_id = $2) AND expires_at > $3
         ORDER BY created_at, handle",
        &[&user_id, &tenant_id, &now],
    )
    .await?;
    Ok(rows
        .iter()
        .map(|row| row.try_get(0))
        .collect::<Result<_, _>>()?)
}

/// Forgets expired sessions, at most `FORGET`; how many.
pub(super) async fn forget(db: &Connection, expired_until: i64) -> Result<usize, Failure> {
    let gone = query(
        db,
        "DELETE FROM sessions WHERE handle IN (
             SELECT handle FROM sessions WHERE expires_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
         RETURNING 1",
        &[&expired_until, &FORGET],
    )
    .await?;
    Ok(gone.len())
}
