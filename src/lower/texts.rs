//! Strings, and closed lists of them.

use super::context::{Context, Opening};
use crate::ir::{Format, Shape, Type};
use crate::name::Namer;
use crate::spec::document::{Literal, Schema};

/// `string`, with or without a closed list.
pub(super) fn text(cx: &mut Context<'_>, schema: &Schema, hint: &str) -> Type {
    let literals: Vec<&str> = schema.listed.iter().filter_map(Literal::text).collect();
    if literals.is_empty() {
        return Type::String(format(Some(schema)));
    }
    Type::Model(cx.model(Opening::of(schema, hint), |_, _| {
        let mut names = Namer::default();
        let mut values: Vec<(_, String)> = Vec::new();
        for literal in literals {
            if !values.iter().any(|(_, known)| known == literal) {
                values.push((names.variant(literal), literal.to_owned()));
            }
        }
        Shape::Enum { values }
    }))
}

/// The `format` of a string.
pub(super) fn format(schema: Option<&Schema>) -> Format {
    match schema.and_then(|schema| schema.format.as_deref()) {
        Some("date-time") => Format::DateTime,
        Some("email") => Format::Email,
        Some("uri" | "url") => Format::Uri,
        Some("uuid") => Format::Uuid,
        Some("binary" | "byte") => Format::Bytes,
        _ => Format::Plain,
    }
}
