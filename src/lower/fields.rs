//! The keys of an object.

use super::contract::Claim;
use super::members::{self, Object};
use super::schema::SchemaAt;
use super::{Lowering, models};
use crate::catalog::{DomainField, DomainStruct, DomainType};
use crate::ir::{Field, Format, ModelId, Shape, Type};
use crate::name::Namer;
use crate::spec::at::{At, Slot};

/// The keys of an object but the tag, in spec order; what a claim adds comes last.
pub(super) fn lower<'d>(
    lowering: &mut Lowering<'d>,
    object: &Object<'d>,
    claim: Option<&Claim>,
    tag: Option<&str>,
    parent: &str,
) -> Vec<Field> {
    let mut names = Namer::default();
    let mut fields = Vec::new();
    let mut met = Vec::new();
    for (wire, property) in &object.properties {
        if Some(*wire) == tag {
            continue;
        }
        let domain = claim.and_then(|claim| claim.field(object, wire));
        let hint = format!("{parent} {wire}");
        let (ty, nullable) = match domain {
            Some(domain) => {
                met.push(domain.wire);
                let ty = claimed(lowering, Some(property.slot.clone()), domain.ty, &hint);
                (ty, false)
            }
            None => models::ty(lowering, property.slot.clone(), &hint),
        };
        let (inner, _) = members::core(lowering, property.slot.clone());
        let (own, deprecated) = lowering.said(&property.slot);
        fields.push(Field {
            name: names.field(domain.map_or(wire, |domain| domain.wire)),
            ty,
            required: property.required || domain.is_some_and(|domain| domain.always),
            nullable,
            docs: if own.is_empty() && inner.component().is_none() {
                inner.docs()
            } else {
                own
            },
            deprecated: deprecated || inner.value.schema_data.deprecated,
        });
    }
    let known = claim.map_or(&[][..], |claim| &claim.fields);
    for domain in known.iter().filter(|domain| !met.contains(&domain.wire)) {
        fields.push(forgotten(lowering, domain, &mut names));
    }
    fields
}

/// A field that a built-in fills and the spec forgot.
fn forgotten(lowering: &mut Lowering<'_>, domain: &DomainField, names: &mut Namer) -> Field {
    Field {
        name: names.field(domain.wire),
        ty: claimed(lowering, None, domain.ty, domain.wire),
        required: domain.always,
        nullable: false,
        docs: String::new(),
        deprecated: false,
    }
}

/// The type of a field that a built-in fills or reads: the runtime decides, the spec adds the format.
fn claimed<'d>(
    lowering: &mut Lowering<'d>,
    slot: Option<Slot<'d>>,
    domain: DomainType,
    hint: &str,
) -> Type {
    let schema = slot.map(|slot| members::core(lowering, slot).0);
    let item = |lowering: &Lowering<'d>, schema: Option<SchemaAt<'d>>| {
        let item = schema.and_then(|schema| schema.item());
        item.map(|item| members::core(lowering, item).0)
    };
    match domain {
        DomainType::Text => Type::String(format(schema.as_ref())),
        DomainType::Bool => Type::Bool,
        DomainType::Int => Type::Int,
        DomainType::Json => Type::Json,
        DomainType::Texts => {
            let item = item(lowering, schema);
            Type::List(Box::new(Type::String(format(item.as_ref()))))
        }
        DomainType::Struct(filled) => Type::Model(structure(lowering, schema, filled, hint)),
        DomainType::List(filled) => {
            let item = item(lowering, schema);
            let item = structure(lowering, item, filled, hint);
            Type::List(Box::new(Type::Model(item)))
        }
    }
}

/// The model of a struct of the runtime, as the spec shows it at one place.
fn structure<'d>(
    lowering: &mut Lowering<'d>,
    schema: Option<SchemaAt<'d>>,
    filled: &'static DomainStruct,
    hint: &str,
) -> ModelId {
    let claim = Claim::of(filled);
    if let Some(schema) = schema
        && let Some(object) = members::object(lowering, schema.clone().into())
    {
        return models::structure(lowering, &schema, &object, Some(&claim), hint);
    }
    // The spec shows no object here: every field is a forgotten one.
    let key = (String::new(), filled.name);
    if let Some(id) = lowering.by_schema.get(&key) {
        return *id;
    }
    let id = models::open(lowering, filled.name, String::new(), Some(filled));
    lowering.by_schema.insert(key, id);
    let mut names = Namer::default();
    let known = filled.fields.iter();
    let fields = known
        .map(|domain| forgotten(lowering, domain, &mut names))
        .collect();
    models::close(lowering, id, Shape::Struct { fields, rest: None });
    id
}

/// The `format` of a string.
pub(super) fn format(schema: Option<&SchemaAt<'_>>) -> Format {
    match schema.and_then(At::format) {
        Some("date-time") => Format::DateTime,
        Some("email") => Format::Email,
        Some("uri" | "url") => Format::Uri,
        Some("uuid") => Format::Uuid,
        Some("binary") => Format::Bytes,
        _ => Format::Plain,
    }
}
