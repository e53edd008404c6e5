//! What built-in behaviours fill and read, held against the spec.
//!
//! Published specs require almost nothing and forget fields. A built-in knows better: the schemas
//! that it fills or reads are *claimed*, and every use of a claimed schema is understood in the
//! built-in's way, so that a component stays one type in the whole output.

use std::borrow::Cow;

use super::answers::{self, Found};
use super::members::{self, Object};
use super::operations::Draft;
use super::schema::SchemaAt;
use super::{Lowering, requests, tolerances};
use crate::catalog::{DomainField, DomainStruct, DomainType, Outcome};
use crate::diagnostic::Diagnostic;
use crate::spec::at::Slot;

/// How an object is to be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim {
    /// Two claims of one name are equal.
    pub(super) name: &'static str,
    /// The fields that are known of it.
    pub(super) fields: Cow<'static, [DomainField]>,
    /// What fills it; `None` for requests.
    pub(super) filled: Option<&'static DomainStruct>,
    /// It is read, so that its keys are looked for in any case.
    pub(super) read: bool,
}

impl Claim {
    /// A struct of the runtime that fills an object, or the form field that is read.
    pub(super) fn of(filled: &'static DomainStruct) -> Self {
        let read = std::ptr::eq(filled, &raw const requests::FORM_FIELD);
        Self {
            name: filled.name,
            fields: Cow::Borrowed(filled.fields),
            filled: (!read).then_some(filled),
            read,
        }
    }

    /// The one claim on a schema; where two differ, those who do not know what they want get the plain schema.
    pub(super) fn at(lowering: &Lowering<'_>, schema: &SchemaAt<'_>) -> Option<Self> {
        match lowering.claims.get(&schema.pointer)?.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        }
    }

    /// The name for a model that has none in the spec.
    pub(super) fn model_name(&self) -> Option<&'static str> {
        // The body of a request is named after its operation instead.
        let named = self.filled.is_some() || self.name == requests::FORM_FIELD.name;
        named.then_some(self.name)
    }

    /// The field that a key of the object is.
    pub(super) fn field(&self, object: &Object<'_>, wire: &str) -> Option<DomainField> {
        let exact = self.fields.iter().find(|field| field.wire == wire);
        let read = || {
            let mut fields = self.fields.iter().filter(|_| self.read);
            fields.find(|field| {
                field.wire.eq_ignore_ascii_case(wire) && !object.properties.contains_key(field.wire)
            })
        };
        exact.or_else(read).copied()
    }
}

/// Second round, for one operation: checks its request and its answers, and claims their schemas.
pub(super) fn claim<'d>(lowering: &mut Lowering<'d>, draft: &Draft<'d>) {
    let Some(behaviour) = draft.built_in() else {
        return;
    };
    requests::check(lowering, draft, behaviour);
    for found in answers::find(lowering, draft) {
        let Found::Object(object) = &found.body else {
            continue;
        };
        for outcome in answers::outcomes_of(lowering, behaviour, object) {
            check_outcome(lowering, behaviour.name, object, outcome);
        }
    }
}

/// The answer of one outcome.
fn check_outcome<'d>(
    lowering: &mut Lowering<'d>,
    behaviour: &str,
    object: &Object<'d>,
    outcome: &'static Outcome,
) {
    let tag = outcome.status.map(|_| answers::STATUS);
    check_fields(lowering, behaviour, object, outcome.fields, tag);
}

/// An object that is filled with these fields.
fn check_fields<'d>(
    lowering: &mut Lowering<'d>,
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
                        lowering,
                        behaviour,
                        &property.slot.pointer,
                        "is not always sent",
                        &cure,
                    );
                }
                check_type(lowering, behaviour, &property.slot, field.ty);
            }
        }
    }
    if !missing.is_empty() {
        let span = lowering.key(&object.schema.pointer);
        let label = format!("lacks {}", missing.join(", "));
        lowering.tolerate(&tolerances::FORGOTTEN_FIELDS, span, label);
    }
    for (wire, property) in &object.properties {
        let known = fields.iter().any(|field| field.wire == *wire) || Some(*wire) == tag;
        if property.required && !known {
            mismatch(
                lowering,
                behaviour,
                &property.slot.pointer,
                "is required, but the behaviour does not send it",
                &format!("take `{wire}` out of `required` or drop it"),
            );
        }
    }
}

/// A value that is filled with this type.
pub(super) fn check_type<'d>(
    lowering: &mut Lowering<'d>,
    behaviour: &str,
    slot: &Slot<'d>,
    ty: DomainType,
) {
    let (schema, _) = members::core(lowering, slot.clone());
    let wanted = match ty {
        DomainType::Text if is(&schema, &["string"]) => return,
        DomainType::Text => "a string",
        DomainType::Bool if is(&schema, &["boolean"]) => return,
        DomainType::Bool => "a boolean",
        DomainType::Int if is(&schema, &["integer", "number"]) => return,
        DomainType::Int => "an integer",
        DomainType::Json => return,
        DomainType::Texts => {
            let item = schema.item();
            let item = item.map(|item| members::core(lowering, item).0);
            if is(&schema, &["array"]) && item.is_none_or(|item| is(&item, &["string"])) {
                return;
            }
            "a list of strings"
        }
        DomainType::Struct(filled) => {
            if claim_struct(lowering, behaviour, schema, filled) {
                return;
            }
            "an object"
        }
        DomainType::List(filled) => {
            let fits = match schema.item() {
                Some(item) if is(&schema, &["array"]) => {
                    let (item, _) = members::core(lowering, item);
                    claim_struct(lowering, behaviour, item, filled)
                }
                _ => is(&schema, &["array"]),
            };
            if fits {
                return;
            }
            "a list of objects"
        }
    };
    mismatch(
        lowering,
        behaviour,
        &slot.pointer,
        &format!("has to be {wanted}"),
        &format!("make it {wanted}"),
    );
}

/// Claims the schema of a struct of the runtime; `false` where it is no object.
fn claim_struct<'d>(
    lowering: &mut Lowering<'d>,
    behaviour: &str,
    schema: SchemaAt<'d>,
    filled: &'static DomainStruct,
) -> bool {
    let claim = Claim::of(filled);
    let known = lowering.claims.get(&schema.pointer);
    if known.is_some_and(|known| known.contains(&claim)) {
        return true;
    }
    let Some(object) = members::object(lowering, schema.clone().into()) else {
        return schema.is_empty();
    };
    let read = claim.read;
    lowering
        .claims
        .entry(schema.pointer)
        .or_default()
        .push(claim);
    if read {
        requests::check_form_field(lowering, behaviour, &object);
    } else {
        check_fields(lowering, behaviour, &object, filled.fields, None);
    }
    true
}

/// Whether a schema is of one of these types, or of none in particular.
fn is(schema: &SchemaAt<'_>, types: &[&str]) -> bool {
    match schema.kind() {
        Some(kind) => types.contains(&kind),
        None => !schema.is_composed() && !schema.has_properties(),
    }
}

/// A field that a built-in cannot fill or read as the spec has it.
pub(super) fn mismatch(
    lowering: &mut Lowering<'_>,
    behaviour: &str,
    pointer: &str,
    what: &str,
    cure: &str,
) {
    let name = pointer.rsplit('/').next().unwrap_or_default();
    let diagnostic = Diagnostic::error(
        "behaviour-field",
        format!("`{name}` does not fit the built-in behaviour `{behaviour}`"),
    )
    .at(lowering.key(pointer), what)
    .help(format!(
        "{cure}, or mark the operation `x-auth-gen: custom`"
    ));
    lowering.report(diagnostic);
}
