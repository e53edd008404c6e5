//! What must be there once only: operation ids in the file, parameters in their list.

use indexmap::IndexMap;
use serde_json::Value;

use super::refs::{Target, target};
use super::validate::Findings;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::spans::SpanMap;

/// Reports both kinds.
pub(super) fn check(raw: &Value, spans: &SpanMap, findings: &Findings) -> Diagnostics {
    let mut diagnostics = operation_ids(spans, findings);
    for (pointer, list) in &findings.parameters {
        parameters(raw, spans, pointer, list, &mut diagnostics);
    }
    diagnostics
}

fn operation_ids(spans: &SpanMap, findings: &Findings) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    let mut seen: IndexMap<&str, &str> = IndexMap::new();
    for (pointer, operation) in &findings.operations {
        let Some(id) = operation.get("operationId").and_then(Value::as_str) else {
            continue;
        };
        if let Some(first) = seen.get(id) {
            diagnostics.push(
                Diagnostic::error(
                    "duplicate-operation-id",
                    format!("two operations have the operationId `{id}`"),
                )
                .at(spans.at(&format!("{pointer}/operationId")), "again here")
                .at(spans.at(&format!("{first}/operationId")), "first here")
                .help(
                    "give each operation an id of its own: code and behaviour are named after it",
                ),
            );
        } else {
            seen.insert(id, pointer);
        }
    }
    diagnostics
}

/// The list of a path and that of an operation are apart: the operation's overrides.
fn parameters(
    raw: &Value,
    spans: &SpanMap,
    pointer: &str,
    list: &[Value],
    diagnostics: &mut Diagnostics,
) {
    let mut seen: IndexMap<(String, &str), usize> = IndexMap::new();
    for (index, parameter) in list.iter().enumerate() {
        let Some(parameter) = resolved(raw, parameter) else {
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
                .at(spot(spans, pointer, list, index), "again here")
                .at(spot(spans, pointer, list, *first), "first here")
                .help("take one of them away, or rename it"),
            );
        } else {
            seen.insert(key, index);
        }
    }
}

fn spot(spans: &SpanMap, pointer: &str, list: &[Value], index: usize) -> crate::source::Span {
    let field = if list[index].get("$ref").is_some() {
        "$ref"
    } else {
        "name"
    };
    spans.at(&format!("{pointer}/{index}/{field}"))
}

/// Follows references a few steps; longer chains and circles are reported elsewhere.
fn resolved<'a>(raw: &'a Value, mut parameter: &'a Value) -> Option<&'a Value> {
    for _ in 0..16 {
        let Some(reference) = parameter.get("$ref") else {
            return Some(parameter);
        };
        let Target::Component { section, name } = target(reference.as_str()?) else {
            return None;
        };
        parameter = raw.get("components")?.get(section)?.get(name.as_str())?;
    }
    None
}
