//! Reset tokens, and the new password.

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::recipes::email_password::sql::{PASSWORD, password_lock};
use crate::store::{
    Access, EndedSession, NewMailRow, Retry, Transaction, Tx, TxError, end_sessions_of,
    enqueue_mail, secrets,
};

#[cfg(test)]
pub(crate) mod tests;

/// The one-time secret: its subject is the login method, its data [`SentTo`].
const RESET: &str = "emailpassword/reset";

/// Where a token was sent, as JSON. It works in this tenant alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SentTo {
    pub(crate) tenant_id: String,
    pub(crate) email: String,
}

/// Stores the hash of a reset token; `false` if the login method has no password (any more).
pub(crate) struct CreateResetToken {
    /// SHA-256 of the token, in hexadecimal.
    pub(crate) token_hash: String,
    /// The login method whose password it resets.
    pub(crate) recipe_user_id: String,
    /// Where the token is sent.
    pub(crate) sent_to: SentTo,
    /// From when on the token is void.
    pub(crate) expires_at: i64,
}

impl Transaction for CreateResetToken {
    type Output = bool;
    const NAME: &'static str = "create_reset_token";
    const RETRY: Retry = Retry::Never;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, TxError> {
        let password = tx
            .query_optional(
                "SELECT 1 FROM credentials WHERE recipe_user_id = $1 AND kind = $2 AND id = ''",
                &[(&self.recipe_user_id).into(), PASSWORD.into()],
            )
            .await?;
        if password.is_none() {
            return Ok(false);
        }
        let data = serde_json::to_string(&self.sent_to).map_err(Error::internal)?;
        let new = secrets::NewSecret {
            kind: RESET,
            hash: &self.token_hash,
            subject: &self.recipe_user_id,
            data: &data,
            expires_at: self.expires_at,
        };
        secrets::issue(tx, &new).await
    }
}

/// The owner of a token; `None` for a token that was never sent, or is spent. One that is too old is there
/// until it is presented or deleted by the clean-up.
pub(crate) struct ResetTokenOwner {
    pub(crate) token_hash: String,
}

/// The recipient of a reset token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TokenOwner {
    /// The login method whose password the token resets.
    pub(crate) recipe_user_id: String,
    /// Where it was sent.
    pub(crate) sent_to: SentTo,
}

impl Transaction for ResetTokenOwner {
    type Output = Option<TokenOwner>;
    const NAME: &'static str = "reset_token_owner";
    const ACCESS: Access = Access::ReadOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, TxError> {
        let Some(secret) = secrets::find(tx, RESET, &self.token_hash).await? else {
            return Ok(None);
        };
        Ok(Some(TokenOwner {
            recipe_user_id: secret.subject,
            sent_to: serde_json::from_str(&secret.data).map_err(Error::internal)?,
        }))
    }
}

/// Spends a reset token: every reset token of its owner is deleted, even if this one is too old. If it is
/// not, the password changes, all sessions of the user end (OWASP ASVS 5.0, 7.4.3), and a mail that informs
/// the owner is enqueued (6.3.7), in one transaction.
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

/// Outcome of an attempt to reset a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ResetOutcome {
    /// The password is changed, and these sessions ended.
    Done {
        /// In no order.
        ended_sessions: Vec<EndedSession>,
    },
    /// The token is unknown, used or expired.
    InvalidToken,
}

impl Transaction for SpendResetToken {
    type Output = ResetOutcome;
    const NAME: &'static str = "spend_reset_token";
    const RETRY: Retry = Retry::Never;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<ResetOutcome, TxError> {
        tx.lock(&password_lock(&self.recipe_user_id)).await?;
        let secret = secrets::find(tx, RESET, &self.token_hash).await?;
        if secret.is_none_or(|secret| secret.subject != self.recipe_user_id) {
            return Ok(ResetOutcome::InvalidToken);
        }
        // The DELETE decides: of two requests that present the token, one deletes no row.
        let Some(claimed) = secrets::consume(tx, RESET, &self.token_hash).await? else {
            return Ok(ResetOutcome::InvalidToken);
        };
        secrets::consume_all(tx, RESET, &self.recipe_user_id).await?;
        if claimed.expires_at <= self.now {
            return Ok(ResetOutcome::InvalidToken);
        }
        let changed = tx
            .query_optional(
                "UPDATE credentials SET data = $2
                 WHERE recipe_user_id = $1 AND kind = $3 AND id = ''
                 RETURNING (SELECT user_id FROM login_methods
                        WHERE login_methods.recipe_user_id = credentials.recipe_user_id),
                       (SELECT email FROM login_methods
                        WHERE login_methods.recipe_user_id = credentials.recipe_user_id)",
                &[
                    (&self.recipe_user_id).into(),
                    (&self.password_hash).into(),
                    PASSWORD.into(),
                ],
            )
            .await?;
        let Some(changed) = changed else {
            return Ok(ResetOutcome::InvalidToken);
        };
        let user_id: String = changed.get(0)?;
        let ended_sessions = end_sessions_of(tx, &user_id).await?;
        if let Some(email) = changed.get::<Option<String>>(1)? {
            enqueue_mail(tx, &self.notice, &email).await?;
        }
        Ok(ResetOutcome::Done { ended_sessions })
    }
}
