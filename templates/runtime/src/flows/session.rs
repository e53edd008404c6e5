//! Keeping a session alive and ending it.

use crate::call::Call;
use crate::error::Error;
use crate::session::{ClaimValidators, VerifyOptions};

/// What signing out comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignOut {
    /// The session is over.
    Ok,
}

/// What refreshing comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refresh {
    /// The session goes on with new tokens.
    Ok,
}

/// Ends the session of the request. It needs a valid access token; whether the session was already
/// revoked does not matter, nor what it may do: anybody may sign out.
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

/// Trades the refresh token for new tokens. The body is not read.
///
/// # Errors
/// [`Error::Session`] without a refresh token that is worth something.
pub async fn refresh(call: &mut Call) -> Result<Refresh, Error> {
    call.refresh_session().await?;
    Ok(Refresh::Ok)
}
