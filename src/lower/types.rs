//! Schemas become types; objects, unions and closed lists of strings become named models.
//!
//! A schema becomes one model wherever it occurs. Types contain each other, so that the functions
//! here call each other in a circle, and stand in one file.

use super::binding::Binding;
use super::context::{Context, Opening};
use super::kinds::{self, Group, JsonKind};
use super::members;
use super::names::{parent_of, singular};
use super::nulls::{allows_null, defaults_to_null};
use super::object::{Member, Object, core, is_plain};
use super::scalars;
use super::texts::{format, text};
use super::unions;
use crate::catalog::{DomainField, DomainStruct, DomainType};
use crate::ir::{Field, ModelId, Scalar, Shape, Type};
use crate::name::Namer;
use crate::spec::document::{Kind, Rest, Schema, Slot};
use crate::spec::tolerances;

/// The type of a schema, and whether its value may be `null`. `hint` names a model that has no name
/// of its own.
pub(super) fn ty<'d>(cx: &mut Context<'d>, slot: &Slot, hint: &str) -> (Type, bool) {
    let ty = of_schema(cx, core(cx.document, slot), hint);
    // Any JSON value may be `null` as it is.
    let nullable = ty != Type::Json && allows_null(cx, slot);
    (ty, nullable)
}

/// The type of a value that is no key of an object.
pub(super) fn whole<'d>(cx: &mut Context<'d>, slot: &Slot, hint: &str) -> Type {
    match ty(cx, slot, hint) {
        (ty, true) => Type::Nullable(Box::new(ty)),
        (ty, false) => ty,
    }
}

fn of_schema<'d>(cx: &mut Context<'d>, schema: &'d Schema, hint: &str) -> Type {
    if !is_plain(cx.document, schema) || !schema.children.is_empty() {
        return composed(cx, schema, hint);
    }
    match schema.kind {
        Some(Kind::String) => text(cx, schema, hint),
        Some(Kind::Integer) => scalars::integer(cx, schema),
        Some(Kind::Number) => kinds::scalar(schema, Scalar::Float),
        Some(Kind::Boolean) => kinds::scalar(schema, Scalar::Bool),
        Some(Kind::Array) => list(cx, schema, hint),
        _ if schema.is_object() => object(cx, schema, hint),
        None if schema.items.is_some() => list(cx, schema, hint),
        None if schema.lists_texts() => text(cx, schema, hint),
        _ => kinds::untyped(schema),
    }
}

/// `array`.
fn list<'d>(cx: &mut Context<'d>, schema: &'d Schema, hint: &str) -> Type {
    let item = match &schema.items {
        Some(item) => nested(cx, schema, item, &singular(hint)),
        None => Type::Json,
    };
    Type::List(Box::new(item))
}

/// The type inside a list or a map; any JSON where the list is its own item.
fn nested<'d>(cx: &mut Context<'d>, holder: &'d Schema, inner: &Slot, hint: &str) -> Type {
    if !cx.open.insert(holder.id) {
        return Type::Json;
    }
    let item = whole(cx, inner, hint);
    cx.open.remove(&holder.id);
    item
}

/// `object`.
fn object<'d>(cx: &mut Context<'d>, schema: &'d Schema, hint: &str) -> Type {
    match members::object(cx, schema.id) {
        Some(object) => one(cx, schema, &object, hint),
        None => Type::Json,
    }
}

/// One object: a map where it has no known keys.
fn one<'d>(cx: &mut Context<'d>, schema: &'d Schema, object: &Object<'d>, hint: &str) -> Type {
    let binding = cx.binding(schema.id);
    if object.properties.is_empty() && binding.is_none() {
        return map(cx, object, hint);
    }
    Type::Model(structure(cx, schema, object, binding.as_ref(), hint))
}

/// An object without known keys.
pub(super) fn map<'d>(cx: &mut Context<'d>, object: &Object<'d>, hint: &str) -> Type {
    if let Some(schema) = object.schema.filter(|_| !object.left_out.is_empty()) {
        return Type::Model(structure(cx, schema, object, None, hint));
    }
    let value = match (object.rest, object.schema) {
        (Some(Rest::Of(value)), Some(schema)) => nested(cx, schema, value, &singular(hint)),
        _ => Type::Json,
    };
    Type::Map(Box::new(value))
}

