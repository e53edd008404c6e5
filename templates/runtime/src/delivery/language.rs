//! The language of a message.

use std::borrow::Borrow;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use http::{HeaderMap, header};

use crate::quality::thousandths;

/// The longest language tag that every program has to support (RFC 5646 §4.4.1).
const LONGEST: usize = 35;

/// How many ranges of a header are read; browsers send fewer.
const MOST_RANGES: usize = 32;

/// A language tag such as `en` or `pt-br` (RFC 5646), in lower case: case has no meaning in it.
///
/// ```
/// use auth_runtime::delivery::Language;
///
/// assert_eq!("pt-BR".parse::<Language>()?.as_str(), "pt-br");
/// assert!("English".parse::<Language>().is_err());
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(String);

impl Language {
    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// This language, then those that it is a form of: `pt-br`, `pt` (RFC 4647 §3.4, Lookup).
    pub(super) fn with_wider(&self) -> impl Iterator<Item = &str> {
        std::iter::successors(Some(self.as_str()), |tag| {
            tag.rsplit_once('-').map(|(wider, _)| wider)
        })
    }

    /// The one of these languages that a request prefers most.
    pub(super) fn of_request<'a>(
        headers: &HeaderMap,
        known: &'a BTreeSet<Self>,
    ) -> Option<&'a Self> {
        let fields = headers.get_all(header::ACCEPT_LANGUAGE).iter();
        let fields = fields.filter_map(|field| field.to_str().ok());
        let ranges = fields.flat_map(|field| field.split(','));
        let mut ranges: Vec<_> = ranges.take(MOST_RANGES).filter_map(range).collect();
        ranges.sort_by_key(|(_, weight)| Reverse(*weight));
        ranges
            .iter()
            .find_map(|(wanted, _)| wanted.with_wider().find_map(|tag| known.get(tag)))
    }
}

/// A language of `Accept-Language` and its weight in thousandths (RFC 9110 §12.4.2, §12.5.4); `None` for one that is not
/// acceptable, for `*`, and for what is malformed.
fn range(text: &str) -> Option<(Language, u16)> {
    let (tag, parameter) = text.split_once(';').unwrap_or((text, "q=1"));
    let weight = parameter
        .trim()
        .strip_prefix(['q', 'Q'])?
        .strip_prefix('=')?;
    let weight = thousandths(weight)?;
    (weight > 0).then_some((tag.trim().parse().ok()?, weight))
}

/// Sets of languages are searched by tags.
impl Borrow<str> for Language {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Default for Language {
    fn default() -> Self {
        Self("en".to_owned())
    }
}

impl FromStr for Language {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split('-');
        let is_language = parts.next().is_some_and(|part| {
            matches!(part.len(), 2..=3) && part.bytes().all(|b| b.is_ascii_alphabetic())
        });
        let is_right = is_language
            && text.len() <= LONGEST
            && parts.all(|part| {
                matches!(part.len(), 1..=8) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
            });
        if is_right {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err("must be a language tag such as `en` or `pt-BR` (RFC 5646)".to_owned())
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_says_which_languages_it_prefers() {
        let known = BTreeSet::from(["en", "de", "pt-br"].map(|tag| tag.parse().expect("a tag")));
        for (accepted, expected) in [
            ("de", Some("de")),
            ("de-AT, en;q=0.5", Some("de")),
            ("en;q=0.5, de-CH-1996;q=0.9", Some("de")),
            ("fr, PT-br;q=0.4, en;q=0.3", Some("pt-br")),
            // Not acceptable, and then nothing known.
            ("de;q=0", None),
            ("de;q=0.000, en;q=0.001", Some("en")),
            // `pt` does not match `pt-br`.
            ("pt", None),
            ("*", None),
            ("fr", None),
            ("", None),
            (
                "de;q=NaN, de;q=inf, de;q=-1, de;q=2, de;q=66, de;q, de;x=1",
                None,
            ),
            ("English, en_US, de", Some("de")),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, accepted.parse().expect("a value"));
            let found = Language::of_request(&headers, &known);
            assert_eq!(found.map(Language::as_str), expected, "{accepted}");
        }
        let mut headers = HeaderMap::new();
        let long = "x;q=NaN,fr;q=0.5,".repeat(1_000) + "de";
        headers.insert(header::ACCEPT_LANGUAGE, long.parse().expect("a value"));
        assert_eq!(Language::of_request(&headers, &known), None);
    }
}
