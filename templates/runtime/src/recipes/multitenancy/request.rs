//! What the operation reads of a request.

use super::LoginMethods;
use crate::call::{Call, HasRequest};
use crate::error::Error;

/// A question in which ways users sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoginMethodsRequest {
    /// The type of the client, by which providers may have other settings.
    pub client_type: Option<String>,
}

impl HasRequest for LoginMethods {
    type Request = LoginMethodsRequest;

    fn read(call: &Call) -> Result<LoginMethodsRequest, Error> {
        Ok(LoginMethodsRequest {
            client_type: call.query("clientType").map(str::to_owned),
        })
    }
}
