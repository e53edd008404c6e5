//! What the operations read of a request.

use std::fmt;

use super::ConsumeToken;
use crate::call::{Call, HasRequest};
use crate::error::Error;

/// The token of a link.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConsumeTokenRequest {
    /// The token.
    pub token: String,
}

impl HasRequest for ConsumeToken {
    type Request = ConsumeTokenRequest;

    fn read(call: &Call) -> Result<ConsumeTokenRequest, Error> {
        let token = call.body()?.get("token");
        let token = token
            .filter(|token| !token.is_null())
            .ok_or_else(|| Error::bad_input("Please provide the email verification token"))?
            .as_str()
            .ok_or_else(|| Error::bad_input("The email verification token must be a string"))?;
        Ok(ConsumeTokenRequest {
            token: token.to_owned(),
        })
    }
}

impl fmt::Debug for ConsumeTokenRequest {
    /// The token is left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsumeTokenRequest")
            .finish_non_exhaustive()
    }
}
