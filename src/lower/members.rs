//! What a schema comes down to once `$ref`, `allOf`, `oneOf` and `anyOf` are worked out: one object,
//! several, or something else.

mod literals;

pub(super) use literals::literals;

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::schema::{COMPOSITIONS, Rest, SchemaAt};
use super::{Lowering, tolerances};
use crate::spec::at::Slot;

/// One alternative of a schema.
#[derive(Debug, Clone)]
pub(super) enum Member<'d> {
    Object(Object<'d>),
    /// Anything that is no object.
    Other(SchemaAt<'d>),
}

/// An object with its keys, `allOf` merged.
#[derive(Debug, Clone)]
pub(super) struct Object<'d> {
    /// The schema that it was written as.
    pub(super) schema: SchemaAt<'d>,
    /// The keys in the order of the spec.
    pub(super) properties: IndexMap<&'d str, Property<'d>>,
    /// `additionalProperties`, unless `false` or absent.
    pub(super) rest: Option<Rest<'d>>,
    /// The literal that a `discriminator` gives to this alternative.
    pub(super) discriminated: Option<(&'d str, String)>,
}

/// A key of an object.
#[derive(Debug, Clone)]
pub(super) struct Property<'d> {
    /// Its schema, as it is written.
    pub(super) slot: Slot<'d>,
    /// `required` names it.
    pub(super) required: bool,
}

/// More alternatives than this cannot be meant, and make any JSON value.
const MAX_MEMBERS: usize = 256;

/// All alternatives of a schema, nested ones included, in the order of the spec.
pub(super) fn flatten<'d>(lowering: &mut Lowering<'d>, slot: Slot<'d>) -> Vec<Member<'d>> {
    let schema = lowering.schema(slot);
    let members = expand(lowering, schema.clone(), &mut BTreeSet::new());
    if members.len() > MAX_MEMBERS {
        return vec![Member::Other(schema)];
    }
    members
}

/// The one object that a schema is, if it is one.
pub(super) fn object<'d>(lowering: &mut Lowering<'d>, slot: Slot<'d>) -> Option<Object<'d>> {
    let mut members = flatten(lowering, slot);
    match (members.pop(), members.is_empty()) {
        (Some(Member::Object(object)), true) => Some(object),
        _ => None,
    }
}

/// The schema behind `$ref`s and behind an `allOf` or `oneOf` of one; and whether any of them says `nullable`.
pub(super) fn core<'d>(lowering: &Lowering<'d>, slot: Slot<'d>) -> (SchemaAt<'d>, bool) {
    let mut schema = lowering.schema(slot);
    let mut nullable = schema.value.schema_data.nullable;
    for _ in 0..64 {
        if schema.has_properties() {
            break;
        }
        let mut inner = COMPOSITIONS.iter().flat_map(|key| schema.parts(key));
        let (Some(only), None) = (inner.next(), inner.next()) else {
            break;
        };
        drop(inner);
        schema = lowering.schema(only);
        nullable |= schema.value.schema_data.nullable;
    }
    (schema, nullable)
}

/// Works out one schema; `open` holds the schemas that are being worked out.
fn expand<'d>(
    lowering: &mut Lowering<'d>,
    schema: SchemaAt<'d>,
    open: &mut BTreeSet<String>,
) -> Vec<Member<'d>> {
    if !schema.is_composed() {
        return vec![if schema.is_object() {
            Member::Object(read(lowering, schema, false))
        } else {
            Member::Other(schema)
        }];
    }
    // A union that contains itself adds nothing to itself.
    if !open.insert(schema.pointer.clone()) {
        return Vec::new();
    }
    // What it says beside `allOf` and the like.
    let mut members = vec![Member::Object(read(lowering, schema.clone(), true))];
    for part in schema.parts("allOf") {
        let part = lowering.schema(part);
        let parts = expand(lowering, part, open);
        members = product(members, &parts);
    }
    for key in ["oneOf", "anyOf"] {
        let mut alternatives = Vec::new();
        for part in schema.parts(key) {
            let target = lowering.schema(part.clone());
            let mut parts = expand(lowering, target, open);
            literals::discriminate(lowering, &schema, &part, &mut parts);
            alternatives.append(&mut parts);
        }
        members = product(members, &alternatives);
    }
    open.remove(&schema.pointer);
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
            for holder in [&base.schema, &part.schema] {
                for key in holder.required() {
                    if let Some(property) = joined.properties.get_mut(key.as_str()) {
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

/// Reads the keys of an object.
fn read<'d>(lowering: &mut Lowering<'d>, schema: SchemaAt<'d>, composed: bool) -> Object<'d> {
    let required: BTreeSet<&str> = schema.required().iter().map(String::as_str).collect();
    let properties: IndexMap<&str, Property<'_>> = schema
        .properties()
        .map(|(key, slot)| {
            let required = required.contains(key);
            (key, Property { slot, required })
        })
        .collect();
    let rest = schema.rest();
    // Parts of an `allOf` may require each other's keys; a schema on its own may not.
    if !composed && !properties.is_empty() {
        for key in schema.items("required", schema.required()) {
            let (place, key) = (key.pointer, key.value);
            if !properties.contains_key(key.as_str())
                && !schema.pointer.contains("/allOf/")
                && !matches!(rest, Some(Rest::Anything))
            {
                let span = lowering.at(&place);
                lowering.tolerate(
                    &tolerances::REQUIRED_WITHOUT_PROPERTY,
                    span,
                    format!("`{key}` is not described"),
                );
            }
        }
    }
    Object {
        schema,
        properties,
        rest,
        discriminated: None,
    }
}
