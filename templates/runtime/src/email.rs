//! What an e-mail address is: the one definition, for forms, mail and the database.
//!
//! The grammar is that of the browser library, which checks the same before it sends anything, without
//! what can never get a mail: quoted local parts, address literals, labels that DNS does not have, and
//! parts that are longer than SMTP carries (RFC 5321 §4.5.3.1, RFC 1035 §2.3.4). Letters and digits of
//! other scripts may stand in a local part (RFC 6531); a domain is ASCII.

use std::fmt;
use std::str::FromStr;

/// The longest local part, in octets (RFC 5321 §4.5.3.1.1).
const LONGEST_LOCAL_PART: usize = 64;
/// The longest address, in octets: a path has 256 with its brackets (RFC 5321 §4.5.3.1.3, erratum 1690 of
/// RFC 3696).
const LONGEST: usize = 254;
/// The longest label of a domain (RFC 1035 §2.3.4).
const LONGEST_LABEL: usize = 63;

/// An e-mail address in its normal form: without white space around it, in lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailAddress(String);

/// A text that is not an e-mail address. The browser library uses its text as a translation key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidEmail;

impl EmailAddress {
    /// Reads an address that a user typed.
    ///
    /// # Errors
    /// It is not an address to which a mail can be sent.
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        let typed = trim(text);
        // Before lower-casing, so that the Kelvin sign in a domain is not taken for a `k`.
        if !is_address(typed) {
            return Err(InvalidEmail);
        }
        // Lower-casing can add octets, and characters that are no letters (`İ` becomes two).
        let normal = typed.to_lowercase();
        if is_address(&normal) {
            Ok(Self(normal))
        } else {
            Err(InvalidEmail)
        }
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Without white space around it, as JavaScript trims.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// White space of JavaScript's patterns.
fn is_space(c: char) -> bool {
    c == '\u{feff}' || (c.is_whitespace() && c != '\u{85}')
}

fn is_address(text: &str) -> bool {
    text.len() <= LONGEST
        && text
            .rsplit_once('@')
            .is_some_and(|(local, domain)| is_local_part(local) && is_domain(domain))
}

/// Runs of `atext` (RFC 5322 §3.2.3), or of letters and digits of any script, with single dots between them.
fn is_local_part(text: &str) -> bool {
    let is_atext = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    text.len() <= LONGEST_LOCAL_PART
        && text
            .split('.')
            .all(|run| !run.is_empty() && run.chars().all(is_atext))
}

/// Labels of a host name (RFC 1123 §2.1), and a top-level domain of two letters or more.
fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        label.len() <= LONGEST_LABEL
            && !label.starts_with('-')
            && !label.ends_with('-')
            && !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let is_top = |label: &str| label.len() >= 2 && label.bytes().all(|b| b.is_ascii_alphabetic());
    text.rsplit_once('.')
        .is_some_and(|(_, top)| is_top(top) && text.split('.').all(is_label))
}

impl FromStr for EmailAddress {
    type Err = InvalidEmail;

    fn from_str(text: &str) -> Result<Self, InvalidEmail> {
        Self::parse(text)
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Hides the address: what is written with `{:?}` may end in a log.
impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

impl fmt::Display for InvalidEmail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email is invalid")
    }
}

impl std::error::Error for InvalidEmail {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every text here that is an address must be one to the mailer too.
    fn is_valid(text: &str) -> bool {
        match EmailAddress::parse(text) {
            Ok(address) => {
                #[cfg(feature = "smtp")]
                assert!(
                    address.as_str().parse::<lettre::Address>().is_ok(),
                    "the mailer refuses {text:?}"
                );
                assert_eq!(EmailAddress::parse(address.as_str()), Ok(address));
                true
            }
            Err(InvalidEmail) => false,
        }
    }

    #[test]
    fn addresses_that_can_get_mail_are_accepted() {
        let longest_local = format!("{}@ex.co", "x".repeat(64));
        let label = "d".repeat(61);
        let longest = format!("{}@{label}.{label}.{label}.co", "x".repeat(65 - 2));
        assert_eq!(longest.len(), 252);
        for valid in [
            "a@b.co",
            "A.b+c@x-1.y.ORG",
            "!#$%&'*+-/=?^_`{|}~@ex.co",
            "ü@ex.co",
            "用户@ex.co",
            "a@xn--exmple-cua.com",
            &longest_local,
            &longest,
        ] {
            assert!(is_valid(valid), "{valid}");
        }
    }

    #[test]
    fn addresses_that_can_never_get_mail_are_refused() {
        let label = "d".repeat(63);
        for invalid in [
            "",
            "@",
            "a",
            "a@b",
            "a@b.c",
            "a@b.c1",
            "a@b.co.",
            ".a@b.co",
            "a.@b.co",
            "a..b@c.co",
            "a b@c.co",
            "a@b@c.co",
            "a,b@c.co",
            "\"\"@c.co",
            "\"a b@c\"@ex.co",
            "a@[1.2.3.4]",
            "a@1.2.3.4",
            "a@-b.co",
            "a@b-.co",
            "a@exämple.com",
            "a@ex.\u{212a}o",
            "a\0@ex.co",
            "a\u{85}b@ex.co",
            "a\u{9f}@ex.co",
            "a\u{7f}@ex.co",
            "a\u{202e}b@ex.co",
            "a\u{200b}b@ex.co",
            "😀@ex.co",
            "İ@ex.co",
            "a@ex.co\r\nBcc: eva@ex.co",
            &format!("{}@ex.co", "x".repeat(65)),
            &format!("{}@ex.co", "ü".repeat(33)),
            &format!("a@{label}d.co"),
            &format!("{}@{label}.{label}.{label}.co", "x".repeat(60)),
        ] {
            assert!(!is_valid(invalid), "{invalid:?}");
        }
    }

    #[test]
    fn the_normal_form_is_trimmed_as_javascript_does_and_in_lower_case() {
        let address = EmailAddress::parse("\u{feff} Ana@Ex.co\u{a0}\n").expect("valid");
        assert_eq!(address.as_str(), "ana@ex.co");
        assert_eq!(address.to_string(), "ana@ex.co");
        assert_eq!(format!("{address:?}"), "EmailAddress(…)");
    }
}
