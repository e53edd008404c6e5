//! Reset tokens.

use super::super::{NewPasswordResetToken, PasswordResetToken, ResetPassword};
use super::attempts::FORGET;
use super::users::{self, columns, order};
use super::{Connection, Failure, query};

/// Remembers a token, if its login method has a password.
pub(super) async fn create(
    db: &Connection,
    token: &NewPasswordResetToken,
) -> Result<bool, Failure> {
    let added = query(
        db,
        "INSERT INTO password_reset_tokens (token_hash, recipe_user_id, email, expires_at)
         SELECT $1, recipe_user_id, $3, $4 FROM passwords WHERE recipe_user_id = $2
         RETURNING token_hash",
        &[
            &token.token_hash,
            &token.user_id,
            &token.email,
            &token.expires_at,
        ],
    )
    .await?;
    Ok(added.len() == 1)
}

/// The token of this hash, void or not.
pub(super) async fn by_hash(
    db: &Connection,
    token_hash: &str,
) -> Result<Option<PasswordResetToken>, Failure> {
    let rows = query(
        db,
        "SELECT recipe_user_id, email, expires_at FROM password_reset_tokens
         WHERE token_hash = $1",
        &[&token_hash],
    )
    .await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    Ok(Some(PasswordResetToken {
        user_id: row.try_get(0)?,
        email: row.try_get(1)?,
        expires_at: row.try_get(2)?,
    }))
}

/// Spends a token. Who resets a password first locks it, so that two tokens of one user are never
/// deleted in opposite orders; of those who waited meanwhile, each finds its token gone.
pub(super) async fn spend(
    db: &Connection,
    token_hash: &str,
    password_hash: &str,
    now: i64,
) -> Result<ResetPassword, Failure> {
    let rows = query(
        db,
        concat!(
            "WITH holder AS MATERIALIZED (
                 SELECT recipe_user_id FROM passwords WHERE recipe_user_id = (
                     SELECT recipe_user_id FROM password_reset_tokens WHERE token_hash = $1)
                 FOR UPDATE
             ), gone AS (
                 DELETE FROM password_reset_tokens AS token USING holder
                 WHERE token.recipe_user_id = holder.recipe_user_id
                 RETURNING token.token_hash, token.recipe_user_id, token.email, token.expires_at
             ), spent AS (
                 SELECT recipe_user_id, email FROM gone
                 WHERE token_hash = $1 AND expires_at > $3
             ), changed AS (
                 UPDATE passwords SET password_hash = $2 FROM spent
                 WHERE passwords.recipe_user_id = spent.recipe_user_id
                 RETURNING passwords.recipe_user_id
             ), proven AS (
                 -- The token was read in the mailbox to which it was sent, and in no other.
                 UPDATE login_methods AS owner SET verified = TRUE FROM spent
                 WHERE owner.recipe_user_id = spent.recipe_user_id AND owner.email = spent.email
                 RETURNING owner.recipe_user_id
             )
             SELECT ",
            columns!(),
            // The statement reads what was there before it wrote.
            ", EXISTS (SELECT FROM proven WHERE proven.recipe_user_id = method.recipe_user_id)
                 AS proven
             FROM changed
             JOIN login_methods AS entry USING (recipe_user_id)
             JOIN users AS person ON person.id = entry.user_id
             JOIN login_methods AS method ON method.user_id = person.id ",
            order!()
        ),
        &[&token_hash, &password_hash, &now],
    )
    .await?;
    let Some(mut user) = users::read(&rows)? else {
        return Ok(ResetPassword::InvalidToken);
    };
    for (method, row) in user.login_methods.iter_mut().zip(&rows) {
        method.verified |= row.try_get::<_, bool>("proven")?;
    }
    Ok(ResetPassword::Done(user))
}

/// Forgets void tokens, at most `FORGET`; how many.
pub(super) async fn forget(db: &Connection, expired_until: i64) -> Result<usize, Failure> {
    let gone = query(
        db,
        "DELETE FROM password_reset_tokens WHERE token_hash IN (
             SELECT token_hash FROM password_reset_tokens WHERE expires_at <= $1
             LIMIT $2 FOR UPDATE SKIP LOCKED)
         RETURNING 1",
        &[&expired_until, &FORGET],
    )
    .await?;
    Ok(gone.len())
}
