//! What [`check()`](super::check) found: plain data, for the CLI to show.

/// How a folder differs from what the input generates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// One for each file, sorted; empty when all is equal.
    pub differences: Vec<Difference>,
    /// How many files were compared.
    pub files: usize,
}

/// One file that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields say what the variants do not")]
pub enum Difference {
    /// It is not there.
    Missing { path: String },
    /// Its input, or the tool, has changed since it was written; or it was never ours.
    Outdated {
        path: String,
        found: String,
        expected: String,
    },
    /// It was edited after it was written.
    Edited {
        path: String,
        found: String,
        expected: String,
    },
    /// It was written once and is no longer generated.
    Extra { path: String },
    /// A link or a folder stands in its place.
    Blocked { path: String, what: &'static str },
}

impl Difference {
    /// The file, relative to the output folder.
    pub fn path(&self) -> &str {
        match self {
            Self::Missing { path }
            | Self::Outdated { path, .. }
            | Self::Edited { path, .. }
            | Self::Extra { path }
            | Self::Blocked { path, .. } => path,
        }
    }
}
