//! What the recipe stores: tokens, by their hash, and that an address is verified.

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::store::{Access, Retry, Transaction, Tx, TxError, secrets, users};

/// The one-time secret: its subject is the login method, its data is [`SentTo`].
const TOKEN: &str = "emailverification/token";

/// Where a token was sent, as JSON. It proves this address, in this tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SentTo {
    pub(super) tenant_id: String,
    pub(super) email: String,
}

/// Stores the hash of a token.
pub(super) struct IssueToken {
    /// SHA-256 of the token, in hexadecimal.
    pub(super) token_hash: String,
    /// The login method whose address it proves.
    pub(super) recipe_user_id: String,
    pub(super) sent_to: SentTo,
    /// From when on the token is void.
    pub(super) expires_at: i64,
}

impl Transaction for IssueToken {
    type Output = ();
    const NAME: &'static str = "issue_verification_token";
    const ACCESS: Access = Access::WriteOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), TxError> {
        let data = serde_json::to_string(&self.sent_to).map_err(Error::internal)?;
        let new = secrets::NewSecret {
            kind: TOKEN,
            hash: &self.token_hash,
            subject: &self.recipe_user_id,
            data: &data,
            expires_at: self.expires_at,
        };
        secrets::issue(tx, &new).await?;
        Ok(())
    }
}

/// The login method whose address a token proves; `None` for one that was never sent, or is spent.
pub(super) struct TokenOwner {
    pub(super) token_hash: String,
}

impl Transaction for TokenOwner {
    type Output = Option<String>;
    const NAME: &'static str = "verification_token_owner";
    const ACCESS: Access = Access::ReadOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, TxError> {
        let secret = secrets::find(tx, TOKEN, &self.token_hash).await?;
        Ok(secret.map(|secret| secret.subject))
    }
}

/// Spends a token, whether or not it is too old. If it is not, the address is verified where it is still that of
/// the login method, and all other tokens of the login method are spent.
pub(super) struct SpendToken {
    pub(super) token_hash: String,
    /// The tenant in which it is presented: a token of another one is not touched.
    pub(super) tenant_id: String,
    pub(super) now: i64,
}

/// The login method whose address a token has proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Proven {
    pub(super) recipe_user_id: String,
    /// The address, where it was not verified before.
    pub(super) newly_verified: Option<String>,
}

impl Transaction for SpendToken {
    type Output = Option<Proven>;
    const NAME: &'static str = "spend_verification_token";
    const RETRY: Retry = Retry::Never;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, TxError> {
        let Some(secret) = secrets::find(tx, TOKEN, &self.token_hash).await? else {
            return Ok(None);
        };
        let sent_to: SentTo = serde_json::from_str(&secret.data).map_err(Error::internal)?;
        if sent_to.tenant_id != self.tenant_id {
            return Ok(None);
        }
        // The DELETE decides: of two requests that present the token, one deletes no row.
        let claimed = secrets::consume(tx, TOKEN, &self.token_hash).await?;
        let Some(secret) = claimed.filter(|secret| secret.expires_at > self.now) else {
            return Ok(None);
        };
        let is_new = verify(tx, &secret.subject, &sent_to.email).await?;
        Ok(Some(Proven {
            recipe_user_id: secret.subject,
            newly_verified: is_new.then_some(sent_to.email),
        }))
    }
}

/// Stores that an address is verified which was proven in another way; whether it was not before.
pub(super) struct MarkVerified {
    pub(super) recipe_user_id: String,
    pub(super) email: String,
}

impl Transaction for MarkVerified {
    type Output = bool;
    const NAME: &'static str = "mark_address_verified";
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, TxError> {
        verify(tx, &self.recipe_user_id, &self.email).await
    }
}

/// Marks an address as verified where it is that of the login method, whose tokens are then of no more use. If the
/// user has changed the address since, nothing happens: a link to the new one still counts. Whether it is verified now
/// and was not before.
async fn verify(tx: &mut Tx<'_>, recipe_user_id: &str, email: &str) -> Result<bool, TxError> {
    let method = tx
        .query_optional(
            "SELECT verified FROM login_methods WHERE recipe_user_id = $1 AND email = $2",
            &[recipe_user_id.into(), email.into()],
        )
        .await?;
    let Some(method) = method else {
        return Ok(false);
    };
    let was_verified: bool = method.get(0)?;
    // The address may have changed since it was read.
    if !was_verified && !users::set_verified(tx, recipe_user_id, email, true).await? {
        return Ok(false);
    }
    secrets::consume_all(tx, TOKEN, recipe_user_id).await?;
    Ok(!was_verified)
}
