//! appInfo from JSON: `serde_json` says whether the text is JSON at all; since every JSON text is
//! also an expression of JavaScript, that parser then tells the places.

use oxc_allocator::Allocator;
use oxc_ast::ast::{Expression, ObjectExpression, ObjectPropertyKind};
use oxc_parser::Parser;
use oxc_span::{GetSpan, SourceType};
use serde::de::IgnoredAny;

use super::script::{describe, key_name, range};
use super::value::{Entry, Findings, Object, Value, first_line};

/// The appInfo object of a JSON file; `None` after a finding.
pub(super) fn read(findings: &mut Findings) -> Option<Object> {
    let text = findings.file().text();
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        let start = offset(text, error.line(), error.column());
        let width = text[start..].chars().next().map_or(0, char::len_utf8);
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        findings.syntax("JSON", message, start..start + width);
        return None;
    }
    let allocator = Allocator::default();
    let expression = Parser::new(&allocator, text, SourceType::mjs()).parse_expression();
    let Ok(Expression::ObjectExpression(outer)) = &expression else {
        findings.error(
            "app-info-not-found",
            "the file holds no appInfo",
            first_line(text, 0..text.len()),
            "expected an object",
            "write `{ \"appName\": …, \"apiDomain\": …, \"websiteDomain\": … }`",
        );
        return None;
    };
    let inner = properties(outer).find_map(|(key, _, value)| match value {
        Expression::ObjectExpression(inner) if key == "appInfo" => Some(&**inner),
        _ => None,
    });
    let object = inner.unwrap_or(outer);
    let entries = properties(object)
        .map(|(key, key_range, value)| {
            let place = range(value.span());
            Entry {
                key,
                key_range,
                value: to_value(value, findings),
                range: place,
            }
        })
        .collect();
    Some(Object {
        head: first_line(text, range(object.span)),
        entries,
    })
}

fn properties<'e, 'a>(
    object: &'e ObjectExpression<'a>,
) -> impl Iterator<Item = (String, std::ops::Range<usize>, &'e Expression<'a>)> {
    object
        .properties
        .iter()
        .filter_map(|property| match property {
            ObjectPropertyKind::ObjectProperty(property) => Some((
                key_name(&property.key)?,
                range(property.key.span()),
                &property.value,
            )),
            ObjectPropertyKind::SpreadProperty(_) => None,
        })
}

fn to_value(expression: &Expression, findings: &mut Findings) -> Value {
    match expression {
        Expression::StringLiteral(text) => {
            findings.placeholder(text.value.as_str(), range(text.span))
        }
        Expression::NullLiteral(_) => Value::Absent,
        other => Value::Other(describe(other)),
    }
}

/// The byte that a line and a column (both from 1, columns in bytes) stand for.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let mut offset = (before + column.saturating_sub(1)).min(text.trim_end().len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}
