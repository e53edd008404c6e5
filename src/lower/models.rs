//! Schemas become types; objects, unions and closed lists of strings become named models.
//!
//! A schema becomes one model wherever it occurs: models are known by the pointer of their schema.

mod complete;
mod union;

pub(super) use complete::complete;
pub(super) use union::{report_indistinguishable, variant_name};

use super::contract::Claim;
use super::members::{self, Member, Object};
use super::schema::{Listed, Rest, SchemaAt};
use super::{Lowering, fields};
use crate::catalog::DomainStruct;
use crate::ir::{Model, ModelId, Shape, Type};
use crate::name::Namer;
use crate::spec::at::Slot;

/// A schema's pointer, and the name of what fills it (empty: nothing).
pub(super) type Key = (String, &'static str);

/// The type of a schema, and whether its value may be `null`. `hint` names a model that has no name of its own.
pub(super) fn ty<'d>(lowering: &mut Lowering<'d>, slot: Slot<'d>, hint: &str) -> (Type, bool) {
    let (schema, nullable) = members::core(lowering, slot);
    if schema.is_composed() {
        return (composed(lowering, &schema, hint), nullable);
    }
    let listed = schema.listed();
    let ty = match schema.kind() {
        Some("string") => text(lowering, &schema, hint),
        Some("integer") => Type::Int,
        Some("number") => Type::Float,
        Some("boolean") => Type::Bool,
        Some("array") => list(lowering, &schema, hint),
        _ if schema.is_object() => object(lowering, &schema, hint),
        None if schema.item().is_some() => list(lowering, &schema, hint),
        None if !schema.literals().is_empty() => text(lowering, &schema, hint),
        _ => Type::Json,
    };
    (ty, nullable || listed.contains(&Listed::Null))
}

/// `string`, with or without a closed list.
fn text(lowering: &mut Lowering<'_>, schema: &SchemaAt<'_>, hint: &str) -> Type {
    let listed = schema.listed().into_iter();
    let literals: Vec<&str> = listed.filter_map(Listed::text).collect();
    if literals.is_empty() {
        return Type::String(fields::format(Some(schema)));
    }
    let key = (schema.pointer.clone(), "");
    if let Some(id) = lowering.by_schema.get(&key) {
        return Type::Model(*id);
    }
    let name = schema.component().unwrap_or_else(|| hint.to_owned());
    let id = open(lowering, &name, schema.docs(), None);
    lowering.by_schema.insert(key, id);
    let mut names = Namer::default();
    let mut values: Vec<(_, String)> = Vec::new();
    for literal in literals {
        if !values.iter().any(|(_, known)| known == literal) {
            values.push((names.variant(literal), literal.to_owned()));
        }
    }
    close(lowering, id, Shape::Enum { values });
    Type::Model(id)
}

/// `array`.
fn list<'d>(lowering: &mut Lowering<'d>, schema: &SchemaAt<'d>, hint: &str) -> Type {
    let Some(item) = schema.item() else {
        return Type::List(Box::new(Type::Json));
    };
    let item = nested(lowering, schema, item, &singular(hint));
    Type::List(Box::new(item))
}

/// The type inside a list or a map; any JSON where the list is its own item.
fn nested<'d>(
    lowering: &mut Lowering<'d>,
    holder: &SchemaAt<'d>,
    inner: Slot<'d>,
    hint: &str,
) -> Type {
    if !lowering.open.insert(holder.pointer.clone()) {
        return Type::Json;
    }
    let (item, _) = ty(lowering, inner, hint);
    lowering.open.remove(&holder.pointer);
    item
}

/// `object`.
fn object<'d>(lowering: &mut Lowering<'d>, schema: &SchemaAt<'d>, hint: &str) -> Type {
    let claim = Claim::at(lowering, schema);
    let Some(object) = members::object(lowering, schema.clone().into()) else {
        return Type::Json;
    };
    if object.properties.is_empty() && claim.is_none() {
        return map(lowering, &object, hint);
    }
    Type::Model(structure(lowering, schema, &object, claim.as_ref(), hint))
}

/// An object without known keys.
pub(super) fn map<'d>(lowering: &mut Lowering<'d>, object: &Object<'d>, hint: &str) -> Type {
    let value = match &object.rest {
        Some(Rest::Of(value)) => nested(lowering, &object.schema, value.clone(), &singular(hint)),
        _ => Type::Json,
    };
    Type::Map(Box::new(value))
}

