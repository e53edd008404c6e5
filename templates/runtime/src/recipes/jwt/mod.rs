//! The public keys that access tokens are signed with (RFC 7517).

pub mod contract;

pub use contract::{GetJwks, JWKS};

use crate::call::Call;
use crate::error::Error;

/// Lists the keys; caches may keep them for as long as a new key waits before it signs.
///
/// # Errors
/// The store failed.
pub async fn jwks(call: &mut Call) -> Result<GetJwks, Error> {
    let jwks = call.auth().sessions().jwks().await?;
    call.let_caches_store(jwks.max_age_seconds);
    Ok(GetJwks::Ok { keys: jwks.keys })
}
