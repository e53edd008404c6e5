//! What must be there once only: operation ids in the file, parameters in their list.

use std::collections::HashSet;

use indexmap::IndexMap;
use serde_json::Value;

use super::files::Files;
use super::place::Place;
use super::validate::Findings;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Reports both kinds.
pub(super) fn check(files: &Files, findings: &Findings<'_>) -> Diagnostics {
    let mut diagnostics = operation_ids(files, findings);
    let mut seen: HashSet<&Place> = HashSet::new();
    for (place, list) in &findings.parameters {
        if seen.insert(place) {
            parameters(files, place, list, &mut diagnostics);
        }
    }
    diagnostics
}

fn operation_ids(files: &Files, findings: &Findings<'_>) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    let mut seen: IndexMap<&str, &Place> = IndexMap::new();
    for (place, operation) in &findings.operations {
        let Some(id) = operation.get("operationId").and_then(Value::as_str) else {
            continue;
        };
        match seen.get(id) {
            // A part that several references lead to.
            Some(first) if *first == place => {}
            Some(first) => diagnostics.push(
                Diagnostic::error(
                    "duplicate-operation-id",
                    format!("two operations have the operationId `{id}`"),
                )
                .at(files.at(&place.under("operationId")), "again here")
                .at(files.at(&first.under("operationId")), "first here")
                .help(
                    "give each operation an id of its own: code and behaviour are named after it",
                ),
            ),
            None => {
                seen.insert(id, place);
            }
        }
    }
    diagnostics
}

/// The list of a path and that of an operation are apart: the operation's overrides.
fn parameters(files: &Files, holder: &Place, list: &[Value], diagnostics: &mut Diagnostics) {
    let mut seen: IndexMap<(String, &str), usize> = IndexMap::new();
    for (index, parameter) in list.iter().enumerate() {
        let Some(parameter) = resolved(files, holder.file, parameter) else {
            continue;
        };
        let text = |key| parameter.get(key).and_then(Value::as_str);
        let (Some(name), Some(place)) = (text("name"), text("in")) else {
            continue;
        };
        // HTTP reads header names without regard to case.
        let key = match place {
            "header" => (name.to_ascii_lowercase(), place),
            _ => (name.to_owned(), place),
        };
        if let Some(first) = seen.get(&key) {
            diagnostics.push(
                Diagnostic::error(
                    "duplicate-parameter",
                    format!("the {place} parameter `{name}` stands twice in one list"),
                )
                .at(spot(files, holder, list, index), "again here")
                .at(spot(files, holder, list, *first), "first here")
                .help("take one of them away, or rename it"),
            );
        } else {
            seen.insert(key, index);
        }
    }
}

fn spot(files: &Files, holder: &Place, list: &[Value], index: usize) -> crate::source::Span {
    let field = if list[index].get("$ref").is_some() {
        "$ref"
    } else {
        "name"
    };
    files.at(&holder.item(index).under(field))
}

/// Follows references a few steps; longer chains and circles are reported elsewhere.
fn resolved<'a>(files: &'a Files, file: usize, mut parameter: &'a Value) -> Option<&'a Value> {
    let mut file = file;
    for _ in 0..16 {
        let Some(reference) = parameter.get("$ref") else {
            return Some(parameter);
        };
        let place = files.resolve(file, reference.as_str()?).ok()?;
        parameter = files.value(&place)?;
        file = place.file;
    }
    None
}
