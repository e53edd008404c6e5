//! Reset tokens, and the new password.

use super::mail_outbox::{self, NewMailRow};
use super::transaction::Access;
use super::{Retry, Step, Transaction, Tx};

/// How many rows one transaction forgets at most.
const BATCH: i64 = 1_000;

/// The lock of a password: what changes it, and what has checked it and acts on that, take turns.
fn password_lock(recipe_user_id: &str) -> String {
    format!("password/{recipe_user_id}")
}

/// Remembers a reset token; `false` if the login method has no password (any more).
pub(crate) struct CreateResetToken {
    /// SHA-256 of the token, in hexadecimal.
    pub(crate) token_hash: String,
    /// The login method whose password it resets.
    pub(crate) recipe_user_id: String,
    /// The address to which the token is sent.
    pub(crate) email: String,
    /// From when on the token is void.
    pub(crate) expires_at: i64,
}

impl Transaction for CreateResetToken {
    type Output = bool;
    const NAME: &'static str = "create_reset_token";
    const RETRY: Retry = Retry::Never;

    fn run<'a>(&'a self, tx: &'a mut Tx<'_>) -> Step<'a, bool> {
        Box::pin(async move {
            let added = tx
                .execute(
                    "INSERT INTO password_reset_tokens (token_hash, recipe_user_id, email, expires_at)
                     SELECT CAST($1 AS TEXT), recipe_user_id, CAST($3 AS TEXT), CAST($4 AS BIGINT)
                     FROM passwords WHERE recipe_user_id = $2",
                    &[
                        (&self.token_hash).into(),
                        (&self.recipe_user_id).into(),
                        (&self.email).into(),
                        self.expires_at.into(),
                    ],
                )
                .await?;
            Ok(added == 1)
        })
    }
}

/// The owner of a token; `None` for a token that was never sent, or is spent. One that is too old is there
/// until it is presented or forgotten.
pub(crate) struct ResetTokenOwner {
    pub(crate) token_hash: String,
}

/// Whom a reset token was sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TokenOwner {
    /// The login method whose password the token resets.
    pub(crate) recipe_user_id: String,
    /// The address to which it was sent.
    pub(crate) email: String,
}

impl Transaction for ResetTokenOwner {
    type Output = Option<TokenOwner>;
    const NAME: &'static str = "reset_token_owner";
    const ACCESS: Access = Access::Read;
    const RETRY: Retry = Retry::Idempotent;

    fn run<'a>(&'a self, tx: &'a mut Tx<'_>) -> Step<'a, Self::Output> {
        Box::pin(async move {
            let row = tx
                .query_optional(
                    "SELECT recipe_user_id, email FROM password_reset_tokens WHERE token_hash = $1",
                    &[(&self.token_hash).into()],
                )
                .await?;
            row.map(|row| {
                Ok(TokenOwner {
                    recipe_user_id: row.get(0)?,
                    email: row.get(1)?,
                })
            })
            .transpose()
        })
    }
}

/// Spends a reset token: every reset token of its owner is deleted, even if this one is too old. If it is
/// not, the password changes, all sessions of the user end (OWASP ASVS 5.0, 7.4.3), and a mail that tells
/// the owner is enqueued (6.3.7): all of it, or nothing.
pub(crate) struct SpendResetToken {
    pub(crate) token_hash: String,
    /// The owner of the token, as [`ResetTokenOwner`] says.
    pub(crate) recipe_user_id: String,
    /// PHC string of the new password's hash.
    pub(crate) password_hash: String,
    pub(crate) now: i64,
    /// The mail to the owner.
    pub(crate) notice: NewMailRow,
}

/// What became of an attempt to reset a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResetOutcome {
    /// The password is changed, and so many sessions ended.
    Done {
        /// How many.
        ended_sessions: u64,
    },
    /// The token is unknown, used or expired.
    InvalidToken,
}

impl Transaction for SpendResetToken {
    type Output = ResetOutcome;
    const NAME: &'static str = "spend_reset_token";
    const RETRY: Retry = Retry::Never;

