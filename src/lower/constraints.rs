//! Schemas of requests → a graph of what their values must keep to beyond their types.

mod keywords;

use std::collections::BTreeSet;
use std::rc::Rc;

use super::context::Context;
use super::graph::{Choice, Node, NodeId, Part, Use};
use super::kinds::{self, JsonKind};
use super::members;
use super::nulls::allows_null;
use super::object::{Member, literals};
use crate::ir::{Constraint, ConstraintsId};
use crate::spec::document::{Document, Kind, Literal, Rest, Schema, SchemaId, Slot};
use crate::spec::tolerances;

/// Says that a default of a body is not filled in.
fn note_default(cx: &mut Context<'_>, slot: &Slot) {
    let default = cx.document.default_of(slot);
    // What defaults to `null` has a type that does not tell the two apart.
    if let Some((place, _)) = default.filter(|(_, value)| !value.is_null()) {
        let span = cx.key(&place.under("default"));
        cx.tolerate(&tolerances::DEFAULT_NOT_FILLED, span, "");
    }
}

/// The constraints of a body or a parameter, by an id that [`super::graph::finish`] replaces.
pub(super) fn root<'d>(cx: &mut Context<'d>, slot: &Slot, hint: &str) -> ConstraintsId {
    let node = used(cx, slot, hint);
    cx.constraints.nodes[node.0].uses += 2;
    cx.constraints.roots.push(node);
    ConstraintsId(cx.constraints.roots.len() - 1)
}

/// What a value asks for.
fn used<'d>(cx: &mut Context<'d>, slot: &Slot, hint: &str) -> NodeId {
    let has_null = allows_null(cx, slot);
    let how = or_null(cx, slot, has_null, Use::Whole);
    node(cx, slot.schema, how, hint)
}

/// How a schema is used where the value may be `null`, if that makes a difference.
fn or_null(cx: &Context<'_>, slot: &Slot, has_null: bool, how: Use) -> Use {
    match (how, has_null && lists_values(cx.document, slot.schema)) {
        (Use::Whole, true) => Use::OrNull,
        (Use::Part, true) => Use::PartOrNull,
        (how, _) => how,
    }
}

/// Whether a schema or a part of it lists its values by other things than texts: the only constraint that says
/// something about `null`.
fn lists_values(document: &Document, id: SchemaId) -> bool {
    let mut waiting = vec![id];
    let mut seen = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        let schema = document.schema(id);
        if schema.listed.iter().any(Literal::is_other) {
            return true;
        }
        if seen.insert(id) {
            waiting.extend(schema.parts().map(|part| part.schema));
        }
    }
    false
}

fn node<'d>(cx: &mut Context<'d>, id: SchemaId, how: Use, hint: &str) -> NodeId {
    if let Some(known) = cx.constraints.by_schema.get(&(id, how)) {
        cx.constraints.nodes[known.0].uses += 1;
        return *known;
    }
    let schema = cx.document.schema(id);
    let name = schema.name.clone().unwrap_or_else(|| hint.to_owned());
    let node = NodeId(cx.constraints.nodes.len());
    cx.constraints.nodes.push(Node {
        name: name.clone(),
        parts: Vec::new(),
        uses: 1,
    });
    cx.constraints.by_schema.insert((id, how), node);
    let parts = parts(cx, schema, how, &name);
    cx.constraints.nodes[node.0].parts = parts;
    node
}

fn parts<'d>(cx: &mut Context<'d>, schema: &'d Schema, how: Use, name: &str) -> Vec<Part> {
    let has_null = matches!(how, Use::OrNull | Use::PartOrNull);
    let own = keywords::constraints(cx, schema, has_null);
    let mut parts: Vec<Part> = own.into_iter().map(Part::Own).collect();
    for part in &schema.all_of {
        let target = cx.document.schema(part.schema);
        let is_parent = (target.children.iter()).any(|child| child.schema == schema.id);
        let how = match is_parent {
            true => Use::Parent,
            false => or_null(cx, part, has_null, Use::Part),
        };
        parts.push(Part::Of(node(cx, part.schema, how, name)));
    }
    for (key, slot) in &schema.properties {
        note_default(cx, slot);
        let hint = format!("{name} {key}");
        parts.push(Part::Key(key.clone(), used(cx, slot, &hint)));
    }
    if let Some(items) = &schema.items {
        let hint = format!("{name} item");
        parts.push(Part::Items(used(cx, items, &hint)));
    }
    if let Some(Rest::Of(slot)) = &schema.rest {
        // What only answers have is ignored, whatever it is.
        let known = schema.properties.keys().chain(&schema.left_out);
        let known = known.cloned().collect();
        let hint = format!("{name} value");
        parts.push(Part::OtherKeys(known, used(cx, slot, &hint)));
    }
    if matches!(how, Use::Whole | Use::OrNull) && is_closed(cx.document, schema) {
        let mut keys = Vec::new();
        add_keys(cx.document, schema, &mut keys, &mut BTreeSet::new());
        parts.push(Part::Own(Constraint::Closed(keys)));
    }
    for list in [&schema.one_of, &schema.any_of] {
        parts.extend(choices(cx, schema, list, name, has_null));
    }
    if how != Use::Parent {
        parts.extend(choices(cx, schema, &schema.children, name, has_null));
    }
    parts
}

