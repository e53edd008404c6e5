//! What the operations read of a request.

use std::fmt;

use serde_json::{Map, Value};

use super::fields::Declared;
use super::{EmailExists, SignIn, SignUp};
use crate::call::{Call, HasRequest};
use crate::error::Error;
use crate::users::form_fields::{EMAIL, Fields, PASSWORD};

/// What a client signs up with.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct SignUpRequest {
    /// The address as it was typed; empty without such a field.
    pub email: String,
    /// The password as it was typed; empty without such a field.
    pub password: String,
    /// The values of all other fields by their id, of any type that JSON has. The behaviour ignores those that the
    /// application has not declared.
    pub form_fields: Map<String, Value>,
}

/// What a client signs in with.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignInRequest {
    /// The address as it was typed; empty without such a field.
    pub email: String,
    /// The password as it was typed; empty without such a field.
    pub password: String,
}

/// A question whether a user has an address.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EmailExistsRequest {
    /// The address as it was typed.
    pub email: String,
}

impl HasRequest for SignUp {
    type Request = SignUpRequest;

    fn read(call: &Call) -> Result<SignUpRequest, Error> {
        let declared = call.auth().part::<Declared>()?;
        let fields = Fields::read(call.body()?, declared.all().len())?;
        Ok(SignUpRequest {
            email: fields.text(EMAIL),
            password: fields.text(PASSWORD),
            form_fields: fields.others(),
        })
    }
}

impl HasRequest for SignIn {
    type Request = SignInRequest;

    fn read(call: &Call) -> Result<SignInRequest, Error> {
        let fields = Fields::read(call.body()?, 2)?;
        Ok(SignInRequest {
            email: fields.text(EMAIL),
            password: fields.text(PASSWORD),
        })
    }
}

impl HasRequest for EmailExists {
    type Request = EmailExistsRequest;

    fn read(call: &Call) -> Result<EmailExistsRequest, Error> {
        let email = call
            .query("email")
            .ok_or_else(|| Error::bad_input("Please provide the email as a GET param"))?;
        Ok(EmailExistsRequest {
            email: email.to_owned(),
        })
    }
}

impl fmt::Debug for SignUpRequest {
    /// The password is left out, and the other fields: they may be secrets, too.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignUpRequest")
            .field("email", &self.email)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SignInRequest {
    /// The password is left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignInRequest")
            .field("email", &self.email)
            .finish_non_exhaustive()
    }
}
