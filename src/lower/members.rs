//! Works out `allOf`, `oneOf` and `anyOf`: a schema becomes one object, several, or something else.
//!
//! Each schema is worked out once, however many others are composed of it.

use std::collections::BTreeSet;
use std::rc::Rc;

use indexmap::IndexMap;

use super::context::Context;
use super::object::{Member, Object, Property, is_plain, is_vague, literals};
use crate::spec::document::{Discriminator, Document, Rest, Schema, SchemaId, Slot};
use crate::spec::tolerances;

/// More alternatives than this cannot be meant, and make any JSON value.
const MAX_MEMBERS: usize = 256;

/// All alternatives of a schema, nested ones included, in the order of the spec.
pub(super) fn flatten<'d>(cx: &mut Context<'d>, id: SchemaId) -> Rc<[Member<'d>]> {
    if let Some(known) = cx.flattened.get(&(id, false)) {
        return known.clone();
    }
    let schema = cx.document.schema(id);
    let mut members = if schema.children.is_empty() {
        expand(cx, schema)
    } else {
        family(cx, schema)
    };
    if members.len() > MAX_MEMBERS {
        members = vec![Member::Other(schema)];
    }
    let members: Rc<[Member<'d>]> = members.into();
    cx.flattened.insert((id, false), members.clone());
    members
}

/// The one object that a schema is, if it is one.
pub(super) fn object<'d>(cx: &mut Context<'d>, id: SchemaId) -> Option<Object<'d>> {
    match &*flatten(cx, id) {
        [Member::Object(object)] => Some(object.clone()),
        _ => None,
    }
}

/// The same without the schemas that extend this one.
fn plain<'d>(cx: &mut Context<'d>, id: SchemaId) -> Rc<[Member<'d>]> {
    if let Some(known) = cx.flattened.get(&(id, true)) {
        return known.clone();
    }
    let schema = cx.document.schema(id);
    let members: Rc<[Member<'d>]> = expand(cx, schema).into();
    cx.flattened.insert((id, true), members.clone());
    members
}

/// The schemas that extend one with a discriminator are its alternatives.
fn family<'d>(cx: &mut Context<'d>, parent: &'d Schema) -> Vec<Member<'d>> {
    let mut alternatives = Vec::new();
    for child in &parent.children {
        let mut members = plain(cx, child.schema).to_vec();
        discriminate(cx, parent.discriminator.as_ref(), child, &mut members);
        alternatives.append(&mut members);
    }
    let values = parent.discriminator.as_ref();
    let values = values.map_or(Vec::new(), |known| known.values_of(parent.id));
    if let Some(discriminator) = parent.discriminator.as_ref().filter(|_| !values.is_empty()) {
        for mut member in plain(cx, parent.id).to_vec() {
            if let Member::Object(object) = &mut member {
                object.discriminated = Some((&discriminator.property, values.clone()));
            }
            alternatives.push(member);
        }
    }
    alternatives
}

/// Works out one schema.
fn expand<'d>(cx: &mut Context<'d>, schema: &'d Schema) -> Vec<Member<'d>> {
    if is_plain(cx.document, schema) {
        return vec![if schema.is_object() {
            Member::Object(read(cx, schema))
        } else {
            Member::Other(schema)
        }];
    }
    // What it says beside `allOf` and the like.
    let mut members = vec![Member::Object(read(cx, schema))];
    for part in &schema.all_of {
        if is_vague(cx.document, part) {
            continue;
        }
        let target = cx.document.schema(part.schema);
        let extends = target
            .children
            .iter()
            .any(|child| child.schema == schema.id);
        let parts = if extends {
            plain(cx, part.schema)
        } else {
            flatten(cx, part.schema)
        };
        members = product(cx.document, members, &parts);
    }
    for list in [&schema.one_of, &schema.any_of] {
        let mut alternatives = Vec::new();
        for part in list {
            let mut parts = flatten(cx, part.schema).to_vec();
            discriminate(cx, schema.discriminator.as_ref(), part, &mut parts);
            alternatives.append(&mut parts);
        }
        members = product(cx.document, members, &alternatives);
    }
    members
}

/// Every member of one list joined with every member of the other.
fn product<'d>(
    document: &Document,
    left: Vec<Member<'d>>,
    right: &[Member<'d>],
) -> Vec<Member<'d>> {
    if right.is_empty() || left.len().saturating_mul(right.len()) > MAX_MEMBERS * 4 {
        return left;
    }
    let mut joined = Vec::new();
    for base in &left {
        for part in right {
            joined.push(join(document, base, part));
        }
    }
    joined
}

