//! Where the messages of an attempt go: an address or a number, each in its normal form.

use serde::{Deserialize, Serialize};
use serde_json::Value;

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
    /// Reads the one that a request names.
    ///
    /// # Errors
    /// [`Error::BadInput`] unless the request names one of a kind that the server sends messages to,
    /// [`Error::General`] for one to which no message can be sent.
    pub(super) fn read(body: &Value, method: ContactMethod) -> Result<Self, Error> {
        let (email, phone_number) = (body.get("email"), body.get("phoneNumber"));
        match (email, phone_number) {
            (Some(_), Some(_)) | (None, None) => {
                let text = "Please provide exactly one of email or phoneNumber";
                Err(Error::bad_input(text))
            }
            (None, Some(_)) if method == ContactMethod::Email => {
                let text =
                    "Please provide an email since you have set the contactMethod to \"EMAIL\"";
                Err(Error::bad_input(text))
            }
            (Some(_), None) if method == ContactMethod::Phone => {
                let text = "Please provide a phoneNumber since you have set the contactMethod to \"PHONE\"";
                Err(Error::bad_input(text))
            }
            (Some(email), _) => {
                let email = email.as_str();
                let email = email.ok_or_else(|| Error::bad_input("The email must be a string"))?;
                let email = EmailAddress::parse(email);
                let email = email.map_err(|invalid| Error::General(invalid.to_string()))?;
                Ok(Self::Email(email.to_string()))
            }
            (None, Some(number)) => {
                let number = number.as_str().ok_or_else(|| {
                    // The reference shows this to users, too.
                    let text =
                        "Development bug: Please make sure the phoneNumber field is a string";
                    Error::General(text.to_owned())
                })?;
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
