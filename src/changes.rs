//! What a change of the description means to released clients and to existing code.
//!
//! Two [`Api`]s are compared, not two texts: what generates the same server and client is no change,
//! however differently it is written.
//!
//! docs/diff.md shows where that differs from what a comparison of documents says.

mod answers;
mod constraints;
mod constructors;
mod models;
mod operations;
mod recipes;
mod requests;
mod sheet;
mod types;
mod unions;

use crate::ir::Api;

/// What a change means, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// A call that released clients make fails, or lacks something that they rely on.
    Breaking,
    /// What needed a session is open to everyone.
    Open,
    /// An answer or a value that released clients do not know.
    Unknown,
    /// What released clients send is no longer read.
    Ignored,
    /// Code that uses the generated server or client has to change when both are generated again.
    Code,
    /// Nothing has to change.
    Compatible,
}

impl Effect {
    /// All of them, the worst first.
    pub const ALL: [Self; 6] = [
        Self::Breaking,
        Self::Open,
        Self::Unknown,
        Self::Ignored,
        Self::Code,
        Self::Compatible,
    ];

    /// Its name in options and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Open => "open",
            Self::Unknown => "unknown",
            Self::Ignored => "ignored",
            Self::Code => "code",
            Self::Compatible => "compatible",
        }
    }
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What it means.
    pub effect: Effect,
    /// A stable kebab-case word, such as `route-removed`.
    pub code: &'static str,
    /// One sentence in lower case that names the thing in backticks.
    pub text: String,
    /// The `operationId`s that it concerns, in the order of the new description.
    pub operations: Vec<String>,
}

/// All changes from one API to another, the worst first.
pub(crate) fn compare(old: &Api, new: &Api) -> Vec<Change> {
    let mut changes = operations::compare(old, new);
    changes.extend(recipes::compare(old, new));
    changes.sort_by_key(|change| change.effect);
    changes
}
