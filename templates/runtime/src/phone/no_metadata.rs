//! In place of the numbers of each country, in a program that is built without the feature `sms`.

/// No text is a number.
pub(super) fn normalise(_digits: &str) -> Option<String> {
    None
}

/// There is no number to ask for.
pub(super) fn country(_normal: &str) -> String {
    String::new()
}
