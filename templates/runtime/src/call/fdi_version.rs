//! The version of the Frontend Driver Interface that a client supports.
//!
//! Rule: no version is refused. A client lists all that it supports and the largest counts; one without
//! the header supports the newest.

/// A version, or "the newest".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FdiVersion(Option<Vec<u64>>);

impl FdiVersion {
    /// Reads the header `fdi-version`: one version, or several with commas between them.
    pub fn parse(header: Option<&str>) -> Self {
        Self(header.map(|list| {
            list.split(',')
                .filter_map(numbers)
                .max()
                .unwrap_or_default()
        }))
    }

    /// Whether the client sent the versions that it supports.
    pub fn is_named(&self) -> bool {
        self.0.is_some()
    }

    /// Whether the client supports this version or a later one; compared number by number.
    pub fn at_least(&self, version: &[u64]) -> bool {
        self.0.as_ref().is_none_or(|own| own.as_slice() >= version)
    }
}

fn numbers(version: &str) -> Option<Vec<u64>> {
    version
        .trim()
        .split('.')
        .map(|number| number.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_version_of_a_list_counts() {
        let at_least = |header, version: &[u64]| FdiVersion::parse(header).at_least(version);
        assert!(at_least(None, &[9, 9]));
        assert!(at_least(Some("1.17,1.18"), &[1, 18]));
        assert!(at_least(Some("1.16, 3.1"), &[3, 1]));
        assert!(at_least(Some("4.2"), &[3, 1]) && at_least(Some("3.1.5"), &[3, 1]));
        assert!(!at_least(Some("3.0"), &[3, 1]) && !at_least(Some("3"), &[3, 0]));
        assert!(!at_least(Some("banana"), &[3, 1]) && !at_least(Some(""), &[3, 1]));
    }
}
