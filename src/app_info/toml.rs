//! appInfo from TOML.

use toml::de::{DeTable, DeValue};

use super::value::{Entry, Findings, Format, Object, Value, first_line};

const TOML: Format = Format {
    code: "invalid-toml",
    name: "TOML",
    help: "a line reads `key = \"text\"`: texts stand in quotation marks, and each key once",
};

/// The appInfo table of a TOML file; `None` after a finding.
pub(super) fn read(findings: &mut Findings) -> Option<Object> {
    let text = findings.file().text();
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        for error in errors {
            let range = error.span().unwrap_or(0..0);
            findings.syntax(&TOML, error.message(), range);
        }
        return None;
    }
    let mut head = first_line(text, 0..text.len());
    let mut table = document.get_ref();
    for (key, value) in table {
        if let (true, DeValue::Table(inner)) = (key.get_ref() == "appInfo", value.get_ref()) {
            head = key.span();
            table = inner;
            break;
        }
    }
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            key_place: findings.span(key.span()),
            value: to_value(value.get_ref(), value.span(), findings),
            place: findings.span(value.span()),
        })
        .collect();
    entries.sort_by_key(|entry| entry.key_place.range.start);
    Some(Object {
        head: findings.span(head),
        hides: false,
        entries,
    })
}

fn to_value(value: &DeValue, range: std::ops::Range<usize>, findings: &mut Findings) -> Value {
    match value {
        DeValue::String(text) => findings.placeholder(text, range),
        DeValue::Integer(_) | DeValue::Float(_) => Value::Other("a number"),
        DeValue::Boolean(_) => Value::Other("a boolean"),
        DeValue::Datetime(_) => Value::Other("a date"),
        DeValue::Array(_) => Value::Other("a list"),
        DeValue::Table(_) => Value::Other("a table"),
    }
}