fn choices<'d>(
    cx: &mut Context<'d>,
    schema: &'d Schema,
    list: &'d [Slot],
    name: &str,
    has_null: bool,
) -> Option<Part> {
    if list.is_empty() {
        return None;
    }
    let alternatives = list.iter().map(|slot| members::flatten(cx, slot.schema));
    let alternatives: Vec<Rc<[Member<'d>]>> = alternatives.collect();
    let document = cx.document;
    let are_whole = |member| are_whole(document, member);
    let mut numbers = alternatives.iter().flat_map(|members| members.iter());
    let has_fractions = numbers.any(|member| are_whole(member) == Some(false));
    let mut choices = Vec::new();
    for (index, (slot, members)) in list.iter().zip(&alternatives).enumerate() {
        let (mut required, mut known) = (Vec::new(), Vec::new());
        if let [Member::Object(object)] = &**members {
            for (key, property) in &object.properties {
                if property.required {
                    let literals = literals(document, property.slot);
                    if !literals.is_empty() {
                        known.push(((*key).to_owned(), literals));
                    }
                    required.push((*key).to_owned());
                }
            }
        }
        if let Some(discriminator) = &schema.discriminator {
            let values = discriminator.values_of(slot.schema);
            if !values.is_empty() {
                known.retain(|(key, _)| *key != discriminator.property);
                known.push((discriminator.property.clone(), values));
            }
        }
        let hint = format!("{name} {}", index + 1);
        let is_null = has_null || allows_null(cx, slot);
        let how = or_null(cx, slot, is_null, Use::Whole);
        let is_whole = has_fractions && !members.iter().any(|it| are_whole(it) == Some(false));
        for kind in kinds_of(document, members) {
            choices.push(Choice {
                kind,
                required: required.clone(),
                literals: known.clone(),
                is_whole: is_whole && kind == "Number",
                node: node(cx, slot.schema, how, &hint),
            });
        }
    }
    Some(Part::AnyOf(choices))
}

/// Whether numbers are whole numbers by their type; nothing for anything else.
fn are_whole(document: &Document, member: &Member<'_>) -> Option<bool> {
    match member {
        Member::Other(schema) if kinds::kind_of(document, schema) == Some(JsonKind::Number) => {
            Some(schema.kind == Some(Kind::Integer))
        }
        Member::Object(_) | Member::Other(_) => None,
    }
}

/// The kinds of JSON values that these are, each once.
fn kinds_of(document: &Document, members: &[Member<'_>]) -> BTreeSet<&'static str> {
    let kinds = members.iter().map(|member| match member {
        Member::Object(_) => "Object",
        Member::Other(schema) => match kinds::kind_of(document, schema) {
            Some(JsonKind::Text) => "Text",
            Some(JsonKind::Number) => "Number",
            Some(JsonKind::Boolean) => "Boolean",
            Some(JsonKind::List) => "List",
            Some(JsonKind::Object) => "Object",
            None => "Any",
        },
    });
    let kinds: BTreeSet<&str> = kinds.collect();
    match kinds.is_empty() || kinds.contains("Any") {
        true => BTreeSet::from(["Any"]),
        false => kinds,
    }
}

/// Whether a schema, or a part of it, has no other keys than it names.
fn is_closed(document: &Document, schema: &Schema) -> bool {
    let mut waiting = vec![schema];
    let mut seen = BTreeSet::new();
    while let Some(schema) = waiting.pop() {
        if matches!(schema.rest, Some(Rest::Closed)) {
            return true;
        }
        if seen.insert(schema.id) {
            waiting.extend(
                schema
                    .all_of
                    .iter()
                    .map(|part| document.schema(part.schema)),
            );
        }
    }
    false
}

/// The keys that a schema and its parts name.
fn add_keys(
    document: &Document,
    schema: &Schema,
    keys: &mut Vec<String>,
    seen: &mut BTreeSet<SchemaId>,
) {
    if !seen.insert(schema.id) {
        return;
    }
    for part in schema.parts() {
        add_keys(document, document.schema(part.schema), keys, seen);
    }
    for key in schema.properties.keys().chain(&schema.left_out) {
        if !keys.contains(key) {
            keys.push(key.clone());
        }
    }
}

/// Says of a request of a built-in which limits of the spec have no effect there.
pub(super) fn note_unchecked(cx: &mut Context<'_>, slot: &Slot, id: &str) {
    let document = cx.document;
    let mut waiting = vec![document.schema(slot.schema)];
    let mut seen = BTreeSet::new();
    while let Some(schema) = waiting.pop() {
        if !seen.insert(schema.id) {
            continue;
        }
        for (keyword, _) in &schema.limits {
            let span = cx.key(&schema.place.under(keyword));
            let label = format!("in the request of `{id}`");
            cx.tolerate(&tolerances::UNCHECKED_CONSTRAINT, span, label);
        }
        let inner = schema.properties.values().chain(schema.items.as_deref());
        let inner = inner.chain(schema.parts()).chain(match &schema.rest {
            Some(Rest::Of(slot)) => Some(slot.as_ref()),
            _ => None,
        });
        waiting.extend(inner.map(|slot| document.schema(slot.schema)));
    }
}
