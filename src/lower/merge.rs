//! Objects that nothing tells apart, made one.

use super::context::Context;
use crate::ir::Shape::Struct;
use crate::ir::{Field, Type};

/// Makes one object of two: what only one has is optional, what differs may be any JSON value.
pub(super) fn merge(cx: &mut Context<'_>, into: &mut Vec<Field>, other: Vec<Field>) {
    for field in into.iter_mut() {
        if !other
            .iter()
            .any(|known| known.name.wire() == field.name.wire())
        {
            field.required = false;
        }
    }
    for field in other {
        match into
            .iter_mut()
            .find(|known| known.name.wire() == field.name.wire())
        {
            Some(known) => {
                known.required &= field.required;
                known.absent_is_null = (known.absent_is_null || !known.nullable)
                    && (field.absent_is_null || !field.nullable);
                known.nullable |= field.nullable;
                known.ty = merge_types(cx, &known.ty, &field.ty);
            }
            None => into.push(Field {
                required: false,
                ..field
            }),
        }
    }
}

/// One type for two.
fn merge_types(cx: &mut Context<'_>, one: &Type, other: &Type) -> Type {
    match (one, other) {
        (one, other) if one == other => one.clone(),
        (Type::Literal(scalar, values), Type::Literal(same, others)) if scalar == same => {
            let more = others.iter().filter(|value| !values.contains(value));
            Type::Literal(*scalar, values.iter().chain(more).cloned().collect())
        }
        (Type::List(one), Type::List(other)) => Type::List(Box::new(merge_types(cx, one, other))),
        (Type::Model(one), Type::Model(other)) if !cx.components.contains(one) => {
            let shape = cx.models[other.0].shape.clone();
            let (
                Struct {
                    fields: mut merged,
                    rest,
                },
                Struct { fields: others, .. },
            ) = (cx.models[one.0].shape.clone(), shape)
            else {
                return Type::Json;
            };
            merge(cx, &mut merged, others);
            cx.models[one.0].shape = Struct {
                fields: merged,
                rest,
            };
            Type::Model(*one)
        }
        _ => Type::Json,
    }
}
