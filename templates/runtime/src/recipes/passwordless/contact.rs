//! Where the messages of an attempt go: an address or a number, each in its normal form.

use serde::{Deserialize, Serialize};

use super::request::CreateCodeRequest;
use super::settings::{ContactMethod, LINK_EMAIL, LINK_PHONE, OTP_EMAIL, OTP_PHONE};
use crate::email::EmailAddress;
use crate::error::Error;
use crate::phone::PhoneNumber;

/// An address or a number, as it is stored with an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Contact {
    /// A mail address.
    #[serde(rename = "email")]
    Email(String),
    /// A phone number.
    #[serde(rename = "phone_number")]
    Phone(String),
}

impl Contact {
    /// Judges the one that a request names.
    ///
    /// # Errors
    /// [`Error::BadInput`] for one of a kind that the server sends no messages to, [`Error::General`] for one to which no
    /// message can be sent.
    pub(super) fn new(request: &CreateCodeRequest, method: ContactMethod) -> Result<Self, Error> {
        match request {
            CreateCodeRequest::Email(_) if !method.has_email() => {
                let text = "Please provide a phoneNumber since you have set the contactMethod to \"PHONE\"";
                Err(Error::bad_input(text))
            }
            CreateCodeRequest::PhoneNumber(_) if !method.has_phone() => {
                let text =
                    "Please provide an email since you have set the contactMethod to \"EMAIL\"";
                Err(Error::bad_input(text))
            }
            CreateCodeRequest::Email(email) => {
                let email = EmailAddress::parse(email);
                let email = email.map_err(|invalid| Error::General(invalid.to_string()))?;
                Ok(Self::Email(email.to_string()))
            }
            CreateCodeRequest::PhoneNumber(number) => {
                let number = PhoneNumber::parse(number);
                let number = number.map_err(|invalid| Error::General(invalid.to_string()))?;
                Ok(Self::Phone(number.to_string()))
            }
        }
    }

    /// As text.
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Email(text) | Self::Phone(text) => text,
        }
    }

    /// The address, if it is one.
    pub(super) fn email(&self) -> Option<&str> {
        match self {
            Self::Email(email) => Some(email),
            Self::Phone(_) => None,
        }
    }

    /// The number, if it is one.
    pub(super) fn phone_number(&self) -> Option<&str> {
        match self {
            Self::Email(_) => None,
            Self::Phone(number) => Some(number),
        }
    }

    /// The id of the first factor with which a code, or a link, from a message to it signs in.
    pub(super) fn factor(&self, is_link: bool) -> &'static str {
        match (self, is_link) {
            (Self::Email(_), false) => OTP_EMAIL,
            (Self::Email(_), true) => LINK_EMAIL,
            (Self::Phone(_), false) => OTP_PHONE,
            (Self::Phone(_), true) => LINK_PHONE,
        }
    }

    /// Whether messages of a server go there.
    pub(super) fn is_of(&self, method: ContactMethod) -> bool {
        match self {
            Self::Email(_) => method.has_email(),
            Self::Phone(_) => method.has_phone(),
        }
    }
}
