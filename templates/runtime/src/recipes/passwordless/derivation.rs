//! How the values of an attempt are derived from each other.
//!
//! | Value | Definition | As text |
//! |---|---|---|
//! | device id | 32 random bytes, which the client keeps | base64, 44 characters |
//! | pre-auth session id | SHA-256(device id) | base64url without padding, 43 |
//! | salt | 32 random bytes, which never leave the server | |
//! | user input code | six random digits | |
//! | link code | HMAC-SHA-256(device id ‖ salt, user input code) | base64url without padding, 43 |
//!
//! Code and link are one secret: with the device id the server computes the link code from the code that was
//! typed. It stores SHA-256 of the link code and of the device id. A thief of the database has no device id, and
//! so cannot try the million codes against the hash.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::crypto::token::{self, SECRET_BYTES};
use crate::error::Error;

/// How many codes there are.
const CODES: u32 = 1_000_000;

const ANY_PADDING: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, ANY_PADDING);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, ANY_PADDING);

/// What the client that began an attempt keeps. As long as only that client knows it, a code is of no use to
/// an attacker.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct DeviceId(Vec<u8>);

/// The secret of a link.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct LinkCode(Vec<u8>);

impl DeviceId {
    /// A new one.
    ///
    /// # Errors
    /// The random generator failed.
    pub(super) fn random() -> Result<Self, Error> {
        Ok(Self(token::random_bytes::<SECRET_BYTES>()?.to_vec()))
    }

    /// Reads one that a client sends; `None` if it is not base64.
    pub(super) fn parse(text: &str) -> Option<Self> {
        STANDARD.decode(text).ok().map(Self)
    }

    /// As clients have it.
    pub(super) fn text(&self) -> String {
        STANDARD.encode(&self.0)
    }

    /// The name of its attempt.
    pub(super) fn pre_auth_session_id(&self) -> String {
        token::encode(&token::sha256(&self.0))
    }
}

impl LinkCode {
    /// That of a code.
    pub(super) fn derive(device_id: &DeviceId, salt: &[u8], user_input_code: &str) -> Self {
        let key = [&device_id.0, salt].concat();
        Self(token::hmac_sha256(&key, user_input_code.as_bytes()).to_vec())
    }

    /// Reads one that a client sends; `None` if it is not base64url.
    pub(super) fn parse(text: &str) -> Option<Self> {
        URL_SAFE.decode(text).ok().map(Self)
    }

    /// As it stands in a link.
    pub(super) fn text(&self) -> String {
        token::encode(&self.0)
    }

    /// What is stored of it.
    pub(super) fn hash(&self) -> String {
        token::encode(&token::sha256(&self.0))
    }
}

/// Six digits, each as likely as any other.
///
/// # Errors
/// The random generator failed.
pub(super) fn user_input_code() -> Result<String, Error> {
    // Beyond the last whole million some codes would be likelier than others.
    let whole = u32::MAX - u32::MAX % CODES;
    loop {
        let number = u32::from_le_bytes(token::random_bytes()?);
        if number < whole {
            return Ok(format!("{:06}", number % CODES));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(from: u8) -> Vec<u8> {
        (from..from + 32).collect()
    }

    #[test]
    fn values_follow_from_each_other_as_in_the_reference() {
        let device_id = DeviceId(bytes(0));
        let text = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
        assert_eq!(device_id.text(), text);
        assert!(DeviceId::parse(text) == Some(device_id.clone()));
        assert_eq!(
            device_id.pre_auth_session_id(),
            "Yw3NKWbEM2aRElRIu7JbT_QSpJxzLbLIq8G4WBvXEN0"
        );
        let link_code = LinkCode::derive(&device_id, &bytes(32), "123456");
        let text = "GG0Ss4OqlRCeHdv7UHj5zeJmudmi8pXGJTZlfjEbW4Q";
        assert_eq!(link_code.text(), text);
        assert!(LinkCode::parse(text) == Some(link_code.clone()));
        assert_eq!(
            link_code.hash(),
            "nDpoavHqv8vldu3TKssOJvqFyOknHBs1tz-eXK0LVps"
        );
    }

    #[test]
    fn codes_have_six_digits_and_begin_with_any_of_them() {
        let codes: Vec<String> = (0..500)
            .map(|_| user_input_code().expect("a code"))
            .collect();
        for code in &codes {
            assert!(
                code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()),
                "{code}"
            );
        }
        for digit in '0'..='9' {
            assert!(codes.iter().any(|code| code.starts_with(digit)), "{digit}");
        }
    }

    #[test]
    fn what_is_not_base64_is_neither_a_device_nor_a_link() {
        assert!(DeviceId::parse("!!").is_none());
        assert!(LinkCode::parse("!!!").is_none());
        // These texts have the form of a link code, but none was ever sent.
        assert!(DeviceId::parse("").is_some() && LinkCode::parse("abcd").is_some());
        // Padding is optional.
        assert!(DeviceId::parse("AAE=") == DeviceId::parse("AAE"));
    }
}
