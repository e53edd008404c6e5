//! What is wrong with the user's input, where, and what to do about it.
//!
//! A [`Diagnostic`] is plain data. Only `diagnostic::render` formats one for a terminal or
//! as JSON, and only the CLI prints it. A stage collects all that it can find before it stops.

mod excerpt;
mod render;
mod suggest;
mod tools;
mod warnings;

pub(crate) use suggest::closest;
pub(crate) use tools::from_root;
pub(crate) use warnings::WARNINGS;
pub use warnings::WarningLevels;

use std::collections::HashMap;

use crate::source::Span;
use crate::source::read::Fault;

/// How bad it is: an error stops the run before anything is written, a warning does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing can be generated from this.
    Error,
    /// Something was understood in another way than it was written; the text says how.
    Warning,
}

/// One problem: a stable code, a sentence, the places, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// A stable kebab-case word, such as `duplicate-operation-id`; one fixture each in `tests/diagnostics`.
    pub code: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// One sentence in lower case that names the thing in backticks.
    pub title: String,
    /// The places: the first is where the user should look, the others explain it.
    pub labels: Vec<(Span, String)>,
    /// Further places of the same mistake: counted on a terminal, listed for tools.
    pub more: Vec<(Span, String)>,
    /// What to do; one paragraph, or empty.
    pub help: String,
}

/// Places of one mistake that are shown; the others are counted.
const SHOWN: usize = 3;

impl Diagnostic {
    /// An error without places; add them with [`Diagnostic::at`].
    pub fn error(code: &'static str, title: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            title: title.into(),
            labels: Vec::new(),
            more: Vec::new(),
            help: String::new(),
        }
    }

    /// A warning without places; add them with [`Diagnostic::at`].
    pub fn warning(code: &'static str, title: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, title)
        }
    }

    /// Adds a place, with a few words that stand under it (may be empty).
    #[must_use]
    pub fn at(mut self, span: Span, label: impl Into<String>) -> Self {
        self.labels.push((span, label.into()));
        self
    }

    /// Adds the places of a mistake that was made several times; the first ones are shown.
    #[must_use]
    pub(crate) fn at_each(mut self, places: Vec<(Span, String)>) -> Self {
        for place in places {
            self.repeat(place);
        }
        self
    }

    /// Adds a place of the same mistake.
    fn repeat(&mut self, place: (Span, String)) {
        if self.labels.len() < SHOWN && self.more.is_empty() {
            self.labels.push(place);
        } else {
            self.more.push(place);
        }
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }
}

/// All that was found in one run, in the order in which it was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Takes over all of another collection.
    pub fn extend(&mut self, others: Diagnostics) {
        self.0.extend(others.0);
    }

    /// Whether at least one is an error.
    pub fn has_errors(&self) -> bool {
        self.0
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// The errors alone.
    #[must_use]
    pub fn errors(&self) -> Self {
        let is_error = |one: &&Diagnostic| one.severity == Severity::Error;
        Self(self.0.iter().filter(is_error).cloned().collect())
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In the order found.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter()
    }
}

impl Diagnostics {
    /// Makes one of all that say the same of several places, and drops what was found twice.
    pub(crate) fn group(&mut self) {
        let mut groups: HashMap<(&'static str, String, String), usize> = HashMap::new();
        let mut grouped: Vec<Diagnostic> = Vec::new();
        for diagnostic in std::mem::take(&mut self.0) {
            let key = (
                diagnostic.code,
                diagnostic.title.clone(),
                diagnostic.help.clone(),
            );
            // Several labels explain each other, and belong together.
            let known = match (groups.get(&key), diagnostic.labels.len()) {
                (Some(known), 1) => &mut grouped[*known],
                (_, labels) => {
                    if labels == 1 {
                        groups.insert(key, grouped.len());
                    }
                    grouped.push(diagnostic);
                    continue;
                }
            };
            for place in diagnostic.labels.into_iter().chain(diagnostic.more) {
                let is_known = |other: &(Span, String)| {
                    other.0.range == place.0.range && other.0.file.name() == place.0.file.name()
                };
                if !known.labels.iter().any(is_known) {
                    known.repeat(place);
                }
            }
        }
        self.0 = grouped;
    }

    /// Puts them in the order of their main places, so that the user reads the file from top to
    /// bottom; those without a place come first.
    pub(crate) fn sort_by_place(&mut self) {
        self.0.sort_by(|left, right| place(left).cmp(&place(right)));
    }
}

fn place(diagnostic: &Diagnostic) -> Option<(&str, usize)> {
    let (span, _) = diagnostic.labels.first()?;
    Some((span.file.name(), span.range.start))
}

impl From<Vec<Fault>> for Diagnostics {
    fn from(faults: Vec<Fault>) -> Self {
        let diagnostics = faults.into_iter().map(|fault| Diagnostic {
            code: fault.code,
            severity: Severity::Error,
            title: fault.title,
            labels: fault.labels,
            more: Vec::new(),
            help: fault.help,
        });
        Self(diagnostics.collect())
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}
