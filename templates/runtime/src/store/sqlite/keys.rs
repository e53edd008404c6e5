//! Signing keys.

use rusqlite::{Connection, OptionalExtension, Row};

use super::super::SigningKeyRow;
use crate::crypto::token;

/// All keys, newest first.
pub(super) fn all(db: &Connection) -> rusqlite::Result<Vec<SigningKeyRow>> {
    db.prepare_cached(
        "SELECT kid, algorithm, rotates, generation, private_key, created_at FROM signing_keys
         ORDER BY created_at DESC, generation DESC",
    )?
    .query_map([], read)?
    .collect()
}

/// Adds a key unless its place is taken; the one that has the place now.
pub(super) fn add(db: &Connection, key: &SigningKeyRow) -> rusqlite::Result<SigningKeyRow> {
    db.prepare_cached(
        "INSERT INTO signing_keys (kid, algorithm, rotates, generation, private_key, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT DO NOTHING",
    )?
    .execute((
        &key.kid,
        &key.algorithm,
        key.rotates,
        key.generation,
        &key.private_key,
        key.created_at,
    ))?;
    db.prepare_cached(
        "SELECT kid, algorithm, rotates, generation, private_key, created_at FROM signing_keys
         WHERE algorithm = ?1 AND rotates = ?2 AND generation = ?3",
    )?
    .query_row((&key.algorithm, key.rotates, key.generation), read)
}

/// Replaces the stored bytes of a private key, if their SHA-256 still is `from`: nobody else writes
/// between the two statements of a transaction. The old ones are overwritten, and not only given back to
/// the file.
pub(super) fn replace(
    db: &Connection,
    kid: &str,
    from: &[u8; 32],
    to: &[u8],
) -> rusqlite::Result<bool> {
    let stored: Option<Vec<u8>> = db
        .prepare_cached("SELECT private_key FROM signing_keys WHERE kid = ?1")?
        .query_row([kid], |row| row.get(0))
        .optional()?;
    if stored.is_none_or(|stored| token::sha256(&stored) != *from) {
        return Ok(false);
    }
    db.pragma_update(None, "secure_delete", true)?;
    let changed = db
        .prepare_cached("UPDATE signing_keys SET private_key = ?2 WHERE kid = ?1")?
        .execute((kid, to));
    db.pragma_update(None, "secure_delete", false)?;
    changed.map(|rows| rows == 1)
}

/// Forgets old keys that rotate.
pub(super) fn forget(db: &Connection, created_before: i64) -> rusqlite::Result<usize> {
    db.prepare_cached("DELETE FROM signing_keys WHERE rotates AND created_at < ?1")?
        .execute([created_before])
}

/// Forgets keys by their names; how many there were.
pub(super) fn remove(db: &Connection, kids: &[String]) -> rusqlite::Result<u64> {
    let mut delete = db.prepare_cached("DELETE FROM signing_keys WHERE kid = ?1")?;
    let mut gone = 0;
    for kid in kids {
        gone += delete.execute([kid])? as u64;
    }
    Ok(gone)
}

fn read(row: &Row<'_>) -> rusqlite::Result<SigningKeyRow> {
    Ok(SigningKeyRow {
        kid: row.get(0)?,
        algorithm: row.get(1)?,
        rotates: row.get(2)?,
        generation: row.get(3)?,
        private_key: row.get(4)?,
        created_at: row.get(5)?,
    })
}
