//! Which passwords users may choose.
//!
//! Rules:
//! - the only way to a [`NewPassword`] is [`PasswordPolicy::accept`], and what hashes the password of a user takes
//!   nothing else: an operation that sets a password cannot omit the policy;
//! - what is not set is as in the reference, and the texts are those of the browser library, byte for byte: it checks the
//!   same before it sends anything, and uses the texts as translation keys;
//! - what NIST SP 800-63B-4 §3.1.1.2 demands beyond that is a setting: a greater minimum length, in which each Unicode code
//!   point counts as one character, no rules of composition, and lists of known passwords, which are compared with the
//!   whole password. A refusal gives its reason.

mod common;
mod known_hashes;

use std::fmt;
use std::path::PathBuf;

use self::common::CommonPasswords;
use self::known_hashes::KnownHashes;
use crate::error::Error;

/// The length from which on passwords are refused, in UTF-16 units.
const TOO_LONG: usize = 100;

/// The shortest length where none is set, in UTF-16 units.
const DEFAULT_MIN_LENGTH: usize = 8;

const COMMON: &str = "This password is one of the most common ones. Please choose another one.";
const KNOWN: &str = "This password is known from a data breach. Please choose another one.";

/// What the passwords that users choose must be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicySettings {
    /// The fewest Unicode code points. `None`: eight UTF-16 units, as the browser library counts.
    pub min_length: Option<usize>,
    /// Whether a Latin letter and a digit are demanded.
    pub letter_and_digit: bool,
    /// Whether the 10,000 most common passwords are refused.
    pub refuse_common: bool,
    /// A file of SHA-1 hashes of known passwords, in ascending order ([`PasswordPolicy::open`]).
    pub known_hashes: Option<PathBuf>,
}

impl Default for PolicySettings {
    fn default() -> Self {
        Self {
            min_length: None,
            letter_and_digit: true,
            refuse_common: false,
            known_hashes: None,
        }
    }
}

/// Decides which passwords users may choose.
#[derive(Debug, Clone)]
pub struct PasswordPolicy {
    min_length: Option<usize>,
    letter_and_digit: bool,
    common: Option<CommonPasswords>,
    known: Option<KnownHashes>,
}

/// A password that a user may choose. It never appears in a log.
#[derive(Clone)]
pub struct NewPassword(String);

impl fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewPassword")
    }
}

impl NewPassword {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl PasswordPolicy {
    /// The policy of some settings. The file of hashes is "Pwned Passwords" as its downloader writes it: a line for each
    /// hash, 40 hexadecimal digits and what follows a colon, in ascending order. It may be larger than memory: it
    /// stays on disk.
    ///
    /// # Errors
    /// What is wrong with the file, and what to do.
    pub fn open(settings: PolicySettings) -> Result<Self, String> {
        let PolicySettings {
            min_length,
            letter_and_digit,
            refuse_common,
            known_hashes,
        } = settings;
        Ok(Self {
            min_length,
            letter_and_digit,
            common: refuse_common.then(CommonPasswords::unpack).transpose()?,
            known: known_hashes.map(KnownHashes::open).transpose()?,
        })
    }

    /// Whether a user may choose this password; the inner error says why not, for the user.
    ///
    /// # Errors
    /// [`Error::Internal`] if the file of hashes cannot be read: a password that cannot be looked up is not accepted.
    pub async fn accept(&self, password: &str) -> Result<Result<NewPassword, String>, Error> {
        if let Some(reason) = self.broken_rule(password) {
            return Ok(Err(reason));
        }
        if (self.common.as_ref()).is_some_and(|common| common.contains(password)) {
            return Ok(Err(COMMON.to_owned()));
        }
        if let Some(known) = &self.known
            && known.contains(password).await?
        {
            return Ok(Err(KNOWN.to_owned()));
        }
        Ok(Ok(NewPassword(password.to_owned())))
    }

