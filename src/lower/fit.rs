//! Whether a schema fits what a built-in behaviour fills or reads.
//!
//! Published specs require almost nothing and forget fields. A built-in knows better: the schemas
//! that it fills or reads are *bound*, and every use of a bound schema is understood in the
//! built-in's way, so that a component stays one type in the whole output.

use super::binding::{Binding, FORM_FIELD};
use super::context::Context;
use super::members;
use super::object::{Object, core, literals};
use crate::catalog::{DomainField, DomainStruct, DomainType};
use crate::diagnostic::Diagnostic;
use crate::spec::document::{Kind, Schema, Slot};
use crate::spec::place::Place;
use crate::spec::tolerances;

/// An object that is filled with these fields.
pub(super) fn check_fields<'d>(
    cx: &mut Context<'d>,
    behaviour: &str,
    object: &Object<'d>,
    fields: &'static [DomainField],
    tag: Option<&str>,
) {
    let mut missing = Vec::new();
    for field in fields {
        match object.properties.get(field.wire) {
            None if field.always => missing.push(format!("`{}`", field.wire)),
            None => {}
            Some(property) => {
                if property.required && !field.always {
                    let cure = format!(
                        "take `{}` out of `required`: it is left out where it means nothing",
                        field.wire
                    );
                    mismatch(
                        cx,
                        behaviour,
                        &property.slot.place,
                        "is not always sent",
                        &cure,
                    );
                }
                check_type(cx, behaviour, property.slot, field.ty);
            }
        }
    }
    if !missing.is_empty() {
        let span = cx.key(object.place);
        let label = format!("lacks {}", missing.join(", "));
        cx.tolerate(&tolerances::FORGOTTEN_FIELDS, span, label);
    }
    for (wire, property) in &object.properties {
        let known = fields.iter().any(|field| field.wire == *wire) || Some(*wire) == tag;
        if property.required && !known {
            mismatch(
                cx,
                behaviour,
                &property.slot.place,
                "is required, but the behaviour does not send it",
                &format!("take `{wire}` out of `required` or drop it"),
            );
        }
    }
}

/// A value that is filled with this type.
pub(super) fn check_type<'d>(cx: &mut Context<'d>, behaviour: &str, slot: &Slot, ty: DomainType) {
    let schema = core(cx.document, slot);
    let wanted = match ty {
        DomainType::Text if is(schema, &[Kind::String]) => return,
        DomainType::Text => "a string",
        DomainType::Bool if is(schema, &[Kind::Boolean]) => return,
        DomainType::Bool => "a boolean",
        DomainType::Int if is(schema, &[Kind::Integer, Kind::Number]) => return,
        DomainType::Int => "an integer",
        DomainType::Json | DomainType::Location => return,
        DomainType::Texts => {
            let item = schema.items.as_deref();
            let item = item.map(|item| core(cx.document, item));
            if is(schema, &[Kind::Array]) && item.is_none_or(|item| is(item, &[Kind::String])) {
                return;
            }
            "a list of strings"
        }
        DomainType::Struct(filled) => {
            if bind_struct(cx, behaviour, schema, filled) {
                return;
            }
            "an object"
        }
        DomainType::List(filled) => {
            let fits = match &schema.items {
                Some(item) if is(schema, &[Kind::Array]) => {
                    let item = core(cx.document, item);
                    bind_struct(cx, behaviour, item, filled)
                }
                _ => is(schema, &[Kind::Array]),
            };
            if fits {
                return;
            }
            "a list of objects"
        }
    };
    mismatch(
        cx,
        behaviour,
        &slot.place,
        &format!("has to be {wanted}"),
        &format!("make it {wanted}"),
    );
}

/// Binds the schema of a struct of the runtime; `false` where it is no object.
fn bind_struct<'d>(
    cx: &mut Context<'d>,
    behaviour: &str,
    schema: &'d Schema,
    filled: &'static DomainStruct,
) -> bool {
    let binding = Binding::of(filled);
    let known = cx.bindings.get(&schema.id);
    if known.is_some_and(|known| known.contains(&binding)) {
        return true;
    }
    let Some(object) = members::object(cx, schema.id) else {
        return schema.is_empty;
    };
    let read = binding.is_read();
    cx.bindings.entry(schema.id).or_default().push(binding);
    if read {
        check_form_field(cx, behaviour, &object);
    } else {
        check_fields(cx, behaviour, &object, filled.fields, None);
    }
    true
}

/// One entry of `formFields`: its keys, and that its ids are open.
fn check_form_field<'d>(cx: &mut Context<'d>, behaviour: &str, object: &Object<'d>) {
    for field in FORM_FIELD.fields {
        match object.properties.get(field.wire) {
            None => {
                let cure = format!(
                    "describe each entry as an object with `id` and `value`: it lacks `{}`",
                    field.wire
                );
                mismatch(cx, behaviour, object.place, "is no form field", &cure);
            }
            Some(property) => check_type(cx, behaviour, property.slot, field.ty),
        }
    }
    if let Some(id) = object.properties.get("id")
        && !literals(cx.document, id.slot).is_empty()
    {
        let id = core(cx.document, id.slot);
        let span = cx.key(&id.place.under("enum"));
        cx.tolerate(
            &tolerances::CLOSED_FORM_FIELD,
            span,
            "any string is accepted",
        );
    }
}

/// Whether a schema is of one of these types, or of none in particular.
fn is(schema: &Schema, kinds: &[Kind]) -> bool {
    match schema.kind {
        Some(kind) => kinds.contains(&kind),
        None => !schema.is_composed() && schema.properties.is_empty(),
    }
}

/// A field that a built-in cannot fill or read as the spec has it.
fn mismatch(cx: &mut Context<'_>, behaviour: &str, place: &Place, what: &str, cure: &str) {
    let name = place.last();
    let diagnostic = Diagnostic::error(
        "behaviour-field",
        format!("`{name}` does not fit the built-in behaviour `{behaviour}`"),
    )
    .at(cx.key(place), what)
    .help(format!(
        "{cure}, or mark the operation `x-auth-gen: custom`"
    ));
    cx.report(diagnostic);
}
