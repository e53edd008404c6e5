//! What tells the members of a union apart.

use std::collections::BTreeSet;

use super::context::Context;
use super::kinds;
use super::nulls::allows_null;
use super::object::{Object, core};
use crate::diagnostic::Diagnostic;
use crate::ir::{Field, UnionVariant};
use crate::name::Namer;
use crate::spec::document::Document;
use crate::spec::place::Place;

/// The key whose literals tell the objects apart: every object but at most one has it as a closed list
/// of strings, and no literal comes twice. `status` goes before all others, then a `discriminator`,
/// then the order of the spec.
pub(super) fn tag(document: &Document, objects: &[&Object<'_>]) -> Option<String> {
    let mut candidates: Vec<&str> = vec!["status"];
    let discriminated = objects
        .iter()
        .filter_map(|object| object.discriminated.as_ref());
    candidates.extend(discriminated.map(|(key, _)| *key).take(1));
    // A tag stands in all objects but one, so it stands in one of the first two.
    let first = objects.iter().take(2);
    candidates.extend(first.flat_map(|object| object.properties.keys().copied()));
    candidates
        .into_iter()
        .find(|key| distinguishes(document, objects, key))
        .map(str::to_owned)
}

/// Whether the literals of this key tell the objects apart.
fn distinguishes(document: &Document, objects: &[&Object<'_>], key: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut without = 0;
    for object in objects {
        let literals = object.literals_of(document, key);
        if literals.is_empty() {
            // A free value of the same key could be any literal.
            if without > 0 || object.properties.contains_key(key) {
                return false;
            }
            without += 1;
        }
        for literal in literals {
            if !seen.insert(literal) {
                return false;
            }
        }
    }
    objects.len() > without
}

/// Whether the one requires a key that the other does not have.
pub(super) fn requires_more(one: &Object<'_>, other: &Object<'_>) -> bool {
    one.properties
        .iter()
        .any(|(key, property)| property.required && !other.properties.contains_key(key))
}

/// The first two objects that neither their required keys nor the values of these tell apart.
pub(super) fn indistinguishable<'a, 'd>(
    cx: &mut Context<'_>,
    objects: &[&'a Object<'d>],
) -> Option<(&'a Object<'d>, &'a Object<'d>)> {
    for (index, one) in objects.iter().enumerate() {
        for other in &objects[index + 1..] {
            if !requires_more(one, other)
                && !requires_more(other, one)
                && distinguishing_key(cx, one, other).is_none()
            {
                return Some((one, other));
            }
        }
    }
    None
}

/// A key that both require, and whose value is never the same: `success: true` and `success: false`.
fn distinguishing_key<'d>(
    cx: &mut Context<'_>,
    one: &Object<'d>,
    other: &Object<'d>,
) -> Option<&'d str> {
    let required = one.properties.iter().filter(|(_, own)| own.required);
    let mut keys = required.map(|(key, _)| *key);
    keys.find(|key| {
        let of_other = fixed(cx, other, key);
        let of_one = fixed(cx, one, key);
        !of_one.is_empty()
            && !of_other.is_empty()
            && !of_one.iter().any(|value| of_other.contains(value))
    })
}

/// The values of a key that is always there, as JSON texts, where all others are refused when they are read.
fn fixed(cx: &mut Context<'_>, object: &Object<'_>, key: &str) -> Vec<String> {
    match object.properties.get(key) {
        Some(property) if property.required && !allows_null(cx, property.slot) => {
            kinds::fixed(core(cx.document, property.slot))
        }
        _ => Vec::new(),
    }
}

/// Whether all objects have the same keys: then they are one object, written several times.
pub(super) fn same_keys(objects: &[&Object<'_>]) -> bool {
    let keys = |object: &Object<'_>| -> BTreeSet<String> {
        object
            .properties
            .keys()
            .map(|key| (*key).to_owned())
            .collect()
    };
    let Some((first, others)) = objects.split_first() else {
        return true;
    };
    let first = keys(first);
    !first.is_empty() && others.iter().all(|other| keys(other) == first)
}

/// Puts objects that require more before those that would take their values for their own: members of an
/// untagged union are tried in order.
pub(super) fn most_demanding_first<T>(members: &mut [T], demands_more: impl Fn(&T, &T) -> bool) {
    for end in 1..members.len() {
        let mut at = end;
        while at > 0
            && demands_more(&members[at], &members[at - 1])
            && !demands_more(&members[at - 1], &members[at])
        {
            members.swap(at, at - 1);
            at -= 1;
        }
    }
}

/// Two members of the union at a place that nothing tells apart.
pub(super) fn report_indistinguishable(
    document: &Document,
    union: &Place,
    one: &Object<'_>,
    other: &Object<'_>,
) -> Diagnostic {
    let key = |place| document.files.key(place);
    Diagnostic::error(
        "indistinguishable-union",
        "nothing distinguishes two members of this union",
    )
    .at(key(union), "this union")
    .at(key(one.place), "a value of this member")
    .at(key(other.place), "could be one of this member")
    .help("give each member a key such as `status` with an `enum` of one value of its own, or let each require a key that the other does not have")
}

/// A name for a member without a literal: its component, its title, a value that
/// distinguishes it, or the key that only it requires.
pub(super) fn variant_name(
    cx: &mut Context<'_>,
    object: &Object<'_>,
    all: &[Object<'_>],
    index: usize,
) -> String {
    if let Some(name) = object.name() {
        return name.to_owned();
    }
    if let Some(title) = object.schema.and_then(|schema| schema.title.as_ref()) {
        return title.clone();
    }
    let others = || {
        let others = all.iter().enumerate().filter(|(at, _)| *at != index);
        others.map(|(_, other)| other)
    };
    let distinguishing = others().find_map(|other| distinguishing_key(cx, object, other));
    if let Some(key) = distinguishing
        && let [only] = fixed(cx, object, key).as_slice()
    {
        return format!("{key} {only}");
    }
    let of_others = |key: &str| others().any(|other| other.properties.contains_key(key));
    let required = object
        .properties
        .iter()
        .filter(|(_, property)| property.required);
    let own = required.map(|(key, _)| *key).find(|key| !of_others(key));
    let any = object.properties.keys().next().copied();
    own.or(any).unwrap_or("other").to_owned()
}

/// The variants of a union: one for each literal of the tag, then one for each object without any.
pub(super) fn variants(
    cx: &mut Context<'_>,
    objects: &[Object<'_>],
    fields: Vec<Vec<Field>>,
    tag: Option<&str>,
) -> Vec<UnionVariant> {
    let mut names = Namer::default();
    let mut variants = Vec::new();
    let mut untagged = Vec::new();
    for (index, (object, fields)) in objects.iter().zip(fields).enumerate() {
        let literals = tag.map_or(Vec::new(), |tag| object.literals_of(cx.document, tag));
        for literal in &literals {
            variants.push(UnionVariant {
                name: names.variant(literal),
                literal: Some(literal.clone()),
                docs: object.docs().to_owned(),
                fields: fields.clone(),
            });
        }
        if literals.is_empty() {
            let name = variant_name(cx, object, objects, index);
            untagged.push((name, object.docs(), fields));
        }
    }
    for (name, docs, fields) in untagged {
        variants.push(UnionVariant {
            name: names.variant(&name),
            literal: None,
            docs: docs.to_owned(),
            fields,
        });
    }
    variants
}
