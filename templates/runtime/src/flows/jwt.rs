//! The public keys that access tokens are signed with (RFC 7517).

use super::Jwk;
use crate::call::Call;
use crate::error::Error;

/// The keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GetJwks {
    /// Every key that a token in use may be signed with, newest first.
    Ok {
        /// The keys.
        keys: Vec<Jwk>,
    },
}

/// Lists the keys; caches may keep them for as long as a new key waits before it signs.
///
/// # Errors
/// The store failed.
pub async fn jwks(call: &mut Call) -> Result<GetJwks, Error> {
    let jwks = call.auth().sessions().jwks().await?;
    call.let_caches_store(jwks.max_age_seconds);
    Ok(GetJwks::Ok { keys: jwks.keys })
}
