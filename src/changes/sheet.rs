//! Where changes are noted while two descriptions are compared.

use super::{Effect, constructors};
use crate::ir::ModelId;

/// Who writes a value and who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Direction {
    /// Released clients write it as the old description says; the server reads it as the new one says.
    Request,
    /// The server writes it as the new description says; released clients read it as the old one says.
    Answer,
}

/// Two models that stand in the same place, old and new.
pub(super) type Pair = (ModelId, ModelId, Direction);

/// One change, before it is known which operations it concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) effect: Effect,
    pub(super) code: &'static str,
    pub(super) text: String,
}

/// What was found in one place, and the models that are used there.
#[derive(Debug, Clone, Default)]
pub(super) struct Sheet {
    pub(super) findings: Vec<Finding>,
    pub(super) pairs: Vec<Pair>,
}

impl Sheet {
    /// Adds a change.
    pub(super) fn note(&mut self, effect: Effect, code: &'static str, text: String) {
        self.findings.push(Finding { effect, code, text });
    }

    /// Adds what was found on another sheet.
    pub(super) fn extend(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.pairs.extend(other.pairs);
    }

    /// Whether nothing on it disturbs released clients.
    pub(super) fn is_harmless(&self) -> bool {
        let mut findings = self.findings.iter();
        findings.all(|finding| {
            finding.effect == Effect::Compatible || finding.code == constructors::REORDERED
        })
    }
}

/// A value in a description: a thing with a name, and the way from it to the value.
#[derive(Debug, Clone)]
pub(super) struct Place {
    root: String,
    path: String,
}

impl Place {
    /// The thing itself: `the body`.
    pub(super) fn root(root: impl Into<String>) -> Self {
        Self {
            root: root.into(),
            path: String::new(),
        }
    }

    /// A key of the value.
    pub(super) fn key(&self, key: &str) -> Self {
        let dot = if self.path.is_empty() { "" } else { "." };
        Self {
            root: self.root.clone(),
            path: format!("{}{dot}{key}", self.path),
        }
    }

    /// Each item of the value.
    pub(super) fn items(&self) -> Self {
        Self {
            root: self.root.clone(),
            path: format!("{}[]", self.path),
        }
    }
}

/// `` `user.id` of the answer `OK` ``.
impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.root)
        } else {
            write!(f, "`{}` of {}", self.path, self.root)
        }
    }
}
