//! What a schema comes down to once `$ref`, `allOf`, `oneOf` and `anyOf` are worked out: one object,
//! several, or something else.

mod literals;

pub(super) use literals::literals;

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde_json::Value;

use super::node::Node;
use super::{Lowering, tolerances};

/// One alternative of a schema.
#[derive(Debug, Clone)]
pub(super) enum Member<'d> {
    Object(Object<'d>),
    /// Anything that is no object.
    Other(Node<'d>),
}

/// An object with its keys, `allOf` merged.
#[derive(Debug, Clone)]
pub(super) struct Object<'d> {
    /// The schema that it was written as.
    pub(super) node: Node<'d>,
    /// The keys in the order of the spec.
    pub(super) properties: IndexMap<&'d str, Property<'d>>,
    /// `additionalProperties`, unless `false` or absent.
    pub(super) rest: Option<Node<'d>>,
    /// The literal that a `discriminator` gives to this alternative.
    pub(super) discriminated: Option<(&'d str, String)>,
}

/// A key of an object.
#[derive(Debug, Clone)]
pub(super) struct Property<'d> {
    /// Its schema.
    pub(super) node: Node<'d>,
    /// `required` names it.
    pub(super) required: bool,
}

/// More alternatives than this cannot be meant, and make any JSON value.
const MAX_MEMBERS: usize = 256;

/// All alternatives of a schema, nested ones included, in the order of the spec.
pub(super) fn flatten<'d>(lowering: &mut Lowering<'d>, node: Node<'d>) -> Vec<Member<'d>> {
    let mut open = BTreeSet::new();
    let start = node.clone();
    let members = expand(lowering, node, &mut open);
    if members.len() > MAX_MEMBERS {
        return vec![Member::Other(start)];
    }
    members
}

/// The one object that a schema is, if it is one.
pub(super) fn object<'d>(lowering: &mut Lowering<'d>, node: Node<'d>) -> Option<Object<'d>> {
    let mut members = flatten(lowering, node);
    match (members.pop(), members.is_empty()) {
        (Some(Member::Object(object)), true) => Some(object),
        _ => None,
    }
}

/// The schema behind `$ref`s and behind an `allOf` or `oneOf` of one; and whether any of them says `nullable`.
pub(super) fn core<'d>(lowering: &Lowering<'d>, node: Node<'d>) -> (Node<'d>, bool) {
    let mut node = lowering.resolve(node);
    let mut nullable = node.is_true("nullable");
    for _ in 0..64 {
        if node.has("properties") {
            break;
        }
        let keys = ["allOf", "oneOf", "anyOf"];
        let mut inner = keys.iter().flat_map(|key| node.items(key));
        let (Some(only), None) = (inner.next(), inner.next()) else {
            break;
        };
        drop(inner);
        node = lowering.resolve(only);
        nullable |= node.is_true("nullable");
    }
    (node, nullable)
}

/// Works out one schema; `open` holds the schemas that are being worked out.
fn expand<'d>(
    lowering: &mut Lowering<'d>,
    node: Node<'d>,
    open: &mut BTreeSet<String>,
) -> Vec<Member<'d>> {
    let node = lowering.resolve(node);
    let composed = ["allOf", "oneOf", "anyOf"].iter().any(|key| node.has(key));
    if !composed {
        return vec![plain(lowering, node)];
    }
    // A union that contains itself adds nothing to itself.
    if !open.insert(node.pointer.clone()) {
        return Vec::new();
    }
    let mut members = vec![own(lowering, &node)];
    for part in node.items("allOf") {
        let parts = expand(lowering, part, open);
        members = product(members, &parts);
    }
    for key in ["oneOf", "anyOf"] {
        if !node.has(key) {
            continue;
        }
        let mut alternatives = Vec::new();
        for (index, part) in node.items(key).enumerate() {
            let mut parts = expand(lowering, part, open);
            literals::discriminate(lowering, &node, key, index, &mut parts);
            alternatives.append(&mut parts);
        }
        members = product(members, &alternatives);
    }
    open.remove(&node.pointer);
    members
}

/// Every member of one list joined with every member of the other.
fn product<'d>(left: Vec<Member<'d>>, right: &[Member<'d>]) -> Vec<Member<'d>> {
    if right.is_empty() || left.len().saturating_mul(right.len()) > MAX_MEMBERS * 4 {
        return left;
    }
    let mut joined = Vec::new();
    for base in &left {
        for part in right {
            joined.push(join(base, part));
        }
    }
    joined
}

/// One object that is two at once. An empty base leaves the other as it is.
fn join<'d>(base: &Member<'d>, part: &Member<'d>) -> Member<'d> {
    match (base, part) {
        (Member::Object(base), other) if base.properties.is_empty() && base.rest.is_none() => {
            other.clone()
        }
        (Member::Object(base), Member::Object(part)) => {
            let mut joined = base.clone();
            for (key, property) in &part.properties {
                let required = joined
                    .properties
                    .get(key)
                    .is_some_and(|known| known.required);
                let mut property = property.clone();
                property.required |= required;
                joined.properties.insert(key, property);
            }
            // `required` of one part may name keys of the other.
            for holder in [&base.node, &part.node] {
                for key in holder.texts("required") {
                    if let Some(property) = joined.properties.get_mut(key) {
                        property.required = true;
                    }
                }
            }
            joined.rest = joined.rest.or_else(|| part.rest.clone());
            joined.discriminated = joined.discriminated.or_else(|| part.discriminated.clone());
            Member::Object(joined)
        }
        (Member::Object(base), Member::Other(_)) => Member::Object(base.clone()),
        (Member::Other(other), _) => Member::Other(other.clone()),
    }
}

/// What a composed schema says beside `allOf` and the like.
fn own<'d>(lowering: &mut Lowering<'d>, node: &Node<'d>) -> Member<'d> {
    Member::Object(read(lowering, node.clone(), true))
}

/// A schema without `allOf` and the like.
fn plain<'d>(lowering: &mut Lowering<'d>, node: Node<'d>) -> Member<'d> {
    let is_object = match node.text("type") {
        Some(kind) => kind == "object",
        None => node.has("properties") || node.has("additionalProperties"),
    };
    if is_object {
        Member::Object(read(lowering, node, false))
    } else {
        Member::Other(node)
    }
}

/// Reads the keys of an object.
fn read<'d>(lowering: &mut Lowering<'d>, node: Node<'d>, composed: bool) -> Object<'d> {
    let required: BTreeSet<&str> = node.texts("required").collect();
    let mut properties = IndexMap::new();
    if let Some(listed) = node.get("properties") {
        for (key, property) in listed.entries() {
            properties.insert(
                key,
                Property {
                    node: property,
                    required: required.contains(key),
                },
            );
        }
    }
    // Parts of an `allOf` may require each other's keys; a schema on its own may not.
    if !composed && !properties.is_empty() {
        for (index, key) in node.texts("required").enumerate() {
            if !properties.contains_key(key)
                && !node.pointer.contains("/allOf/")
                && !node.is_true("additionalProperties")
            {
                let span = lowering.at(&format!("{}/required/{index}", node.pointer));
                lowering.tolerate(
                    &tolerances::REQUIRED_WITHOUT_PROPERTY,
                    span,
                    format!("`{key}` is not described"),
                );
            }
        }
    }
    let rest = node
        .get("additionalProperties")
        .filter(|rest| rest.value != &Value::Bool(false));
    Object {
        node,
        properties,
        rest,
        discriminated: None,
    }
}
