//! Constructors of what an application makes: `Door::new(id, owner)`.
//!
//! They take the fields that the description requires, in its order (`emit::rust::models`). Where that order changes,
//! and two fields of one type change places, each call compiles as it did and gives each field the value of the
//! other. No compiler says so.

use super::Effect::Code;
use super::sheet::{Place, Sheet};
use super::types::{Types, type_name};
use crate::ir::{Api, Field, Type};

/// The code of the finding. It concerns what an application makes alone: nothing changes on the wire.
pub(super) const REORDERED: &str = "arguments-reordered";

/// Notes required fields of one type that have changed places.
pub(super) fn compare(
    types: Types<'_>,
    sheet: &mut Sheet,
    place: &Place,
    (old, new): (&[&Field], &[&Field]),
) {
    let was = arguments(types.old, old);
    let is = arguments(types.new, new);
    let (was, is) = (shared(&was, &is), shared(&is, &was));
    let mut seen: Vec<&str> = Vec::new();
    for (_, ty) in &is {
        if seen.contains(&ty.as_str()) {
            continue;
        }
        seen.push(ty);
        let (was, is) = (names(&was, ty), names(&is, ty));
        if was != is {
            let text = format!(
                "the constructor of {place} takes {} instead of {}: calls that stay as they are compile, and swap \
                 their values",
                shown(&is),
                shown(&was)
            );
            sheet.note(Code, REORDERED, text);
        }
    }
}

/// A required field: its name on the wire, and its type, of which only equality matters.
type Argument<'a> = (&'a str, String);

fn arguments<'a>(api: &Api, fields: &[&'a Field]) -> Vec<Argument<'a>> {
    let required = fields.iter().filter(|field| field.is_asked_for());
    let argument = |field: &&'a Field| {
        let null = if field.nullable { " or null" } else { "" };
        let ty = format!("{}{null}", whole_type(api, &field.ty));
        (field.name.wire(), ty)
    };
    required.map(argument).collect()
}

/// A type to its last part: lists of one thing are no lists of another.
fn whole_type(api: &Api, ty: &Type) -> String {
    match ty {
        Type::Nullable(inner) => format!("{} or null", whole_type(api, inner)),
        Type::List(inner) => format!("list of {}", whole_type(api, inner)),
        Type::Map(inner) => format!("map of {}", whole_type(api, inner)),
        Type::Model(id) => format!("`{}`", api.model(*id).name.as_str()),
        other => type_name(api, other).to_owned(),
    }
}

/// The arguments that another constructor has, too.
fn shared<'a>(arguments: &[Argument<'a>], other: &[Argument<'_>]) -> Vec<Argument<'a>> {
    let shared = arguments.iter().filter(|one| other.contains(one));
    shared.cloned().collect()
}

fn names<'a>(arguments: &[Argument<'a>], ty: &str) -> Vec<&'a str> {
    let of_type = arguments.iter().filter(|(_, own)| own == ty);
    of_type.map(|(name, _)| *name).collect()
}

fn shown(names: &[&str]) -> String {
    let names = names.iter().map(|name| format!("`{name}`"));
    names.collect::<Vec<_>>().join(", ")
}
