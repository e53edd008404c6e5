//! Which of several media types a client wants (RFC 9110 §12.5.1).
//!
//! Rules: the most specific range of `Accept` that names a type gives it its weight; of equal weights the first type that
//! the operation offers wins. Where nothing is acceptable, the first is answered too, as the RFC allows: a client that
//! cannot use it sees by `Content-Type` what it got.

use http::HeaderMap;
use http::header::ACCEPT;

use crate::quality::thousandths;

/// One of the types, by `Accept`.
pub(super) fn preferred<'a>(headers: &HeaderMap, offered: &[&'a str]) -> Option<&'a str> {
    let lines = headers.get_all(ACCEPT).iter();
    let ranges: Vec<Range<'_>> = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .filter_map(Range::parse)
        .collect();
    let mut best: Option<(&'a str, u16)> = None;
    for name in offered {
        let weight = match ranges.is_empty() {
            true => 1000,
            false => weight(&ranges, name),
        };
        if weight > best.map_or(0, |(_, known)| known) {
            best = Some((name, weight));
        }
    }
    best.map(|(name, _)| name).or(offered.first().copied())
}

fn weight(ranges: &[Range<'_>], name: &str) -> u16 {
    let (kind, subtype) = name.split_once('/').unwrap_or((name, ""));
    let subtype = subtype.split(';').next().unwrap_or(subtype).trim();
    let named = ranges.iter().filter_map(|range| {
        let is_kind = range.kind.eq_ignore_ascii_case(kind);
        let specific = match (range.kind, range.subtype) {
            ("*", "*") => 0,
            (_, "*") if is_kind => 1,
            (_, other) if is_kind && other.eq_ignore_ascii_case(subtype) => 2,
            _ => return None,
        };
        Some((specific, range.weight))
    });
    named.max().map_or(0, |(_, weight)| weight)
}

/// `text/*;q=0.5`.
struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    /// In thousandths.
    weight: u16,
}

impl<'a> Range<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let weight = parts.find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim()
                .eq_ignore_ascii_case("q")
                .then_some(value.trim())
        });
        Some(Self {
            kind,
            subtype,
            weight: match weight {
                None => 1000,
                Some(text) => thousandths(text)?,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(accept: &str) -> &'static str {
        let mut headers = HeaderMap::new();
        if !accept.is_empty() {
            headers.insert(ACCEPT, accept.parse().expect("a header value"));
        }
        preferred(&headers, &["application/json", "text/csv"]).expect("something is offered")
    }

    #[test]
    fn the_most_specific_range_gives_the_weight() {
        for accept in [
            "text/csv",
            "TEXT/CSV",
            "text/*, */*;q=0.1",
            "*/*;q=0.5, text/csv",
        ] {
            assert_eq!(chosen(accept), "text/csv", "{accept}");
        }
        let specific = "text/*;q=0.9, text/csv;q=0.1, application/json;q=0.5";
        assert_eq!(chosen(specific), "application/json");
        let refused = "application/json;q=0, */*";
        assert_eq!(chosen(refused), "text/csv");
    }

    #[test]
    fn the_first_offer_wins_where_the_client_does_not_decide() {
        for accept in [
            "",
            "*/*",
            "image/png",
            "text/csv;q=0",
            "text/csv;q=2, nonsense",
            // As a number of 16 bits it would be less than one.
            "text/csv;q=66",
        ] {
            assert_eq!(chosen(accept), "application/json", "{accept}");
        }
        assert_eq!(preferred(&HeaderMap::new(), &[]), None);
    }
}