    fn run<'a>(&'a self, tx: &'a mut Tx<'_>) -> Step<'a, ResetOutcome> {
        Box::pin(async move {
            let owner = || (&self.recipe_user_id).into();
            tx.lock(&password_lock(&self.recipe_user_id)).await?;
            // Deleting the token is what claims it: of two who present it, one finds it gone.
            let claimed = tx
                .query_optional(
                    "DELETE FROM password_reset_tokens
                     WHERE token_hash = $1 AND recipe_user_id = $2 RETURNING expires_at",
                    &[(&self.token_hash).into(), owner()],
                )
                .await?;
            let Some(claimed) = claimed else {
                return Ok(ResetOutcome::InvalidToken);
            };
            tx.execute(
                "DELETE FROM password_reset_tokens WHERE recipe_user_id = $1",
                &[owner()],
            )
            .await?;
            if claimed.get::<i64>(0)? <= self.now {
                return Ok(ResetOutcome::InvalidToken);
            }
            let changed = tx
                .query_optional(
                    "UPDATE passwords SET password_hash = $2 WHERE recipe_user_id = $1
                     RETURNING (SELECT user_id FROM login_methods
                                WHERE login_methods.recipe_user_id = passwords.recipe_user_id),
                               (SELECT email FROM login_methods
                                WHERE login_methods.recipe_user_id = passwords.recipe_user_id)",
                    &[owner(), (&self.password_hash).into()],
                )
                .await?;
            let Some(changed) = changed else {
                return Ok(ResetOutcome::InvalidToken);
            };
            let user_id: String = changed.get(0)?;
            let ended_sessions = tx
                .execute(
                    "DELETE FROM sessions WHERE user_id = $1",
                    &[(&user_id).into()],
                )
                .await?;
            if let Some(email) = changed.get::<Option<String>>(1)? {
                mail_outbox::insert(tx, &self.notice, &email).await?;
            }
            Ok(ResetOutcome::Done { ended_sessions })
        })
    }
}

/// Whether a password is still the one that was checked. Asked once the session that its check began is
/// stored: a reset that changes the password in between either ends that session or is noticed here.
pub(crate) struct PasswordIsUnchanged {
    /// The login method.
    pub(crate) recipe_user_id: String,
    /// PHC string of the hash that was checked.
    pub(crate) password_hash: String,
}

impl Transaction for PasswordIsUnchanged {
    type Output = bool;
    const NAME: &'static str = "password_is_unchanged";
    const RETRY: Retry = Retry::Idempotent;

    fn run<'a>(&'a self, tx: &'a mut Tx<'_>) -> Step<'a, bool> {
        Box::pin(async move {
            // Behind a reset that has not committed yet.
            tx.lock(&password_lock(&self.recipe_user_id)).await?;
            let row = tx
                .query_optional(
                    "SELECT password_hash FROM passwords WHERE recipe_user_id = $1",
                    &[(&self.recipe_user_id).into()],
                )
                .await?;
            let stored = row.map(|row| row.get::<String>(0)).transpose()?;
            Ok(stored.as_ref() == Some(&self.password_hash))
        })
    }
}

/// Forgets tokens that are too old, at most a thousand; how many.
pub(crate) struct ForgetResetTokens {
    pub(crate) expired_until: i64,
}

impl Transaction for ForgetResetTokens {
    type Output = u64;
    const NAME: &'static str = "forget_reset_tokens";
    const RETRY: Retry = Retry::Idempotent;

    fn run<'a>(&'a self, tx: &'a mut Tx<'_>) -> Step<'a, u64> {
        Box::pin(async move {
            tx.execute(
                "DELETE FROM password_reset_tokens WHERE token_hash IN (
                     SELECT token_hash FROM password_reset_tokens WHERE expires_at <= $1
                     ORDER BY token_hash LIMIT $2)",
                &[self.expired_until.into(), BATCH.into()],
            )
            .await
        })
    }
}
