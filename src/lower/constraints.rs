//! Schemas of requests → a graph of what their values must keep to beyond their types.

mod keywords;

use std::collections::BTreeSet;

use super::context::Context;
use super::graph::{self, Choice, Node, NodeId, Part, Use};
use super::kinds::{self, JsonKind};
use super::members;
use super::object::{Member, core, literals};
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

/// Says of which unions nothing is checked.
pub(super) fn note_unions(cx: &mut Context<'_>) {
    for place in graph::unchecked(&cx.constraints) {
        let span = cx.key(&place);
        let label = "a limit of one alternative is not checked";
        cx.tolerate(&tolerances::UNCHECKED_CONDITION, span, label);
    }
}

/// The constraints of a body or a parameter, by an id that [`graph::finish`] replaces.
pub(super) fn root<'d>(cx: &mut Context<'d>, slot: &Slot, hint: &str) -> ConstraintsId {
    let node = used(cx, slot, hint);
    cx.constraints.nodes[node.0].uses += 2;
    cx.constraints.roots.push(node);
    ConstraintsId(cx.constraints.roots.len() - 1)
}

/// What a value asks for, as it is written; the place may add `null`.
fn used<'d>(cx: &mut Context<'d>, slot: &Slot, hint: &str) -> NodeId {
    let how = match slot.nullable && lists_values(cx.document, slot.schema) {
        true => Use::OrNull,
        false => Use::Whole,
    };
    node(cx, slot.schema, how, hint)
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
    let has_null = how == Use::OrNull || schema.nullable;
    let own = keywords::constraints(cx, schema, has_null);
    let mut parts: Vec<Part> = own.into_iter().map(Part::Own).collect();
    for part in &schema.all_of {
        let target = cx.document.schema(part.schema);
        let is_parent = (target.children.iter()).any(|child| child.schema == schema.id);
        let how = match has_null && lists_values(cx.document, part.schema) {
            _ if is_parent => Use::Parent,
            true => Use::PartOrNull,
            false => Use::Part,
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
    let mut choices = Vec::new();
    for (index, slot) in list.iter().enumerate() {
        let (mut required, mut known) = (Vec::new(), Vec::new());
        let members = members::flatten(cx, slot.schema);
        if let [Member::Object(object)] = &*members {
            for (key, property) in &object.properties {
                if property.required {
                    let literals = literals(cx.document, property.slot);
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
        let is_null = has_null || slot.nullable;
        let how = match is_null && lists_values(cx.document, slot.schema) {
            true => Use::OrNull,
            false => Use::Whole,
        };
        choices.push(Choice {
            kind: kind(cx.document, &members),
            required,
            literals: known,
            node: node(cx, slot.schema, how, &hint),
        });
    }
    let kinds: BTreeSet<Option<Kind>> = list
        .iter()
        .map(|slot| core(cx.document, slot).kind)
        .collect();
    Some(Part::AnyOf {
        choices,
        mixed: (kinds.len() > 1).then(|| schema.place.clone()),
    })
}

/// The kind of JSON value that all of these are.
fn kind(document: &Document, members: &[Member<'_>]) -> &'static str {
    let mut kinds = members.iter().map(|member| match member {
        Member::Object(_) => Some(JsonKind::Object),
        Member::Other(schema) => kinds::kind_of(document, schema),
    });
    let first = kinds.next().flatten();
    match first.filter(|first| kinds.all(|kind| kind == Some(*first))) {
        Some(JsonKind::Text) => "Text",
        Some(JsonKind::Number) => "Number",
        Some(JsonKind::Boolean) => "Boolean",
        Some(JsonKind::List) => "List",
        Some(JsonKind::Object) => "Object",
        None => "Any",
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
        let inner = schema.properties.values().chain(&schema.items);
        let inner = inner.chain(schema.parts()).chain(match &schema.rest {
            Some(Rest::Of(slot)) => Some(slot),
            _ => None,
        });
        waiting.extend(inner.map(|slot| document.schema(slot.schema)));
    }
}
