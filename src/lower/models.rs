//! Schemas become types; objects, unions and closed lists of strings become named models.
//!
//! A schema becomes one model wherever it occurs: models are known by the pointer of their schema.

mod complete;
mod union;

pub(super) use complete::complete;
pub(super) use union::{report_indistinguishable, variant_name};

use serde_json::Value;

use super::contract::Claim;
use super::members::{self, Member, Object};
use super::node::Node;
use super::{Lowering, fields};
use crate::catalog::DomainStruct;
use crate::ir::{Model, ModelId, Shape, Type};
use crate::name::Namer;

/// A schema's pointer, and the name of what fills it (empty: nothing).
pub(super) type Key = (String, &'static str);

/// The type of a schema, and whether its value may be `null`. `hint` names a model that has no name of its own.
pub(super) fn ty<'d>(lowering: &mut Lowering<'d>, node: Node<'d>, hint: &str) -> (Type, bool) {
    let (node, nullable) = members::core(lowering, node);
    if ["allOf", "oneOf", "anyOf"].iter().any(|key| node.has(key)) {
        return (composed(lowering, &node, hint), nullable);
    }
    let listed = node.value.get("enum").and_then(Value::as_array);
    let has_null = listed.is_some_and(|values| values.contains(&Value::Null));
    let ty = match node.text("type") {
        Some("string") => text(lowering, &node, hint),
        Some("integer") => Type::Int,
        Some("number") => Type::Float,
        Some("boolean") => Type::Bool,
        Some("array") => list(lowering, &node, hint),
        Some("object") => object(lowering, &node, hint),
        None if node.has("properties") || node.has("additionalProperties") => {
            object(lowering, &node, hint)
        }
        None if node.has("items") => list(lowering, &node, hint),
        None if !members::literals(lowering, &node).is_empty() => text(lowering, &node, hint),
        _ => Type::Json,
    };
    (ty, nullable || has_null)
}

/// `string`, with or without a closed list.
fn text(lowering: &mut Lowering<'_>, node: &Node<'_>, hint: &str) -> Type {
    let listed = node.value.get("enum").and_then(Value::as_array);
    let literals: Vec<&str> = listed
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if literals.is_empty() {
        return Type::String(fields::format(Some(node)));
    }
    let key = (node.pointer.clone(), "");
    if let Some(id) = lowering.by_schema.get(&key) {
        return Type::Model(*id);
    }
    let name = node.component().unwrap_or_else(|| hint.to_owned());
    let id = open(lowering, &name, node.docs(), None);
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
fn list<'d>(lowering: &mut Lowering<'d>, node: &Node<'d>, hint: &str) -> Type {
    let Some(items) = node.get("items") else {
        return Type::List(Box::new(Type::Json));
    };
    let item = nested(lowering, node, items, &singular(hint));
    Type::List(Box::new(item))
}

/// The type inside a list or a map; any JSON where the list is its own item.
fn nested<'d>(lowering: &mut Lowering<'d>, holder: &Node<'d>, inner: Node<'d>, hint: &str) -> Type {
    if !lowering.open.insert(holder.pointer.clone()) {
        return Type::Json;
    }
    let (item, _) = ty(lowering, inner, hint);
    lowering.open.remove(&holder.pointer);
    item
}

/// `object`.
fn object<'d>(lowering: &mut Lowering<'d>, node: &Node<'d>, hint: &str) -> Type {
    let claim = Claim::at(lowering, node);
    let Some(object) = members::object(lowering, node.clone()) else {
        return Type::Json;
    };
    if object.properties.is_empty() && claim.is_none() {
        return map(lowering, &object, hint);
    }
    Type::Model(structure(lowering, node, &object, claim.as_ref(), hint))
}

/// An object without known keys.
pub(super) fn map<'d>(lowering: &mut Lowering<'d>, object: &Object<'d>, hint: &str) -> Type {
    let value = match &object.rest {
        Some(rest) if rest.value.is_object() => {
            nested(lowering, &object.node, rest.clone(), &singular(hint))
        }
        _ => Type::Json,
    };
    Type::Map(Box::new(value))
}

/// The model of an object.
pub(super) fn structure<'d>(
    lowering: &mut Lowering<'d>,
    node: &Node<'d>,
    object: &Object<'d>,
    claim: Option<&Claim>,
    hint: &str,
) -> ModelId {
    let key = (node.pointer.clone(), claim.map_or("", |claim| claim.name));
    if let Some(id) = lowering.by_schema.get(&key) {
        return *id;
    }
    let filled = claim.and_then(|claim| claim.filled);
    let given = claim.and_then(Claim::model_name);
    let component = node.component();
    let name = component.as_deref().or(given).unwrap_or(hint);
    let id = open(lowering, name, object.docs(), filled);
    lowering.by_schema.insert(key.clone(), id);
    let parent = name_of(lowering, id);
    let fields = fields::lower(lowering, object, claim, None, &parent);
    let rest = object.rest.as_ref().map(|rest| {
        if rest.value.is_object() {
            ty(lowering, rest.clone(), &format!("{parent} rest")).0
        } else {
            Type::Json
        }
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
fn composed<'d>(lowering: &mut Lowering<'d>, node: &Node<'d>, hint: &str) -> Type {
    let members = members::flatten(lowering, node.clone());
    let mut objects = Vec::new();
    let mut others = Vec::new();
    for member in members {
        match member {
            Member::Object(object) => objects.push(object),
            Member::Other(other) => others.push(other),
        }
    }
    if !others.is_empty() {
        if !objects.is_empty() {
            return Type::Json;
        }
        let mut types = others.into_iter().map(|other| match other.text("type") {
            // Closed lists of several members together are an open one.
            Some("string") => Type::String(fields::format(Some(&other))),
            _ => ty(lowering, other, hint).0,
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
            let claim = Claim::at(lowering, node);
            if object.properties.is_empty() && claim.is_none() {
                return map(lowering, &object, hint);
            }
            Type::Model(structure(lowering, node, &object, claim.as_ref(), hint))
        }
        _ => Type::Model(union::union(lowering, node, objects, hint)),
    }
}

/// What the models of an object without a model of its own are named after: the component it is part of, or `fallback`.
pub(super) fn parent_of(node: &Node<'_>, fallback: &str) -> String {
    let component = node.pointer.strip_prefix("/components/");
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
