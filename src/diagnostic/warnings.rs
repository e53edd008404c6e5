//! Warnings by their codes: which are allowed, and whether the others stop the run.

use super::{Diagnostics, Severity};

/// The codes of all warnings, sorted.
pub(crate) const WARNINGS: &[&str] = &[
    "angle-bracket-segment",
    "app-info-assumed",
    "app-info-cross-site",
    "app-info-insecure-api",
    "app-info-no-default",
    "app-info-unknown-field",
    "beside-ref",
    "closed-form-field-ids",
    "cookie-parameter",
    "dangling-mapping",
    "default-not-filled",
    "document-parameter",
    "forgotten-fields",
    "ignored-encoding",
    "ignored-parameter-detail",
    "ignored-schema-identity",
    "ignored-servers",
    "incomplete-media-type",
    "invisible-blanks-in-path",
    "key-in-another-case",
    "merged-union-members",
    "missing-answer-body",
    "missing-description",
    "missing-items",
    "misspelt-status",
    "newer-spelling",
    "no-operations",
    "not-generated",
    "null-parameter",
    "older-spelling",
    "parameter-not-in-path",
    "parameter-with-two-names",
    "path-in-another-case",
    "path-of-published-fdi",
    "read-or-write-only",
    "required-without-property",
    "response-as-schema",
    "schema-as-response",
    "schema-of-text",
    "slow-pattern",
    "status-without-answer",
    "swagger-2-leftover",
    "swapped-descriptions",
    "text-error-body",
    "unchecked-condition",
    "unchecked-constraint",
    "unchecked-security",
    "undeclared-path-parameter",
    "unknown-dialect",
    "unknown-field",
    "unread-media-type",
    "unsendable-body",
    "unsendable-method",
    "untyped-alternatives",
    "untyped-answer-headers",
    "wide-integer",
];

/// What is done about warnings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WarningLevels {
    /// The codes of those that are not shown.
    pub allow: Vec<String>,
    /// Whether the others are errors.
    pub deny: bool,
}

impl Diagnostics {
    /// Drops the warnings that are allowed, and makes errors of the others where they are denied.
    #[must_use]
    pub(crate) fn leveled(mut self, levels: &WarningLevels) -> Self {
        self.0.retain(|one| {
            one.severity == Severity::Error || !levels.allow.iter().any(|code| code == one.code)
        });
        if levels.deny {
            for one in &mut self.0 {
                one.severity = Severity::Error;
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::diagnostic::Diagnostic;

    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("it is readable").path();
            if path.is_dir() {
                sources(&path, found);
            } else {
                found.push(path);
            }
        }
    }

    /// Another code could not be allowed by `auth-gen.toml`.
    #[test]
    fn every_warning_is_in_the_list() {
        let mut files = Vec::new();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        sources(&root, &mut files);
        let mut codes = BTreeSet::new();
        let mut add = |rest: &str| {
            if let Some((code, _)) = rest.split_once('"') {
                codes.insert(code.to_owned());
            }
        };
        for file in files {
            let text = fs::read_to_string(&file).expect("it is UTF-8");
            let code = text
                .split("#[cfg(test)]\nmod tests {")
                .next()
                .expect("a first part");
            for rest in code.split("Diagnostic::warning(").skip(1) {
                if let Some(rest) = rest.trim_start().strip_prefix('"') {
                    add(rest);
                }
            }
            if file.ends_with("tolerances.rs") {
                for line in code.lines().filter(|line| line.ends_with("\",")) {
                    if let Some((_, rest)) = line.split_once(" = \"") {
                        add(rest);
                    }
                }
            }
        }
        let listed: BTreeSet<String> = WARNINGS.iter().map(|code| (*code).to_owned()).collect();
        assert_eq!(codes, listed);
        assert!(WARNINGS.is_sorted());
    }

    #[test]
    fn what_is_not_allowed_may_be_denied() {
        let found = || {
            let mut found = Diagnostics::default();
            found.push(Diagnostic::warning("beside-ref", "a warning"));
            found.push(Diagnostic::warning("default-not-filled", "another"));
            found.push(Diagnostic::error("beside-ref", "an error of the same code"));
            found
        };
        let levels = |deny| WarningLevels {
            allow: vec!["beside-ref".to_owned()],
            deny,
        };
        let left = found().leveled(&levels(false));
        let titles: Vec<_> = left.iter().map(|one| one.title.as_str()).collect();
        assert_eq!(titles, ["another", "an error of the same code"]);
        assert!(
            found()
                .leveled(&levels(true))
                .iter()
                .all(|one| one.severity == Severity::Error)
        );
    }
}
