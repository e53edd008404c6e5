//! What the operations read of a request.

use std::fmt;

use serde_json::Value;

use super::{ConsumeToken, CreateToken};
use crate::call::{Call, HasRequest};
use crate::error::Error;
use crate::users::form_fields::{EMAIL, Fields, PASSWORD};

/// Asks for a link.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CreateTokenRequest {
    /// The address as it was typed; empty without such a field.
    pub email: String,
}

/// A new password, and the token of a link.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConsumeTokenRequest {
    /// The password as it was typed; empty without such a field.
    pub password: String,
    /// The token; `None` where the client has sent none, which is an error once the password is judged.
    pub token: Option<String>,
}

impl HasRequest for CreateToken {
    type Request = CreateTokenRequest;

    fn read(call: &Call) -> Result<CreateTokenRequest, Error> {
        let fields = Fields::read(call.body()?, 1)?;
        Ok(CreateTokenRequest {
            email: fields.text(EMAIL),
        })
    }
}

impl HasRequest for ConsumeToken {
    type Request = ConsumeTokenRequest;

    fn read(call: &Call) -> Result<ConsumeTokenRequest, Error> {
        let body = call.body()?;
        let fields = Fields::read(body, 1)?;
        let text = |token: &Value| match token.as_str() {
            Some(token) => Ok(token.to_owned()),
            None => Err(Error::bad_input(
                "The password reset token must be a string",
            )),
        };
        Ok(ConsumeTokenRequest {
            password: fields.text(PASSWORD),
            token: body.get("token").map(text).transpose()?,
        })
    }
}

impl fmt::Debug for ConsumeTokenRequest {
    /// Password and token are left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsumeTokenRequest")
            .finish_non_exhaustive()
    }
}
