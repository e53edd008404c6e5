//! Whether `null` is a value of a schema.
//!
//! OpenAPI 3.0 has `nullable`, later versions have the type `null`, and both have it in `enum`. Within one schema the
//! one that says it counts, since people rarely repeat it in the others. Of the parts of an `allOf` all have to
//! allow it (JSON Schema 2020-12, core, §10.2.1.1), of alternatives one.

use super::context::Context;
use super::object::Null;
use crate::spec::document::{Literal, Schema, SchemaId, Slot};

/// Whether a value may be `null`, which a place may say beside a `$ref`.
pub(super) fn allows_null(cx: &mut Context<'_>, slot: &Slot) -> bool {
    of_slot(cx, slot) == Null::Allowed
}

/// `default: null`.
pub(super) fn defaults_to_null(cx: &Context<'_>, slot: &Slot) -> bool {
    let default = cx.document.default_of(slot);
    default.is_some_and(|(_, value)| value.is_null())
}

fn of_slot(cx: &mut Context<'_>, slot: &Slot) -> Null {
    if slot.nullable {
        Null::Allowed
    } else {
        of_schema(cx, slot.schema)
    }
}

/// Each schema is asked once; one that is made of itself says nothing.
fn of_schema(cx: &mut Context<'_>, id: SchemaId) -> Null {
    if let Some(known) = cx.nulls.get(&id) {
        return *known;
    }
    cx.nulls.insert(id, Null::Unsaid);
    let found = ask(cx, cx.document.schema(id));
    cx.nulls.insert(id, found);
    found
}

fn ask<'d>(cx: &mut Context<'d>, schema: &'d Schema) -> Null {
    if schema.nullable || schema.listed.contains(&Literal::Null) {
        return Null::Allowed;
    }
    let has_type = schema.kind.is_some() || schema.is_object() || schema.items.is_some();
    if has_type || !schema.listed.is_empty() {
        return Null::Refused;
    }
    let mut said: Vec<Null> = Vec::new();
    for part in &schema.all_of {
        let target = cx.document.schema(part.schema);
        // A part of an `allOf` that says nothing else can only be meant for the whole.
        if target.is_vague() && target.nullable {
            return Null::Allowed;
        }
        said.push(of_slot(cx, part));
    }
    for list in [&schema.one_of, &schema.any_of] {
        let alternatives: Vec<Null> = list.iter().map(|slot| of_slot(cx, slot)).collect();
        let has = |null| alternatives.contains(&null);
        said.push(match () {
            () if has(Null::Allowed) => Null::Allowed,
            () if list.is_empty() || has(Null::Unsaid) => Null::Unsaid,
            () => Null::Refused,
        });
    }
    let mut all = [Null::Refused, Null::Allowed].into_iter();
    all.find(|null| said.contains(null)).unwrap_or(Null::Unsaid)
}