/// One object that is two at once. An empty base leaves the other as it is.
fn join<'d>(document: &Document, base: &Member<'d>, part: &Member<'d>) -> Member<'d> {
    match (base, part) {
        (Member::Object(base), other) if base.properties.is_empty() && base.rest.is_none() => {
            let mut other = other.clone();
            if let (Member::Object(part), Some(schema)) = (&mut other, base.schema) {
                require(&mut part.properties, schema);
                part.left_out.extend(&base.left_out);
            }
            other
        }
        (Member::Object(base), Member::Object(part)) => {
            let mut joined = base.clone();
            for (key, property) in &part.properties {
                let known = joined.properties.get(key);
                let required = known.is_some_and(|known| known.required);
                let mut property = match known {
                    // What only describes a key, or says who sends it, leaves its type as it is.
                    Some(known) if is_vague(document, property.slot) => Property {
                        required: property.required,
                        ..known.clone()
                    },
                    _ => property.clone(),
                };
                property.required |= required;
                joined.properties.insert(key, property);
            }
            // `required` of one part may name keys of the other.
            for holder in [base.schema, part.schema].into_iter().flatten() {
                require(&mut joined.properties, holder);
            }
            joined.rest = joined.rest.or(part.rest);
            joined.left_out.extend(&part.left_out);
            joined.discriminated = joined.discriminated.or_else(|| part.discriminated.clone());
            Member::Object(joined)
        }
        (Member::Object(base), Member::Other(_)) => Member::Object(base.clone()),
        (Member::Other(other), _) => Member::Other(other),
    }
}

/// Marks the keys that a schema requires.
fn require(properties: &mut IndexMap<&str, Property<'_>>, schema: &Schema) {
    for key in &schema.required {
        if let Some(property) = properties.get_mut(key.as_str()) {
            property.required = true;
        }
    }
}

/// Reads the keys of an object.
fn read<'d>(cx: &mut Context<'d>, schema: &'d Schema) -> Object<'d> {
    let required: BTreeSet<&str> = schema.required.iter().map(String::as_str).collect();
    let properties: IndexMap<&str, Property<'_>> = schema
        .properties
        .iter()
        .map(|(key, slot)| {
            let required = required.contains(key.as_str());
            (key.as_str(), Property { slot, required })
        })
        .collect();
    let rest = schema.rest.as_ref();
    let is_open = matches!(rest, Some(Rest::Anything));
    // Parts of an `allOf` may require each other's keys; a schema on its own may not.
    let is_alone = !schema.is_composed() && !schema.place.pointer.contains("/allOf/");
    if is_alone && !is_open && !properties.is_empty() {
        for (index, key) in schema.required.iter().enumerate() {
            if !properties.contains_key(key.as_str()) {
                let span = cx.at(&schema.place.under("required").item(index));
                let label = format!("`{key}` is not described");
                cx.tolerate(&tolerances::REQUIRED_WITHOUT_PROPERTY, span, label);
            }
        }
    }
    Object {
        place: &schema.place,
        schema: Some(schema),
        properties,
        rest: rest.filter(|rest| !matches!(rest, Rest::Closed)),
        left_out: schema.left_out.iter().map(String::as_str).collect(),
        discriminated: None,
    }
}

/// Gives the members that one alternative came to the literals of the union's `discriminator`: those
/// of its `mapping`, or else those that the property lists, or else the name of the schema.
fn discriminate<'d>(
    cx: &Context<'d>,
    discriminator: Option<&'d Discriminator>,
    alternative: &Slot,
    members: &mut [Member<'d>],
) {
    let Some(discriminator) = discriminator.filter(|_| alternative.is_ref) else {
        return;
    };
    let property = discriminator.property.as_str();
    let mapped = discriminator.values_of(alternative.schema);
    let target = cx.document.schema(alternative.schema);
    let name = target.name.clone().unwrap_or_else(|| target.place.last());
    for member in members {
        let Member::Object(object) = member else {
            continue;
        };
        let known = object.properties.get(property);
        let listed = known.map_or(Vec::new(), |known| literals(cx.document, known.slot));
        let decided = match (mapped.as_slice(), listed.as_slice()) {
            ([], []) => vec![name.clone()],
            ([], [_, _, ..]) if listed.contains(&name) => vec![name.clone()],
            // What the property lists says it by itself.
            ([], _) => continue,
            (mapped, _) => mapped.to_vec(),
        };
        object.discriminated = Some((property, decided));
    }
}
