//! From checked values to `openapiv3`, through serde_yaml. Nothing else in the crate names serde_yaml's
//! deserialiser, so that another can take its place.

use openapiv3::{OpenAPI, PathItem, ReferenceOr};
use serde::Deserialize;
use serde_yaml::Value;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::spans::SpanMap;

/// Makes the typed document. The table of shapes lets nothing through that serde refuses, as far as
/// we know; should it happen, each part is tried alone so that the report names the part.
pub(super) fn document(typed: &Value, spans: &SpanMap) -> Result<OpenAPI, Diagnostics> {
    let error = match OpenAPI::deserialize(typed) {
        Ok(document) => return Ok(document),
        Err(error) => error,
    };
    let mut diagnostics = Diagnostics::default();
    for (pointer, path) in members(typed, &["paths"]) {
        try_part::<ReferenceOr<PathItem>>(path, &pointer, spans, &mut diagnostics);
    }
    for (pointer, part) in members(typed, &["components", "schemas"]) {
        try_part::<ReferenceOr<openapiv3::Schema>>(part, &pointer, spans, &mut diagnostics);
    }
    for (pointer, part) in members(typed, &["components", "responses"]) {
        try_part::<ReferenceOr<openapiv3::Response>>(part, &pointer, spans, &mut diagnostics);
    }
    for (pointer, part) in members(typed, &["components", "parameters"]) {
        try_part::<ReferenceOr<openapiv3::Parameter>>(part, &pointer, spans, &mut diagnostics);
    }
    for (pointer, part) in members(typed, &["components", "requestBodies"]) {
        try_part::<ReferenceOr<openapiv3::RequestBody>>(part, &pointer, spans, &mut diagnostics);
    }
    if diagnostics.is_empty() {
        diagnostics.push(refused(&error, "", spans));
    }
    Err(diagnostics)
}

fn members<'a>(typed: &'a Value, keys: &[&str]) -> Vec<(String, &'a Value)> {
    let section = keys.iter().try_fold(typed, |value, key| value.get(key));
    let above: String = keys.iter().map(|key| format!("/{key}")).collect();
    section
        .and_then(Value::as_mapping)
        .into_iter()
        .flatten()
        .map(|(key, value)| {
            let key = SpanMap::escape(key.as_str().unwrap_or_default());
            (format!("{above}/{key}"), value)
        })
        .collect()
}

fn try_part<'a, T: Deserialize<'a>>(
    part: &'a Value,
    pointer: &str,
    spans: &SpanMap,
    diagnostics: &mut Diagnostics,
) {
    if let Err(error) = T::deserialize(part) {
        diagnostics.push(refused(&error, pointer, spans));
    }
}

fn refused(error: &serde_yaml::Error, pointer: &str, spans: &SpanMap) -> Diagnostic {
    Diagnostic::error("invalid-openapi", format!("not valid OpenAPI 3.0: {error}"))
        .at(spans.key(pointer), "somewhere in here")
        .help("compare this part with the OpenAPI 3.0 specification")
}