/// The model of an object.
fn structure<'d>(
    cx: &mut Context<'d>,
    schema: &'d Schema,
    object: &Object<'d>,
    binding: Option<&Binding>,
    hint: &str,
) -> ModelId {
    let filled = binding.and_then(|binding| binding.filled);
    let opening = Opening {
        schema,
        filler: binding.map_or("", |binding| binding.name),
        filled_from: filled,
        hint: binding.and_then(Binding::model_name).unwrap_or(hint),
        docs: object.docs(),
    };
    if let Some(id) = cx.by_schema.get(&opening.key()) {
        return *id;
    }
    let id = cx.model(opening, |cx, parent| {
        let fields = fields(cx, object, binding, None, parent);
        let rest = object.rest.map(|rest| match rest {
            Rest::Of(value) => whole(cx, value, &format!("{parent} rest")),
            Rest::Anything | Rest::Closed => Type::Json,
        });
        Shape::Struct { fields, rest }
    });
    if object.rest.is_some() {
        let keys = object.left_out.iter().map(|key| (*key).to_owned());
        cx.models[id.0].left_out = keys.collect();
    }
    if schema.name.is_some() {
        cx.components.insert(id);
    } else if filled.is_some() {
        return cx.without_twin(id, opening.key());
    }
    id
}

/// `oneOf`, `anyOf`, `allOf`, or a schema that others extend.
fn composed<'d>(cx: &mut Context<'d>, schema: &'d Schema, hint: &str) -> Type {
    let members = members::flatten(cx, schema.id);
    let mut objects = Vec::new();
    let mut others = Vec::new();
    for member in members.iter() {
        match member {
            Member::Object(object) => objects.push(object.clone()),
            Member::Other(other) => others.push(*other),
        }
    }
    if !others.is_empty() {
        return mixed(cx, schema, &objects, &others, hint);
    }
    match objects.as_slice() {
        [] => Type::Json,
        [object] => one(cx, schema, object, hint),
        _ => Type::Model(union(cx, schema, objects, hint)),
    }
}

/// Alternatives that are not all objects: one type, a model of several kinds, or else any JSON value.
fn mixed<'d>(
    cx: &mut Context<'d>,
    schema: &'d Schema,
    objects: &[Object<'d>],
    others: &[&'d Schema],
    hint: &str,
) -> Type {
    let ids: Vec<_> = objects.iter().map(|it| it.schema.map(|it| it.id)).collect();
    let ty = match kinds::groups(cx.document, schema, &ids, others).as_deref() {
        Some([one]) => of_kind(cx, one, objects, hint),
        Some(groups) => {
            let ty = |cx: &mut Context<'d>, group: &Group<'d>, hint: &str| {
                of_kind(cx, group, objects, hint)
            };
            Type::Model(scalars::choice(cx, schema, groups, hint, ty))
        }
        None => Type::Json,
    };
    if ty == Type::Json {
        let span = cx.key(&schema.place);
        cx.tolerate(&tolerances::UNTYPED_ALTERNATIVES, span, "");
    }
    ty
}

/// The type of the alternatives of one kind.
fn of_kind<'d>(
    cx: &mut Context<'d>,
    group: &Group<'d>,
    objects: &[Object<'d>],
    hint: &str,
) -> Type {
    match (group.schemas.as_slice(), group.kind, objects) {
        ([only], ..) => of_schema(cx, only, hint),
        ([first, others @ ..], JsonKind::List, _) => {
            let ty = of_schema(cx, first, hint);
            let mut others = others.iter().map(|other| of_schema(cx, other, hint));
            if others.all(|other| other == ty) {
                ty
            } else {
                Type::Json
            }
        }
        ([], _, [object]) => match object.schema {
            Some(schema) => one(cx, schema, object, hint),
            None => Type::Json,
        },
        (several, kind, _) => kinds::joined(kind, several),
    }
}

/// The model of several objects: one variant for each literal, or one for each member.
fn union<'d>(
    cx: &mut Context<'d>,
    schema: &'d Schema,
    mut objects: Vec<Object<'d>>,
    hint: &str,
) -> ModelId {
    let mut indistinct = None;
    let id = cx.model(Opening::of(schema, hint), |cx, parent| {
        let borrowed: Vec<&Object<'_>> = objects.iter().collect();
        let tag = unions::tag(cx.document, &borrowed);
        if tag.is_none() {
            if let Some((one, other)) = unions::indistinguishable(cx, &borrowed) {
                let place = &schema.place;
                let report = unions::report_indistinguishable(cx.document, place, one, other);
                indistinct = Some(report);
            }
            unions::most_demanding_first(&mut objects, unions::requires_more);
        }
        let fields = objects.iter().map(|object| {
            let own = parent_of(object.place, parent);
            fields(cx, object, None, tag.as_deref(), &own)
        });
        let fields = fields.collect();
        let variants = unions::variants(cx, &objects, fields, tag.as_deref());
        Shape::Union { tag, variants }
    });
    cx.indistinct.extend(indistinct.map(|report| (id, report)));
    id
}