    /// The first rule about length and composition that a password breaks.
    fn broken_rule(&self, value: &str) -> Option<String> {
        // JavaScript counts UTF-16 units, and so do the checks in the browser.
        let units = value.encode_utf16().count();
        let (least, length) = match self.min_length {
            None => (DEFAULT_MIN_LENGTH, units),
            Some(least) => (least, value.chars().count()),
        };
        let composed = self.letter_and_digit;
        // The patterns of the browser library do not look past a line break.
        let lacks = |matches: fn(&char) -> bool| {
            composed && (!value.chars().any(|c| matches(&c)) || value.chars().any(is_line_break))
        };
        if length < least {
            let number = if composed { ", including a number" } else { "" };
            Some(format!(
                "Password must contain at least {least} characters{number}"
            ))
        } else if units >= TOO_LONG {
            Some("Password's length must be lesser than 100 characters".to_owned())
        } else if lacks(char::is_ascii_alphabetic) {
            Some("Password must contain at least one alphabet".to_owned())
        } else if lacks(char::is_ascii_digit) {
            Some("Password must contain at least one number".to_owned())
        } else {
            None
        }
    }
}

fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn refusal(settings: &PolicySettings, password: &str) -> Option<String> {
        let policy = PasswordPolicy::open(settings.clone()).expect("the settings are right");
        let judged = policy.accept(password).await.expect("nothing is read");
        judged.err()
    }

    #[tokio::test]
    async fn passwords_are_judged_by_the_first_rule_they_break() {
        let default = PolicySettings::default();
        let long = format!("a1{}", "x".repeat(98));
        for (password, expected) in [
            ("passw0rd", None),
            (&long[..99], None),
            ("short", Some("at least 8 characters, including a number")),
            (&long, Some("lesser than 100 characters")),
            ("12345678", Some("at least one alphabet")),
            ("abcdefgh", Some("at least one number")),
            // Four emoji are eight UTF-16 units.
            ("😀😀😀😀", Some("at least one alphabet")),
            ("passw0rd\n", Some("at least one alphabet")),
        ] {
            let refusal = refusal(&default, password).await;
            match expected {
                None => assert_eq!(refusal, None, "{password}"),
                Some(end) => assert!(
                    refusal.is_some_and(|text| text.ends_with(end)),
                    "{password}"
                ),
            }
        }
    }

    #[tokio::test]
    async fn a_minimum_length_that_is_set_counts_code_points() {
        let settings = PolicySettings {
            min_length: Some(15),
            letter_and_digit: false,
            ..PolicySettings::default()
        };
        let text = Some("Password must contain at least 15 characters".to_owned());
        assert_eq!(refusal(&settings, "fourteen chars").await, text);
        assert_eq!(refusal(&settings, &"😀".repeat(14)).await, text);
        assert_eq!(refusal(&settings, &"😀".repeat(15)).await, None);
        assert_eq!(refusal(&settings, "correct horse battery").await, None);
        assert_eq!(refusal(&settings, "two lines\nof letters").await, None);
    }

    #[tokio::test]
    async fn common_passwords_are_refused_whatever_their_case_and_only_as_a_whole() {
        let off = PolicySettings::default();
        assert_eq!(refusal(&off, "password1").await, None);
        let on = PolicySettings {
            refuse_common: true,
            ..off
        };
        for password in ["password1", "PassWord1"] {
            assert_eq!(refusal(&on, password).await.as_deref(), Some(COMMON));
        }
        for password in ["password1 of mine", "my password1", "password1\niloveyou1"] {
            let refusal = refusal(&on, password).await;
            assert_ne!(refusal.as_deref(), Some(COMMON), "{password}");
        }
    }

    #[test]
    fn no_password_is_shown() {
        let shown = format!("{:?}", NewPassword("passw0rd".to_owned()));
        assert!(!shown.contains("passw0rd"), "{shown}");
    }
}
