//! The OpenAPI description: text in, checked [`Document`] out.
//!
//! Everything that is wrong with the text itself is found here, all of it at once and each at its
//! place: syntax, version, shape, references, duplicates. What it *means* is the business of `lower`.
//! A document that leaves this module has no reference that leads nowhere or in a circle.

pub(crate) mod at;
mod duplicates;
mod refs;
pub(crate) mod resolve;
mod shape;
mod typed;
mod validate;
mod version;

use openapiv3::OpenAPI;
use serde_json::Value;

use crate::diagnostic::Diagnostics;
use crate::source::spans::SpanMap;
use crate::source::{SourceFile, read};

/// A description that was read and checked.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// The typed document. Examples, links and callbacks are left out: nothing is made from them.
    pub(crate) api: OpenAPI,
    /// The whole file as it was written, for what the types do not hold: words beside a `$ref`.
    pub(crate) raw: Value,
    /// Where everything stands.
    pub(crate) spans: SpanMap,
    /// What is doubtful but understood.
    pub(crate) warnings: Diagnostics,
}

/// Reads and checks a description.
pub(crate) fn parse(file: &SourceFile) -> Result<Document, Diagnostics> {
    let (raw, spans) = read::read(file).map_err(Diagnostics::from)?;
    version::check(&raw, &spans)?;
    let mut findings = validate::validate(&raw, &spans);
    let mut diagnostics = std::mem::take(&mut findings.diagnostics);
    diagnostics.extend(refs::check(&raw, &spans, &findings.references));
    diagnostics.extend(duplicates::check(&raw, &spans, &findings));
    diagnostics.sort_by_place();
    if diagnostics.has_errors() {
        return Err(diagnostics);
    }
    let api = typed::document(&findings.typed, &spans)?;
    Ok(Document {
        api,
        raw,
        spans,
        warnings: diagnostics,
    })
}

/// Everything that can be said about a description by itself: errors, or else warnings.
pub fn check_spec(file: &SourceFile) -> Diagnostics {
    match parse(file) {
        Ok(document) => document.warnings,
        Err(diagnostics) => diagnostics,
    }
}
