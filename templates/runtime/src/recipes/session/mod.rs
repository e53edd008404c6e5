//! Keeping a session alive and ending it.

pub mod contract;

pub use contract::{REFRESH, Refresh, SIGN_OUT, SignOut};

use crate::call::Call;
use crate::error::Error;
use crate::session::{ClaimValidators, VerifyOptions};

/// Ends the session of the request. It needs a valid access token; whether the session was already
/// revoked does not matter, and no claim is demanded: every user may sign out.
///
/// # Errors
/// [`Error::Session`] without a session.
pub async fn sign_out(call: &mut Call) -> Result<SignOut, Error> {
    let options = VerifyOptions {
        claims: ClaimValidators::Skip,
        ..VerifyOptions::default()
    };
    let session = call.require_session_with(options).await?;
    call.revoke_session(&session).await?;
    Ok(SignOut::Ok)
}

/// Exchanges the refresh token for new tokens. The body is not read.
///
/// # Errors
/// [`Error::Session`] without a valid refresh token.
pub async fn refresh(call: &mut Call) -> Result<Refresh, Error> {
    call.refresh_session().await?;
    Ok(Refresh::Ok)
}
