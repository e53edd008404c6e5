//! Signing keys.

use tokio_postgres::Row;
use tokio_postgres::error::SqlState;

use super::super::SigningKeyRow;
use super::{Connection, Failure, query};

/// All keys, newest first.
pub(super) async fn all(db: &Connection) -> Result<Vec<SigningKeyRow>, Failure> {
    let rows = query(
        db,
        "SELECT kid, algorithm, rotates, generation, private_key, created_at FROM signing_keys
         ORDER BY created_at DESC, generation DESC",
        &[],
    )
    .await?;
    rows.iter().map(read).collect()
}

/// Adds a key unless its place is taken; the one that has the place now. The update changes
/// nothing: it is how an insertion that comes second waits for the first and answers with its row.
pub(super) async fn add(db: &Connection, key: &SigningKeyRow) -> Result<SigningKeyRow, Failure> {
    let added = query(
        db,
        "INSERT INTO signing_keys (kid, algorithm, rotates, generation, private_key, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (algorithm, rotates, generation) DO UPDATE SET kid = signing_keys.kid
         RETURNING kid, algorithm, rotates, generation, private_key, created_at",
        &[
            &key.kid,
            &key.algorithm,
            &key.rotates,
            &key.generation,
            &key.private_key,
            &key.created_at,
        ],
    )
    .await;
    match added {
        Ok(rows) => rows.first().map_or(Err(Failure::Vanished), read),
        // Another kind of key got the name in the same millisecond; the next one is free.
        Err(Failure::Database(error)) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => {
            Err(Failure::Vanished)
        }
        Err(failure) => Err(failure),
    }
}

/// Replaces the stored bytes of a private key, if their SHA-256 still is `from`.
pub(super) async fn replace(
    db: &Connection,
    kid: &str,
    from: &[u8; 32],
    to: &[u8],
) -> Result<bool, Failure> {
    let changed = query(
        db,
        "UPDATE signing_keys SET private_key = $3
         WHERE kid = $1 AND sha256(private_key) = $2 RETURNING 1",
        &[&kid, &from.as_slice(), &to],
    )
    .await?;
    Ok(changed.len() == 1)
}

/// Forgets old keys that rotate; how many.
pub(super) async fn forget(db: &Connection, created_before: i64) -> Result<usize, Failure> {
    let gone = query(
        db,
        "DELETE FROM signing_keys WHERE rotates AND created_at < $1 RETURNING 1",
        &[&created_before],
    )
    .await?;
    Ok(gone.len())
}

/// Forgets keys by their names; how many there were.
pub(super) async fn remove(db: &Connection, kids: &[String]) -> Result<u64, Failure> {
    let gone = query(
        db,
        "DELETE FROM signing_keys WHERE kid = ANY($1) RETURNING 1",
        &[&kids],
    )
    .await?;
    Ok(gone.len() as u64)
}

fn read(row: &Row) -> Result<SigningKeyRow, Failure> {
    Ok(SigningKeyRow {
        kid: row.try_get(0)?,
        algorithm: row.try_get(1)?,
        rotates: row.try_get(2)?,
        generation: row.try_get(3)?,
        private_key: row.try_get(4)?,
        created_at: row.try_get(5)?,
    })
}
