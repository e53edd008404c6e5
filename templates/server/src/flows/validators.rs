//! What is a valid password and a valid address.
//!
//! Rule: the texts and the grammar are those of the browser library, byte for byte: it checks the same
//! before it sends anything, and uses the texts as translation keys.

/// Why a new password is refused; the first rule that it breaks.
pub(super) fn password(value: &str) -> Option<&'static str> {
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

/// Why an address is refused.
pub(super) fn email(value: &str) -> Option<&'static str> {
    let valid = value
        .rsplit_once('@')
        .is_some_and(|(local, domain)| is_local(local) && is_domain(domain));
    (!valid).then_some("Email is invalid")
}

/// An address as it is stored and compared.
pub(crate) fn normal_email(value: &str) -> String {
    trim(value).to_lowercase()
}

/// Whether the address was made up for a user without one; nobody can sign in with it.
pub(super) fn is_fake_email(value: &str) -> bool {
    value.ends_with("@stfakeemail.supertokens.com") || value.ends_with(".fakeemail.com")
}

/// Without white space around it, as JavaScript trims.
pub(super) fn trim(value: &str) -> &str {
    value.trim_matches(is_space)
}

/// Runs of ordinary characters with single dots between them, or a quoted text.
fn is_local(local: &str) -> bool {
    let quoted = local
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    if let Some(text) = quoted {
        return !text.is_empty() && !text.chars().any(is_line_break);
    }
    let ordinary = |c: char| !"<>()[]\\.,;:@\"".contains(c) && !is_space(c);
    local
        .split('.')
        .all(|run| !run.is_empty() && run.chars().all(ordinary))
}

/// An IPv4 address in brackets, or labels and a top-level domain of two letters or more.
fn is_domain(domain: &str) -> bool {
    if let Some(address) = domain
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        let group =
            |group: &str| matches!(group.len(), 1..=3) && group.bytes().all(|b| b.is_ascii_digit());
        return address.split('.').count() == 4 && address.split('.').all(group);
    }
    let Some((labels, top)) = domain.rsplit_once('.') else {
        return false;
    };
    let label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    labels.split('.').all(label) && top.len() >= 2 && top.bytes().all(|b| b.is_ascii_alphabetic())
}

/// White space of JavaScript's patterns.
fn is_space(c: char) -> bool {
    c == '\u{feff}' || (c.is_whitespace() && c != '\u{85}')
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

    #[test]
    fn addresses_follow_the_grammar_of_the_browser_library() {
        for valid in [
            "a@b.co",
            "A.b+c@x-1.y.ORG",
            "\"a b@c\"@ex.co",
            "a@[1.2.3.4]",
            "ü@ex.co",
        ] {
            assert_eq!(email(valid), None, "{valid}");
        }
        let refused = [
            "",
            "a",
            "a@b",
            "a@b.c",
            "a@b.c1",
            ".a@b.co",
            "a..b@c.co",
            "a b@c.co",
            "\"\"@c.co",
            "a@[1.2.3]",
        ];
        for invalid in refused {
            assert!(email(invalid).is_some(), "{invalid}");
        }
    }

    #[test]
    fn blanks_are_those_of_javascript() {
        assert_eq!(normal_email("\u{feff} Ana@Ex.co\u{a0}\n"), "ana@ex.co");
    }
}
