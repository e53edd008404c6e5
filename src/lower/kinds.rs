//! Values that are no objects: scalars, closed lists of them, and the kinds that JSON distinguishes.

use serde_json::Value;

use super::object::is_plain;
use super::texts::format;
use crate::ir::{Format, Scalar, Type};
use crate::spec::document::{Document, Kind, Literal, Schema, SchemaId};

/// A kind of JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum JsonKind {
    Text,
    Number,
    Boolean,
    List,
    Object,
}

impl JsonKind {
    /// For the name of a variant.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::List => "list",
            Self::Object => "object",
        }
    }
}

/// The alternatives of one kind.
#[derive(Debug)]
pub(super) struct Group<'d> {
    pub(super) kind: JsonKind,
    /// None for objects.
    pub(super) schemas: Vec<&'d Schema>,
}

/// The alternatives of a schema by their kinds, in the order of the spec: those that are objects (the schema that each
/// was written as), and the others. Nothing where their types cannot say which one a value is.
pub(super) fn groups<'d>(
    document: &Document,
    schema: &Schema,
    objects: &[Option<SchemaId>],
    others: &[&'d Schema],
) -> Option<Vec<Group<'d>>> {
    let mut groups: Vec<Group<'d>> = Vec::new();
    for other in others {
        let kind = kind_of(document, other)?;
        match groups.iter_mut().find(|group| group.kind == kind) {
            Some(group) => group.schemas.push(other),
            None => groups.push(Group {
                kind,
                schemas: vec![other],
            }),
        }
    }
    match objects {
        [] => {}
        [Some(object)] if *object != schema.id => groups.push(Group {
            kind: JsonKind::Object,
            schemas: Vec::new(),
        }),
        _ => return None,
    }
    let has = |kind| groups.iter().find(|group: &&Group<'_>| group.kind == kind);
    let is_certain = match groups.as_slice() {
        [_] => true,
        // A form writes numbers as texts, too, so that a value without a text among its kinds could not be read.
        _ => {
            has(JsonKind::Text).is_some()
                && has(JsonKind::List).is_none_or(|lists| lists.schemas.len() == 1)
        }
    };
    is_certain.then_some(groups)
}

/// The kind of the values of a schema that is no object.
pub(super) fn kind_of(document: &Document, schema: &Schema) -> Option<JsonKind> {
    if !is_plain(document, schema) {
        return None;
    }
    match schema.kind {
        Some(Kind::String) => Some(JsonKind::Text),
        Some(Kind::Integer | Kind::Number) => Some(JsonKind::Number),
        Some(Kind::Boolean) => Some(JsonKind::Boolean),
        Some(Kind::Array) => Some(JsonKind::List),
        Some(Kind::Object) => None,
        None if schema.items.is_some() => Some(JsonKind::List),
        None if schema.lists_texts() => Some(JsonKind::Text),
        None => match untyped(schema) {
            Type::Literal(Scalar::Bool, _) => Some(JsonKind::Boolean),
            Type::Literal(..) => Some(JsonKind::Number),
            _ => None,
        },
    }
}

/// A boolean or a number, with its values if they are listed.
pub(super) fn scalar(schema: &Schema, scalar: Scalar) -> Type {
    let plain = match scalar {
        Scalar::Bool => Type::Bool,
        Scalar::Int => Type::Int,
        Scalar::Float => Type::Float,
    };
    let fits = |value: &Value| match scalar {
        Scalar::Bool => value.is_boolean(),
        Scalar::Int => value.as_i64().is_some(),
        Scalar::Float => value.is_number(),
    };
    let mut texts: Vec<String> = Vec::new();
    for literal in &schema.listed {
        match literal {
            Literal::Null => {}
            Literal::Other(value) if fits(value) => {
                let text = value.to_string();
                if !texts.contains(&text) {
                    texts.push(text);
                }
            }
            Literal::Other(_) | Literal::Text(_) => return plain,
        }
    }
    if texts.is_empty() {
        plain
    } else {
        Type::Literal(scalar, texts)
    }
}

/// A schema without a `type`: its values may say what they are.
pub(super) fn untyped(schema: &Schema) -> Type {
    let candidates = [Scalar::Bool, Scalar::Int, Scalar::Float];
    let mut types = candidates.into_iter().map(|one| scalar(schema, one));
    types
        .find(|ty| matches!(ty, Type::Literal(..)))
        .unwrap_or(Type::Json)
}

/// The one type of several texts, numbers or booleans.
pub(super) fn joined(kind: JsonKind, schemas: &[&Schema]) -> Type {
    match kind {
        JsonKind::Number if schemas.iter().all(|one| one.kind == Some(Kind::Integer)) => Type::Int,
        JsonKind::Number => Type::Float,
        JsonKind::Boolean => Type::Bool,
        JsonKind::Text => {
            let mut formats = schemas.iter().map(|schema| format(Some(schema)));
            let first = formats.next().unwrap_or(Format::Plain);
            Type::String(match formats.all(|format| format == first) {
                true => first,
                false => Format::Plain,
            })
        }
        JsonKind::List | JsonKind::Object => Type::Json,
    }
}

/// The values of a schema as JSON texts, where all others are refused when they are read: a closed list of texts, or one
/// boolean or whole number.
pub(super) fn fixed(schema: &Schema) -> Vec<String> {
    let ty = match schema.kind {
        Some(Kind::Boolean) => scalar(schema, Scalar::Bool),
        Some(Kind::Integer) => scalar(schema, Scalar::Int),
        None => untyped(schema),
        _ => Type::Json,
    };
    match ty {
        Type::Literal(Scalar::Bool | Scalar::Int, texts) if texts.len() == 1 => texts,
        _ => {
            let literals = schema.literals().into_iter();
            literals.map(|text| Value::from(text).to_string()).collect()
        }
    }
}