/// The keys of an object but the tag, in spec order; what a binding adds comes last.
pub(super) fn fields<'d>(
    cx: &mut Context<'d>,
    object: &Object<'d>,
    binding: Option<&Binding>,
    tag: Option<&str>,
    parent: &str,
) -> Vec<Field> {
    let mut names = Namer::default();
    let mut fields = Vec::new();
    let mut met = Vec::new();
    let has = |key: &str| object.properties.contains_key(key);
    for (wire, property) in &object.properties {
        if Some(*wire) == tag {
            continue;
        }
        let slot = property.slot;
        let domain = binding.and_then(|binding| binding.field(wire, has));
        let hint = format!("{parent} {wire}");
        let (ty, nullable) = match domain {
            Some(domain) => {
                met.push(domain.wire);
                (bound(cx, Some(slot), domain.ty, &hint), false)
            }
            None => ty(cx, slot, &hint),
        };
        let inner = core(cx.document, slot);
        fields.push(Field {
            name: names.field(domain.map_or(wire, |domain| domain.wire)),
            ty,
            required: property.required || domain.is_some_and(|domain| domain.always),
            nullable,
            absent_is_null: defaults_to_null(cx, slot),
            docs: if slot.docs.is_empty() && inner.name.is_none() {
                inner.docs.clone()
            } else {
                slot.docs.clone()
            },
            deprecated: slot.deprecated || inner.deprecated,
        });
    }
    let known = binding.map_or(&[][..], |binding| &binding.fields);
    for domain in known.iter().filter(|domain| !met.contains(&domain.wire)) {
        fields.push(forgotten(cx, domain, &mut names));
    }
    fields
}

/// A field that a built-in fills and the spec forgot.
fn forgotten(cx: &mut Context<'_>, domain: &DomainField, names: &mut Namer) -> Field {
    Field {
        name: names.field(domain.wire),
        ty: bound(cx, None, domain.ty, domain.wire),
        required: domain.always,
        nullable: false,
        absent_is_null: false,
        docs: String::new(),
        deprecated: false,
    }
}

/// The type of a field that a built-in fills or reads: the runtime decides, the spec adds the format.
fn bound<'d>(cx: &mut Context<'d>, slot: Option<&Slot>, domain: DomainType, hint: &str) -> Type {
    let document = cx.document;
    let schema = slot.map(|slot| core(document, slot));
    let item = || {
        let item = schema.and_then(|schema| schema.items.as_deref());
        item.map(|item| core(document, item))
    };
    match domain {
        DomainType::Text => Type::String(format(schema)),
        DomainType::Bool => Type::Bool,
        DomainType::Int => Type::Int,
        DomainType::Json | DomainType::Location => Type::Json,
        DomainType::Texts => Type::List(Box::new(Type::String(format(item())))),
        DomainType::Struct(filled) => Type::Model(domain_model(cx, schema, filled, hint)),
        DomainType::List(filled) => {
            let item = domain_model(cx, item(), filled, hint);
            Type::List(Box::new(Type::Model(item)))
        }
    }
}

/// The model of a struct of the runtime, as the spec shows it at one place.
fn domain_model<'d>(
    cx: &mut Context<'d>,
    schema: Option<&'d Schema>,
    filled: &'static DomainStruct,
    hint: &str,
) -> ModelId {
    let binding = Binding::of(filled);
    if let Some(schema) = schema
        && let Some(object) = members::object(cx, schema.id)
    {
        return structure(cx, schema, &object, Some(&binding), hint);
    }
    // The spec shows no object here: every field is a forgotten one.
    let key = (None, filled.name);
    if let Some(id) = cx.by_schema.get(&key) {
        return *id;
    }
    let id = cx.open_model(filled.name, "", Some(filled));
    cx.by_schema.insert(key, id);
    let mut names = Namer::default();
    let known = filled.fields.iter();
    let fields = known
        .map(|domain| forgotten(cx, domain, &mut names))
        .collect();
    cx.close_model(id, Shape::Struct { fields, rest: None });
    id
}
