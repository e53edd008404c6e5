//! Sessions.

use rusqlite::{Connection, OptionalExtension, named_params};
use serde_json::{Map, Value};

use super::super::merge::merge;
use super::super::{RotateSession, SessionRow};
use super::{FORGET, json};

/// Remembers a session.
pub(super) fn create(db: &Connection, session: &SessionRow) -> rusqlite::Result<()> {
    let claims = Value::Object(session.claims.clone()).to_string();
    db.prepare_cached(
        "INSERT INTO sessions (handle, user_id, recipe_user_id, tenant_id, refresh_hash,
             previous_refresh_hash, rotated_at, rotation_key, anti_csrf, claims, data, created_at,
             expires_at)
         VALUES (:handle, :user_id, :recipe_user_id, :tenant_id, :refresh_hash,
             :previous_refresh_hash, :rotated_at, :rotation_key, :anti_csrf, :claims, :data,
             :created_at, :expires_at)",
    )?
    .execute(named_params! {
        ":handle": session.handle,
        ":user_id": session.user_id,
        ":recipe_user_id": session.recipe_user_id,
        ":tenant_id": session.tenant_id,
        ":refresh_hash": session.refresh_hash,
        ":previous_refresh_hash": session.previous_refresh_hash,
        ":rotated_at": session.rotated_at,
        ":rotation_key": session.rotation_key,
        ":anti_csrf": session.anti_csrf,
        ":claims": claims,
        ":data": session.data.to_string(),
        ":created_at": session.created_at,
        ":expires_at": session.expires_at,
    })?;
    Ok(())
}

/// The session of this handle.
pub(super) fn by_handle(db: &Connection, handle: &str) -> rusqlite::Result<Option<SessionRow>> {
    db.prepare_cached(
        "SELECT handle, user_id, recipe_user_id, tenant_id, refresh_hash, previous_refresh_hash,
                rotated_at, rotation_key, anti_csrf, claims, data, created_at, expires_at
         FROM sessions WHERE handle = ?1",
    )?
    .query_row([handle], |row| {
        Ok(SessionRow {
            handle: row.get(0)?,
            user_id: row.get(1)?,
            recipe_user_id: row.get(2)?,
            tenant_id: row.get(3)?,
            refresh_hash: row.get(4)?,
            previous_refresh_hash: row.get(5)?,
            rotated_at: row.get(6)?,
            rotation_key: row.get(7)?,
            anti_csrf: row.get(8)?,
            claims: json(9, &row.get::<_, String>(9)?)?,
            data: json(10, &row.get::<_, String>(10)?)?,
            created_at: row.get(11)?,
            expires_at: row.get(12)?,
        })
    })
    .optional()
}

/// Replaces the current refresh token, if it is the presented one still.
pub(super) fn rotate(db: &Connection, rotation: &RotateSession) -> rusqlite::Result<bool> {
    let changed = db
        .prepare_cached(
            "UPDATE sessions SET refresh_hash = ?3, previous_refresh_hash = ?2, rotated_at = ?4,
                 expires_at = ?5
             WHERE handle = ?1 AND refresh_hash = ?2",
        )?
        .execute((
            &rotation.handle,
            &rotation.presented_hash,
            &rotation.next_hash,
            rotation.rotated_at,
            rotation.expires_at,
        ))?;
    Ok(changed == 1)
}

/// Ends sessions; the handles of those that existed.
pub(super) fn revoke(db: &Connection, mut handles: Vec<String>) -> rusqlite::Result<Vec<String>> {
    let mut delete = db.prepare_cached("DELETE FROM sessions WHERE handle = ?1")?;
    let mut failed = Ok(());
    handles.retain(|handle| match delete.execute([handle]) {
        Ok(deleted) => deleted == 1,
        Err(error) => {
            failed = Err(error);
            false
        }
    });
    failed.map(|()| handles)
}

/// Changes what the application put into the access token; all claims as they are now.
pub(super) fn merge_claims(
    db: &Connection,
    handle: &str,
    update: Map<String, Value>,
) -> rusqlite::Result<Option<Map<String, Value>>> {
    let stored = db
        .prepare_cached("SELECT claims FROM sessions WHERE handle = ?1")?
        .query_row([handle], |row| json(0, &row.get::<_, String>(0)?))
        .optional()?;
    let Some(stored) = stored else {
        return Ok(None);
    };
    let claims = Value::Object(merge(stored, update));
    db.prepare_cached("UPDATE sessions SET claims = ?2 WHERE handle = ?1")?
        .execute((handle, claims.to_string()))?;
    Ok(claims.as_object().cloned())
}

/// Replaces what the application keeps with the session.
pub(super) fn replace_data(db: &Connection, handle: &str, data: &str) -> rusqlite::Result<bool> {
    let changed = db
        .prepare_cached("UPDATE sessions SET data = ?2 WHERE handle = ?1")?
        .execute((handle, data))?;
    Ok(changed == 1)
}

/// Handles of the sessions of a user, oldest first.
pub(super) fn handles(
    db: &Connection,
    user_id: &str,
    tenant_id: Option<&str>,
    now: i64,
) -> rusqlite::Result<Vec<String>> {
    db.prepare_cached(
        "SELECT handle FROM sessions
         WHERE user_id = ?1 AND (?2 IS NULL OR tenant_id = ?2) AND expires_at > ?3
         ORDER BY created_at, handle",
    )?
    .query_map((user_id, tenant_id, now), |row| row.get(0))?
    .collect()
}

/// Forgets expired sessions, at most `FORGET`; how many.
pub(super) fn forget(db: &Connection, expired_until: i64) -> rusqlite::Result<usize> {
    db.prepare_cached(
        "DELETE FROM sessions WHERE handle IN (
             SELECT handle FROM sessions WHERE expires_at <= ?1 LIMIT ?2)",
    )?
    .execute((expired_until, FORGET))
}
