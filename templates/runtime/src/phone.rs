//! What a phone number is: the one definition, for forms, text messages and the database.
//!
//! A number is read with its country code and kept in the form of E.164 (`+36201234567`), so two ways of writing it
//! are one number, and one user. Whether it can exist is decided by the metadata of Google's libphonenumber, by way
//! of the crate `phonenumber`; the browser library uses the same data. Numbers that charge those who call them or
//! send to them (premium rate, shared cost) are refused: no user signs in with one, and they are what SMS pumping
//! earns money with.

use std::fmt;

#[cfg(not(feature = "sms"))]
#[path = "phone/no_metadata.rs"]
mod metadata;
#[cfg(feature = "sms")]
mod metadata;

/// The most digits of a number (E.164 §6.2.1) with a national prefix of one digit, which some write too.
const MOST_DIGITS: usize = 16;

/// The longest text that is looked at, as in the browser library.
const LONGEST: usize = 250;

/// A phone number in its normal form: `+`, country code and number (E.164).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneNumber(String);

/// A text that is not a phone number. The browser library uses its text as a translation key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidPhoneNumber;

impl PhoneNumber {
    /// Reads a number that a user typed; it must begin with `+` and the country code. Without the feature `sms` no
    /// text is a number.
    ///
    /// # Errors
    /// It is not a number to which a text message can be sent.
    pub fn parse(text: &str) -> Result<Self, InvalidPhoneNumber> {
        let digits = digits(text).ok_or(InvalidPhoneNumber)?;
        let normal = metadata::normalise(&digits).ok_or(InvalidPhoneNumber)?;
        Self::from_normal(&normal).ok_or(InvalidPhoneNumber)
    }

    /// Reads a number in its normal form, as the database holds it.
    pub(crate) fn from_normal(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('+')?;
        let is_normal = (3..MOST_DIGITS).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
            && !digits.starts_with('0');
        is_normal.then(|| Self(text.to_owned()))
    }

    /// The number as text: `+36201234567`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whose prefix it has: the country code and, where several countries share one, the country: `+36 HU`, `+1 JM`.
    pub fn country(&self) -> String {
        metadata::country(&self.0)
    }
}

/// The `+` and the digits of a number with the punctuation that people write in between; `None` if there is anything
/// else. So the parser behind it never sees more than a few digits.
fn digits(text: &str) -> Option<String> {
    if text.len() > LONGEST {
        return None;
    }
    let rest = crate::email::trim(text).strip_prefix('+')?;
    let mut digits = "+".to_owned();
    for c in rest.chars() {
        match c {
            '0'..='9' => digits.push(c),
            '-' | '.' | '/' | '(' | ')' | '\u{2010}'..='\u{2015}' | '\u{2212}' => {}
            c if c.is_whitespace() => {}
            _ => return None,
        }
    }
    (digits.len() <= 1 + MOST_DIGITS).then_some(digits)
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Hides the number: what is written with `{:?}` may end in a log.
impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber(…)")
    }
}

impl fmt::Display for InvalidPhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone number is invalid")
    }
}

impl std::error::Error for InvalidPhoneNumber {}

#[cfg(all(test, feature = "sms"))]
mod tests {
    use super::*;

    fn normal(text: &str) -> Option<String> {
        let number = PhoneNumber::parse(text).ok()?;
        assert_eq!(
            PhoneNumber::from_normal(number.as_str()),
            Some(number.clone())
        );
        Some(number.to_string())
    }

    #[test]
    fn a_number_has_one_form_however_it_is_written() {
        for (text, expected) in [
            (" +36 20-123-4567 ", "+36201234567"),
            ("+36201234567", "+36201234567"),
            ("+36 (20) 123/45.67", "+36201234567"),
            ("+36\u{a0}20\u{2011}123\u{2013}4567", "+36201234567"),
            ("+44 (0)20 7946 0000", "+442079460000"),
            ("+1 415 555 2671", "+14155552671"),
            ("+49 170 1234567", "+491701234567"),
            ("+81 90-1234-5678", "+819012345678"),
        ] {
            assert_eq!(normal(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_with_a_country_code_is_refused() {
        for text in [
            "",
            "+",
            "abc",
            "+abc",
            // Without `+` there is no country; so is a `+` that a query string has made a blank of.
            "06201234567",
            "36201234567",
            " 36201234567",
            "0036201234567",
            // Too short, too long, no such country, no such number.
            "+361",
            "+362012345678901",
            "+999123456789",
            "+36201234567890",
            "+1 000 000 0000",
            // More than a number.
            "+36201234567x",
            "+36201234567;ext=5",
            "tel:+36201234567",
            "+36201234567,+36201234568",
            "+36\n20é1234567",
            "++36201234567",
            "ana@ex.co",
        ] {
            assert_eq!(normal(text), None, "{text}");
        }
        assert_eq!(normal(&format!("+{}", "1 ".repeat(200))), None);
    }

    #[test]
    fn numbers_that_charge_those_who_send_to_them_are_refused() {
        for text in ["+49 900 1 123456", "+44 9012 345678", "+36 90 123 456"] {
            assert_eq!(normal(text), None, "{text}");
        }
    }

    #[test]
    fn countries_that_share_a_code_are_distinguished() {
        for (text, country) in [
            ("+36201234567", "+36 HU"),
            ("+14155552671", "+1 US"),
            ("+18765550123", "+1 JM"),
            ("+77012345678", "+7 KZ"),
        ] {
            let number = PhoneNumber::parse(text).expect(text);
            assert_eq!(number.country(), country);
        }
    }

    #[test]
    fn debug_output_hides_the_number() {
        let number = PhoneNumber::parse("+36201234567").expect("a number");
        assert!(!format!("{number:?}").contains("36"));
    }
}
