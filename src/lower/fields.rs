//! The keys of an object.

use super::contract::Claim;
use super::members::{self, Object};
use super::node::Node;
use super::{Lowering, models};
use crate::catalog::{DomainField, DomainStruct, DomainType};
use crate::ir::{Field, Format, ModelId, Shape, Type};
use crate::name::Namer;

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
                let ty = claimed(lowering, Some(property.node.clone()), domain.ty, &hint);
                (ty, false)
            }
            None => models::ty(lowering, property.node.clone(), &hint),
        };
        let (inner, _) = members::core(lowering, property.node.clone());
        let own = property.node.docs();
        fields.push(Field {
            name: names.field(domain.map_or(wire, |domain| domain.wire)),
            ty,
            required: property.required || domain.is_some_and(|domain| domain.always),
            nullable,
            docs: if own.is_empty() && inner.component().is_none() { inner.docs() } else { own },
            deprecated: property.node.is_true("deprecated") || inner.is_true("deprecated"),
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
    node: Option<Node<'d>>,
    domain: DomainType,
    hint: &str,
) -> Type {
    let node = node.map(|node| members::core(lowering, node).0);
    let items = |lowering: &Lowering<'d>, node: Option<Node<'d>>| {
        let items = node.and_then(|node| node.get("items"));
        items.map(|items| members::core(lowering, items).0)
    };
    match domain {
        DomainType::Text => Type::String(format(node.as_ref())),
        DomainType::Bool => Type::Bool,
        DomainType::Int => Type::Int,
        DomainType::Json => Type::Json,
        DomainType::Texts => {
            let items = items(lowering, node);
            Type::List(Box::new(Type::String(format(items.as_ref()))))
        }
        DomainType::Struct(filled) => Type::Model(structure(lowering, node, filled, hint)),
        DomainType::List(filled) => {
            let items = items(lowering, node);
            Type::List(Box::new(Type::Model(structure(lowering, items, filled, hint))))
        }
    }
}

/// The model of a struct of the runtime, as the spec shows it at one place.
fn structure<'d>(
    lowering: &mut Lowering<'d>,
    node: Option<Node<'d>>,
    filled: &'static DomainStruct,
    hint: &str,
) -> ModelId {
    let claim = Claim::of(filled);
    let object = node.and_then(|node| Some((node.clone(), members::object(lowering, node)?)));
    if let Some((node, object)) = object {
        return models::structure(lowering, &node, &object, Some(&claim), hint);
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
pub(super) fn format(node: Option<&Node<'_>>) -> Format {
    match node.and_then(|node| node.text("format")) {
        Some("date-time") => Format::DateTime,
        Some("email") => Format::Email,
        Some("uri" | "url") => Format::Uri,
        Some("uuid") => Format::Uuid,
        Some("byte" | "binary") => Format::Bytes,
        _ => Format::Plain,
    }
}