/// The model of an object.
pub(super) fn structure<'d>(
    lowering: &mut Lowering<'d>,
    schema: &SchemaAt<'d>,
    object: &Object<'d>,
    claim: Option<&Claim>,
    hint: &str,
) -> ModelId {
    let key = (schema.pointer.clone(), claim.map_or("", |claim| claim.name));
    if let Some(id) = lowering.by_schema.get(&key) {
        return *id;
    }
    let filled = claim.and_then(|claim| claim.filled);
    let given = claim.and_then(Claim::model_name);
    let component = schema.component();
    let name = component.as_deref().or(given).unwrap_or(hint);
    let id = open(lowering, name, object.docs(), filled);
    lowering.by_schema.insert(key.clone(), id);
    if component.is_some() {
        lowering.components.insert(id);
    }
    let parent = name_of(lowering, id);
    let fields = fields::lower(lowering, object, claim, None, &parent);
    let rest = object.rest.clone().map(|rest| match rest {
        Rest::Of(value) => ty(lowering, value, &format!("{parent} rest")).0,
        Rest::Anything => Type::Json,
    });
    let shape = Shape::Struct { fields, rest };
    if component.is_none() && filled.is_some() {
        // Inline schemas that say the same of one struct of the runtime are one model.
        let mut models = lowering.models.iter();
        let twin = models.position(|model| model.filled_from == filled && model.shape == shape);
        if let Some(twin) = twin
            && id.0 + 1 == lowering.models.len()
        {
            lowering.models.pop();
            lowering.by_schema.insert(key, ModelId(twin));
            return ModelId(twin);
        }
    }
    close(lowering, id, shape);
    id
}

/// `oneOf`, `anyOf`, `allOf`.
fn composed<'d>(lowering: &mut Lowering<'d>, schema: &SchemaAt<'d>, hint: &str) -> Type {
    let members = members::flatten(lowering, schema.clone().into());
    let mut objects = Vec::new();
    let mut others = Vec::new();
    for member in members {
        match member {
            Member::Object(object) => objects.push(object),
            Member::Other(other) => others.push(other),
        }
    }
    if !others.is_empty() {
        // A schema that is still composed has more members than can be meant.
        if !objects.is_empty() || others.iter().any(SchemaAt::is_composed) {
            return Type::Json;
        }
        let mut types = others.into_iter().map(|other| match other.kind() {
            // Closed lists of several members together are an open one.
            Some("string") => Type::String(fields::format(Some(&other))),
            _ => ty(lowering, other.into(), hint).0,
        });
        let first = types.next().unwrap_or(Type::Json);
        return if types.all(|ty| ty == first) {
            first
        } else {
            Type::Json
        };
    }
    match objects.len() {
        0 => Type::Json,
        1 => {
            let object = objects.remove(0);
            let claim = Claim::at(lowering, schema);
            if object.properties.is_empty() && claim.is_none() {
                return map(lowering, &object, hint);
            }
            Type::Model(structure(lowering, schema, &object, claim.as_ref(), hint))
        }
        _ => Type::Model(union::union(lowering, schema, objects, hint)),
    }
}

/// What the models of an object without a model of its own are named after: the component it is part of, or `fallback`.
pub(super) fn parent_of(pointer: &str, fallback: &str) -> String {
    let component = pointer.strip_prefix("/components/");
    let name = component.and_then(|rest| rest.split('/').nth(1));
    let name =
        name.map(|name| name.trim_start_matches(|letter: char| !letter.is_ascii_alphabetic()));
    name.filter(|name| !name.is_empty())
        .unwrap_or(fallback)
        .to_owned()
}

/// Starts a model: gives it its place in the order, and its name.
pub(super) fn open(
    lowering: &mut Lowering<'_>,
    name: &str,
    docs: String,
    filled_from: Option<&'static DomainStruct>,
) -> ModelId {
    let id = ModelId(lowering.models.len());
    let name = lowering.types.type_name(name);
    lowering.models.push(Model {
        name,
        docs,
        shape: Shape::Enum { values: Vec::new() },
        in_requests: false,
        in_answers: false,
        filled_from,
        recursive: false,
    });
    id
}

/// Ends a model.
pub(super) fn close(lowering: &mut Lowering<'_>, id: ModelId, shape: Shape) {
    lowering.models[id.0].shape = shape;
}

/// The name of a model, ended or not.
fn name_of(lowering: &Lowering<'_>, id: ModelId) -> String {
    lowering.models[id.0].name.as_str().to_owned()
}

/// `loginMethods` → `loginMethod`; a word that has no other singular gets ` item`.
fn singular(hint: &str) -> String {
    let shorter = if let Some(stem) = hint.strip_suffix("ies") {
        format!("{stem}y")
    } else if ["ss", "us", "is"].iter().any(|end| hint.ends_with(end)) {
        hint.to_owned()
    } else if let Some(stem) = hint.strip_suffix("sses") {
        format!("{stem}ss")
    } else {
        hint.strip_suffix('s').unwrap_or(hint).to_owned()
    };
    if shorter == hint {
        format!("{hint} item")
    } else {
        shorter
    }
}
