//! Texts of a description in comments and documents.

use std::borrow::Cow;

/// A text without characters that comments of source code must not hold: compilers refuse bidirectional controls there
/// (CVE-2021-42574), and control characters have no meaning. Line breaks stay, as `\n`.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    let is_odd = |character: char| {
        character.is_control() && !matches!(character, '\n' | '\t')
            || is_bidirectional_control(character)
            || character == '\u{feff}'
    };
    if !text.contains(is_odd) {
        return Cow::Borrowed(text);
    }
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept = text.chars().filter(|character| !is_odd(*character));
    Cow::Owned(kept.collect())
}

/// Whether a character changes the direction of the text around it (Unicode Standard Annex 9, §2).
pub(crate) fn is_bidirectional_control(character: char) -> bool {
    matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_dropped() {
        assert_eq!(printable("a\u{202e}b\u{7}c\r\nd\te"), "abc\nd\te");
        assert!(matches!(printable("שלום\n"), Cow::Borrowed(_)));
    }
}
