//! The keywords of one schema as constraints: those that say something about values of its type.

#[path = "../../../templates/runtime/src/constraints/shared.rs"]
mod shared;

use serde_json::Value;

use self::shared::{canonical, regex};
use crate::diagnostic::Diagnostic;
use crate::ir::{Constraint, Number};
use crate::lower::context::Context;
use crate::spec::document::{Kind, Literal, Schema};
use crate::spec::tolerances;

/// In the order of the table of keywords. `has_null`: the value may be `null`, too.
pub(super) fn constraints(
    cx: &mut Context<'_>,
    schema: &Schema,
    has_null: bool,
) -> Vec<Constraint> {
    let mut constraints = Vec::new();
    let is_exclusive =
        |key: &str| (schema.limits.iter()).any(|(known, value)| *known == key && *value == true);
    for (keyword, value) in &schema.limits {
        if !applies(keyword, schema.kind) {
            continue;
        }
        let name = match *keyword {
            // OpenAPI 3.0 has a flag beside the limit.
            "minimum" if is_exclusive("exclusiveMinimum") => "ExclusiveMinimum",
            "maximum" if is_exclusive("exclusiveMaximum") => "ExclusiveMaximum",
            "minimum" => "Minimum",
            "maximum" => "Maximum",
            "exclusiveMinimum" => "ExclusiveMinimum",
            "exclusiveMaximum" => "ExclusiveMaximum",
            "multipleOf" => "MultipleOf",
            "minLength" => "MinLength",
            "maxLength" => "MaxLength",
            "minItems" => "MinItems",
            "maxItems" => "MaxItems",
            "minProperties" => "MinProperties",
            "maxProperties" => "MaxProperties",
            "uniqueItems" => {
                if *value == true {
                    constraints.push(Constraint::UniqueItems);
                }
                continue;
            }
            _ => continue,
        };
        let is_number = name.ends_with("imum") || name == "MultipleOf";
        match (number(value), value.as_u64()) {
            (Some(number), _) if is_number => constraints.push(Constraint::Number(name, number)),
            // At least none is no limit.
            (_, Some(0)) if name.starts_with("Min") => {}
            (_, Some(count)) if !is_number => constraints.push(Constraint::Count(name, count)),
            _ => {}
        }
    }
    constraints.extend(format(schema).map(Constraint::Format));
    constraints.extend(listed(schema, has_null).map(Constraint::Listed));
    // It takes longest, and the others decide how long the text is that it looks at.
    constraints.extend(pattern(cx, schema).map(Constraint::Pattern));
    constraints
}

/// Whether a keyword says something about values of a type.
fn applies(keyword: &str, kind: Option<Kind>) -> bool {
    let Some(kind) = kind else { return true };
    match keyword {
        "minLength" | "maxLength" | "pattern" => kind == Kind::String,
        "minItems" | "maxItems" | "uniqueItems" => kind == Kind::Array,
        "minProperties" | "maxProperties" => kind == Kind::Object,
        _ => matches!(kind, Kind::Number | Kind::Integer),
    }
}

fn number(value: &Value) -> Option<Number> {
    let whole = value.as_i64().map(Number::Int);
    whole.or_else(|| value.as_f64().map(Number::Float))
}

/// The name of a format in the runtime, where it is checked.
fn format(schema: &Schema) -> Option<&'static str> {
    let is_text = matches!(schema.kind, None | Some(Kind::String));
    let is_number = matches!(schema.kind, Some(Kind::Number | Kind::Integer));
    Some(match schema.format.as_deref()? {
        "int32" if is_number => "Int32",
        _ if !is_text => return None,
        "date-time" => "DateTime",
        "date" => "Date",
        "time" => "Time",
        "email" => "Email",
        "hostname" => "Hostname",
        "ipv4" => "Ipv4",
        "ipv6" => "Ipv6",
        "uri" | "url" => "Uri",
        "uuid" => "Uuid",
        "byte" => "Base64",
        _ => return None,
    })
}

/// `enum` and `const`, where the type does not say it: a closed list of texts is a type.
fn listed(schema: &Schema, has_null: bool) -> Option<Vec<String>> {
    if !schema.listed.iter().any(Literal::is_other) {
        return None;
    }
    let mut texts: Vec<String> = schema
        .listed
        .iter()
        .map(|literal| match literal {
            Literal::Text(text) => Value::from(text.as_str()).to_string(),
            Literal::Null => "null".to_owned(),
            Literal::Other(value) => canonical(value),
        })
        .collect();
    if has_null && !texts.iter().any(|text| text == "null") {
        texts.push("null".to_owned());
    }
    Some(texts)
}

/// `pattern`, if it is one of ECMA 262.
fn pattern(cx: &mut Context<'_>, schema: &Schema) -> Option<String> {
    let (keyword, value) = schema.limits.iter().find(|(key, _)| *key == "pattern")?;
    let pattern = value.as_str().filter(|_| applies(keyword, schema.kind))?;
    let span = cx.at(&schema.place.under(keyword));
    if let Err(error) = regex(pattern) {
        let title = format!("`{pattern}` is not a regular expression of ECMA 262");
        cx.report(
            Diagnostic::error("invalid-pattern", title)
                .at(span, error.to_string())
                .help("write it as JavaScript does, without slashes around it"),
        );
        return None;
    }
    if has_nested_repetition(pattern) {
        cx.tolerate(&tolerances::SLOW_PATTERN, span, "");
    }
    Some(pattern.to_owned())
}

/// Whether a group that repeats without an end contains a repetition without an end: `(a+)*`.
fn has_nested_repetition(pattern: &str) -> bool {
    let characters: Vec<char> = pattern.chars().collect();
    // For each open group, whether something in it repeats without an end.
    let mut groups = vec![false];
    let mut at = 0;
    let mut is_class = false;
    let mut closed = false;
    while let Some(character) = characters.get(at) {
        let mut ends_group = false;
        match character {
            '\\' => at += 1,
            '[' if !is_class => is_class = true,
            ']' => is_class = false,
            _ if is_class => {}
            '(' => groups.push(false),
            ')' if groups.len() > 1 => {
                ends_group = groups.pop().unwrap_or_default();
                if let Some(outer) = groups.last_mut() {
                    *outer |= ends_group;
                }
            }
            '*' | '+' | '{' if *character != '{' || is_open_count(&characters[at..]) => {
                if closed {
                    return true;
                }
                if let Some(group) = groups.last_mut() {
                    *group = true;
                }
            }
            _ => {}
        }
        closed = ends_group;
        at += 1;
    }
    false
}

/// `{2,}`.
fn is_open_count(rest: &[char]) -> bool {
    let inner: String = rest.iter().skip(1).take_while(|it| **it != '}').collect();
    let number = inner.strip_suffix(',');
    number.is_some_and(|number| !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repetition_within_a_repetition_is_found() {
        for slow in ["^(a+)+$", "(?:[a-z]*x)*", "((a|b){2,}c?)+", r"(\w+\s?)*$"] {
            assert!(has_nested_repetition(slow), "{slow}");
        }
        for fast in [
            "^[a-z]+$", "(ab)+", r"(\+)+", "([+*])*", "(a{2})+", "a+b+", "(a+)?b",
        ] {
            assert!(!has_nested_repetition(fast), "{fast}");
        }
    }
}
