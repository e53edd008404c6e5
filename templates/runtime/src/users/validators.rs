//! What is a valid password. What is a valid address, [`EmailAddress`] says.
//!
//! Rule: the texts and the grammar are those of the browser library, byte for byte: it checks the same
//! before it sends anything, and uses the texts as translation keys.

use crate::email::EmailAddress;

/// Why a new password is refused; the first rule that it breaks.
pub(crate) fn password(value: &str) -> Option<&'static str> {
    // JavaScript counts UTF-16 units, and so do the checks in the browser.
    let length = value.encode_utf16().count();
    // The patterns of the browser library do not look past a line break.
    let has = |matches: fn(&char) -> bool| {
        value.chars().any(|c| matches(&c)) && !value.chars().any(is_line_break)
    };
    if length < 8 {
        Some("Password must contain at least 8 characters, including a number")
    } else if length >= 100 {
        Some("Password's length must be lesser than 100 characters")
    } else if !has(char::is_ascii_alphabetic) {
        Some("Password must contain at least one alphabet")
    } else if !has(char::is_ascii_digit) {
        Some("Password must contain at least one number")
    } else {
        None
    }
}

/// Whether the address was made up for a user without one; it cannot be used to sign in.
pub(crate) fn is_fake_email(email: &EmailAddress) -> bool {
    let email = email.as_str();
    email.ends_with("@stfakeemail.supertokens.com") || email.ends_with(".fakeemail.com")
}

fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_judged_by_the_first_rule_they_break() {
        assert_eq!(password("passw0rd"), None);
        assert_eq!(password(&format!("a1{}", "x".repeat(97))), None);
        assert!(password(&format!("a1{}", "x".repeat(98))).is_some_and(|t| t.contains("lesser")));
        assert!(password("12345678").is_some_and(|text| text.contains("alphabet")));
        assert!(password("abcdefgh").is_some_and(|text| text.ends_with("one number")));
        // Four emoji are eight UTF-16 units.
        assert!(password("😀😀😀😀").is_some_and(|text| text.contains("alphabet")));
        assert!(password("passw0rd\n").is_some_and(|text| text.contains("alphabet")));
    }
}
