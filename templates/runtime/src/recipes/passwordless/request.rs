//! What the operations read of a request.

use std::fmt;

use serde_json::Value;

use super::{ConsumeCode, CreateCode, EmailExists, PhoneNumberExists, ResendCode};
use crate::call::{Call, HasRequest};
use crate::error::Error;

/// Where a sign-in begins: the address or number, as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CreateCodeRequest {
    /// A mail address.
    Email(String),
    /// A phone number.
    PhoneNumber(String),
}

/// Asks for another message.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResendCodeRequest {
    /// The secret of the client that began the attempt, which names the attempt, too; `None` where the client sends
    /// `null`: it has forgotten the attempt.
    pub device_id: Option<String>,
}

/// What a client presents to sign in.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConsumeCodeRequest {
    /// Names the attempt; empty where the client sends something else than a text.
    pub pre_auth_session_id: String,
    /// The code or the link.
    pub presented: CodeOrLink,
}

/// A code or a link.
#[derive(Clone, PartialEq, Eq)]
pub enum CodeOrLink {
    /// What the user typed, in the client that began the attempt.
    Code {
        /// The secret of that client.
        device_id: String,
        /// The code as it was typed.
        user_input_code: String,
    },
    /// What stood behind the `#` of a link.
    Link {
        /// That.
        link_code: String,
    },
}

/// A question whether a user has an address.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EmailExistsRequest {
    /// The address as it was typed.
    pub email: String,
}

/// A question whether a user has a phone number.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PhoneNumberExistsRequest {
    /// The number as it was typed.
    pub phone_number: String,
}

impl HasRequest for CreateCode {
    type Request = CreateCodeRequest;

    fn read(call: &Call) -> Result<CreateCodeRequest, Error> {
        let body = call.body()?;
        match (body.get("email"), body.get("phoneNumber")) {
            (Some(_), Some(_)) | (None, None) => {
                let text = "Please provide exactly one of email or phoneNumber";
                Err(Error::bad_input(text))
            }
            (Some(email), None) => {
                let email = email.as_str();
                let email = email.ok_or_else(|| Error::bad_input("The email must be a string"))?;
                Ok(CreateCodeRequest::Email(email.to_owned()))
            }
            (None, Some(number)) => {
                let number = number.as_str().ok_or_else(|| {
                    // The reference shows this to users, too.
                    let text =
                        "Development bug: Please make sure the phoneNumber field is a string";
                    Error::General(text.to_owned())
                })?;
                Ok(CreateCodeRequest::PhoneNumber(number.to_owned()))
            }
        }
    }
}

impl HasRequest for ResendCode {
    type Request = ResendCodeRequest;

    fn read(call: &Call) -> Result<ResendCodeRequest, Error> {
        let body = call.body()?;
        // It must be present, and is not used: the device id identifies the attempt.
        if body.get("preAuthSessionId").is_none() {
            return Err(Error::bad_input("Please provide preAuthSessionId"));
        }
        let device_id = match body.get("deviceId") {
            None => return Err(Error::bad_input("Please provide a deviceId")),
            Some(Value::Null) => None,
            Some(device_id) => Some(device_id_text(device_id)?),
        };
        Ok(ResendCodeRequest { device_id })
    }
}

impl HasRequest for ConsumeCode {
    type Request = ConsumeCodeRequest;

    fn read(call: &Call) -> Result<ConsumeCodeRequest, Error> {
        let body = call.body()?;
        let id = body.get("preAuthSessionId");
        let id = id.ok_or_else(|| Error::bad_input("Please provide preAuthSessionId"))?;
        Ok(ConsumeCodeRequest {
            pre_auth_session_id: id.as_str().unwrap_or_default().to_owned(),
            presented: CodeOrLink::read(body)?,
        })
    }
}

impl CodeOrLink {
    /// Either a link code, or a device id and a code.
    fn read(body: &Value) -> Result<Self, Error> {
        const ONE_OF: &str =
            "Please provide one of (linkCode) or (deviceId+userInputCode) and not both";
        let (device_id, code) = (body.get("deviceId"), body.get("userInputCode"));
        match (body.get("linkCode"), device_id, code) {
            (Some(link_code), None, None) => {
                let link_code = link_code.as_str().map(str::to_owned);
                let invalid = || Error::bad_input(INVALID_LINK_CODE);
                link_code
                    .map(|link_code| Self::Link { link_code })
                    .ok_or_else(invalid)
            }
            (None, Some(device_id), Some(code)) => {
                let code = code.as_str().ok_or_else(|| {
                    Error::bad_input("Field name 'userInputCode' is invalid in JSON input")
                })?;
                Ok(Self::Code {
                    device_id: device_id_text(device_id)?,
                    user_input_code: code.to_owned(),
                })
            }
            (None, None, None) | (Some(_), _, _) => Err(Error::bad_input(ONE_OF)),
            (None, _, _) => Err(Error::bad_input(
                "Please provide both deviceId and userInputCode",
            )),
        }
    }
}

/// What is said of a link code that is none.
pub(super) const INVALID_LINK_CODE: &str = "Input encoding error in linkCode";

/// What is said of a device id that is none.
pub(super) const INVALID_DEVICE_ID: &str = "Input encoding error in deviceId";

fn device_id_text(device_id: &Value) -> Result<String, Error> {
    let device_id = device_id.as_str().map(str::to_owned);
    device_id.ok_or_else(|| Error::bad_input(INVALID_DEVICE_ID))
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

impl HasRequest for PhoneNumberExists {
    type Request = PhoneNumberExistsRequest;

    fn read(call: &Call) -> Result<PhoneNumberExistsRequest, Error> {
        let number = call
            .query("phoneNumber")
            .ok_or_else(|| Error::bad_input("Please provide the phoneNumber as a GET param"))?;
        Ok(PhoneNumberExistsRequest {
            phone_number: number.to_owned(),
        })
    }
}

impl fmt::Debug for ResendCodeRequest {
    /// The device id is left out: it is a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResendCodeRequest").finish_non_exhaustive()
    }
}

impl fmt::Debug for ConsumeCodeRequest {
    /// Code and link are left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsumeCodeRequest")
            .field("pre_auth_session_id", &self.pre_auth_session_id)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for CodeOrLink {
    /// Code and link are left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Code { .. } => "Code { .. }",
            Self::Link { .. } => "Link { .. }",
        })
    }
}
