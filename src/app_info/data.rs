//! appInfo from YAML and JSON.

use serde_json::Value as Json;

use super::value::{Entry, Findings, Object, Value};
use crate::source::read;
use crate::source::spans::SpanMap;

/// The appInfo object of a YAML or JSON file; `None` after a finding.
pub(super) fn read(findings: &mut Findings) -> Option<Object> {
    let (document, spans) = match read::read(findings.file()) {
        Ok(read) => read,
        Err(faults) => {
            findings.extend(faults.into());
            return None;
        }
    };
    let (pointer, object) = match document.get("appInfo") {
        Some(Json::Object(inner)) => ("/appInfo", inner),
        _ => match &document {
            Json::Object(object) => ("", object),
            other => {
                findings.error(
                    "app-info-not-found",
                    "the file holds no appInfo",
                    findings.span(spans.key("").range),
                    &format!("this is {}", describe(other)),
                    "write `appName`, `apiDomain` and `websiteDomain` at the top level, or below `appInfo`",
                );
                return None;
            }
        },
    };
    if let Some(key) = ["openapi", "swagger"]
        .iter()
        .find(|key| object.contains_key(**key))
    {
        findings.error(
            "app-info-not-found",
            "the file holds no appInfo: it is an OpenAPI description",
            findings.span(spans.key(&format!("/{key}")).range),
            "",
            "`--app-info` and `--spec` may have changed places; appInfo has `appName`, `apiDomain` and \
             `websiteDomain`",
        );
        return None;
    }
    let entries = object
        .iter()
        .map(|(key, value)| entry(pointer, key, value, &spans, findings))
        .collect();
    Some(Object {
        head: findings.span(spans.key(pointer).range),
        hides: false,
        entries,
    })
}

fn entry(parent: &str, key: &str, value: &Json, spans: &SpanMap, findings: &mut Findings) -> Entry {
    let pointer = format!("{parent}/{}", SpanMap::escape(key));
    let range = spans.at(&pointer).range;
    let value = match value {
        // A block of text ends with a line break that is not part of the value.
        Json::String(text) => findings.placeholder(text.trim_end_matches('\n'), range.clone()),
        Json::Null => Value::Absent,
        other => Value::Other(describe(other)),
    };
    Entry {
        key: key.to_owned(),
        key_place: findings.span(spans.key(&pointer).range),
        value,
        place: findings.span(range),
    }
}

fn describe(value: &Json) -> &'static str {
    match value {
        Json::Null => "nothing",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}
