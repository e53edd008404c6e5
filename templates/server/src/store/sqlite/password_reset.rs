//! Reset tokens.

use rusqlite::{Connection, OptionalExtension};

use super::super::{NewPasswordResetToken, PasswordResetToken, ResetPassword};
use super::{FORGET, users};

/// Remembers a token, if its login method has a password.
pub(super) fn create(db: &Connection, token: &NewPasswordResetToken) -> rusqlite::Result<bool> {
    let added = db
        .prepare_cached(
            "INSERT INTO password_reset_tokens (token_hash, recipe_user_id, email, expires_at)
             SELECT ?1, recipe_user_id, ?3, ?4 FROM passwords WHERE recipe_user_id = ?2",
        )?
        .execute((
            &token.token_hash,
            &token.user_id,
            &token.email,
            token.expires_at,
        ))?;
    Ok(added == 1)
}

/// The token of this hash, void or not.
pub(super) fn by_hash(
    db: &Connection,
    token_hash: &str,
) -> rusqlite::Result<Option<PasswordResetToken>> {
    db.prepare_cached(
        "SELECT recipe_user_id, email, expires_at FROM password_reset_tokens
         WHERE token_hash = ?1",
    )?
    .query_row([token_hash], |row| {
        Ok(PasswordResetToken {
            user_id: row.get(0)?,
            email: row.get(1)?,
            expires_at: row.get(2)?,
        })
    })
    .optional()
}

/// Spends a token. Deleting it is what claims it: of two who present it, one finds it gone.
pub(super) fn spend(
    db: &Connection,
    token_hash: &str,
    password_hash: &str,
    now: i64,
) -> rusqlite::Result<ResetPassword> {
    let claimed: Option<(String, String, i64)> = db
        .prepare_cached(
            "DELETE FROM password_reset_tokens WHERE token_hash = ?1
             RETURNING recipe_user_id, email, expires_at",
        )?
        .query_row([token_hash], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let Some((recipe_user_id, email, expires_at)) = claimed else {
        return Ok(ResetPassword::InvalidToken);
    };
    db.prepare_cached("DELETE FROM password_reset_tokens WHERE recipe_user_id = ?1")?
        .execute([&recipe_user_id])?;
    if expires_at <= now {
        return Ok(ResetPassword::InvalidToken);
    }
    let changed = db
        .prepare_cached("UPDATE passwords SET password_hash = ?2 WHERE recipe_user_id = ?1")?
        .execute((&recipe_user_id, password_hash))?;
    if changed == 0 {
        return Ok(ResetPassword::InvalidToken);
    }
    // The token was read in the mailbox to which it was sent, and in no other.
    db.prepare_cached(
        "UPDATE login_methods SET verified = 1 WHERE recipe_user_id = ?1 AND email = ?2",
    )?
    .execute((&recipe_user_id, &email))?;
    let user = users::by_any_id(db, &recipe_user_id)?;
    Ok(user.map_or(ResetPassword::InvalidToken, ResetPassword::Done))
}

/// Forgets void tokens, at most `FORGET`; how many.
pub(super) fn forget(db: &Connection, expired_until: i64) -> rusqlite::Result<usize> {
    db.prepare_cached(
        "DELETE FROM password_reset_tokens WHERE token_hash IN (
             SELECT token_hash FROM password_reset_tokens WHERE expires_at <= ?1 LIMIT ?2)",
    )?
    .execute((expired_until, FORGET))
}
