//! appInfo from TypeScript and JavaScript, read and never run.
//!
//! `find` looks for the object, `evaluate` reads its values. What is not written down as it stands
//! (a function call, a spread, a condition) is a finding on its line and never a guess.

mod evaluate;
mod find;
mod walk;

use std::ops::Range;

use oxc_allocator::Allocator;
use oxc_ast::ast::{Expression, ObjectExpression, ObjectPropertyKind, PropertyKey};
use oxc_parser::Parser;
use oxc_span::{GetSpan, SourceType};

use self::evaluate::evaluate;
use self::find::Scope;
use super::check::is_field;
use super::value::{Entry, Findings, Format, Object, Value, first_line};

const SCRIPT: Format = Format {
    code: "invalid-script",
    name: "TypeScript",
    help: "a comma, a bracket or a quotation mark may be missing here or on the line above",
};

/// The appInfo object of a script; `None` after a finding.
pub(super) fn read(extension: &str, findings: &mut Findings) -> Option<Object> {
    let text = findings.file().text();
    if let Some(place) = too_deep(text) {
        findings.syntax(&SCRIPT, "brackets nest too deeply", place..place + 1);
        return None;
    }
    let allocator = Allocator::default();
    let kind = SourceType::from_extension(extension).unwrap_or_else(|_| SourceType::ts());
    let parsed = Parser::new(&allocator, text, kind).parse();
    if !parsed.diagnostics.is_empty() {
        let format = Format {
            name: if kind.is_typescript() {
                "TypeScript"
            } else {
                "JavaScript"
            },
            ..SCRIPT
        };
        for error in &parsed.diagnostics {
            let place = error.labels.first().map_or(0..0, |label| {
                let start = label.offset() as usize;
                start..start + label.len() as usize
            });
            findings.syntax(&format, &lower_first(&error.message), place);
        }
        return None;
    }
    let scope = Scope::new(&parsed.program.body);
    let Some(found) = find::app_info(&parsed.program.body, &scope) else {
        findings.error(
            "app-info-not-found",
            "no appInfo object is in this file",
            first_line(text, 0..text.len()),
            "no `appInfo`, and no object as default export",
            "write `export const appInfo = { appName: \"…\", apiDomain: \"…\", websiteDomain: \"…\" }`",
        );
        return None;
    };
    let Some(object) = scope.object(found) else {
        let (what, help) = scope.why_not(found);
        findings.error(
            "app-info-not-static",
            "`appInfo` is not an object literal",
            first_line(text, range(found.span())),
            &what,
            &help,
        );
        return None;
    };
    Some(Object {
        head: first_line(text, range(object.span)),
        entries: entries(object, &scope, findings),
    })
}

fn entries(object: &ObjectExpression, scope: &Scope, findings: &mut Findings) -> Vec<Entry> {
    let mut entries = Vec::new();
    for property in &object.properties {
        let property = match property {
            ObjectPropertyKind::ObjectProperty(property) => property,
            ObjectPropertyKind::SpreadProperty(spread) => {
                findings.error(
                    "app-info-not-static",
                    "a spread hides what appInfo holds",
                    range(spread.span),
                    "found a spread",
                    "write the fields out",
                );
                continue;
            }
        };
        let Some(key) = key_name(&property.key) else {
            findings.error(
                "app-info-not-static",
                "a computed key hides which field this is",
                range(property.key.span()),
                "found a computed key",
                "write the name of the field",
            );
            continue;
        };
        let value = if is_field(&key) {
            evaluate(&key, &property.value, scope, findings)
        } else {
            Value::Other("not read")
        };
        entries.push(Entry {
            key,
            key_range: range(property.key.span()),
            value,
            range: range(property.value.span()),
        });
    }
    entries
}

/// Where brackets nest deeper than anybody writes them: the parser goes down the call stack.
/// Brackets in texts and comments count too, which at this depth makes no difference.
fn too_deep(text: &str) -> Option<usize> {
    const MAX_DEPTH: usize = 200;
    let mut depth = 0_usize;
    text.bytes().position(|byte| {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > MAX_DEPTH
    })
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}

/// A key that is written out.
fn key_name(key: &PropertyKey) -> Option<String> {
    key.static_name().map(std::borrow::Cow::into_owned)
}

/// Bytes of the text.
fn range(span: oxc_span::Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

/// What lies inside of parentheses, casts and assertions, none of which change the value.
fn bare<'e, 'a>(expression: &'e Expression<'a>) -> &'e Expression<'a> {
    match expression {
        Expression::ParenthesizedExpression(inner) => bare(&inner.expression),
        Expression::TSAsExpression(inner) => bare(&inner.expression),
        Expression::TSSatisfiesExpression(inner) => bare(&inner.expression),
        Expression::TSTypeAssertion(inner) => bare(&inner.expression),
        Expression::TSNonNullExpression(inner) => bare(&inner.expression),
        other => other,
    }
}

/// What an expression is, in words for a label.
fn describe(expression: &Expression) -> &'static str {
    match expression {
        Expression::NumericLiteral(_) | Expression::BigIntLiteral(_) => "a number",
        Expression::BooleanLiteral(_) => "a boolean",
        Expression::RegExpLiteral(_) => "a regular expression",
        Expression::ArrayExpression(_) => "a list",
        Expression::ObjectExpression(_) => "an object",
        Expression::ArrowFunctionExpression(_) | Expression::FunctionExpression(_) => "a function",
        Expression::CallExpression(_) => "a function call",
        Expression::NewExpression(_) => "a constructor call",
        Expression::ConditionalExpression(_) => "a condition",
        Expression::AwaitExpression(_) => "an `await`",
        Expression::TaggedTemplateExpression(_) => "a tagged template",
        Expression::Identifier(_) => "a name",
        Expression::ImportExpression(_) => "an import",
        Expression::LogicalExpression(_)
        | Expression::BinaryExpression(_)
        | Expression::UnaryExpression(_) => "an operation",
        Expression::StaticMemberExpression(_)
        | Expression::ComputedMemberExpression(_)
        | Expression::ChainExpression(_) => "a property of another value",
        _ => "an expression",
    }
}
