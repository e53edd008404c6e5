//! Values that are one of several objects.

use super::Effect::{Breaking, Compatible, Unknown};
use super::sheet::{Direction, Place, Sheet};
use super::types::Types;
use crate::ir::{Api, Field, Model, Shape, Type};

/// The keys of one alternative of a model, and its literal where a tag tells the alternatives apart.
struct Alternative<'a> {
    name: String,
    literal: Option<&'a str>,
    fields: Vec<&'a Field>,
}

/// Unions, and a union against an object.
pub(super) fn compare<'a>(
    types: Types<'a>,
    sheet: &mut Sheet,
    (old, new): (&'a Model, &'a Model),
    direction: Direction,
) {
    let tag = |model: &'a Model| match &model.shape {
        Shape::Union { tag, .. } => tag.as_deref(),
        _ => None,
    };
    let name = format!("`{}`", new.name.as_str());
    let (old_tag, new_tag) = (tag(old), tag(new));
    if let (Some(old), Some(new)) = (old_tag, new_tag)
        && old != new
    {
        let text =
            format!("the alternatives of {name} are distinguished by `{new}` instead of `{old}`");
        return sheet.note(Breaking, "discriminator-changed", text);
    }
    let tag = old_tag.or(new_tag);
    let olds = alternatives(types.old, old, tag);
    let news = alternatives(types.new, new, tag);
    // Each alternative that one side writes needs one that the other side reads.
    let (written, read) = match direction {
        Direction::Request => (&olds, &news),
        Direction::Answer => (&news, &olds),
    };
    let mut used = vec![false; read.len()];
    for one in written {
        let shown = match (tag, one.literal) {
            (Some(tag), Some(literal)) => format!("{name} with `{tag}: {literal}`"),
            _ => format!("{name} as `{}`", one.name),
        };
        let place = Place::root(shown.clone());
        let candidates = read.iter().enumerate().filter(|(_, other)| {
            one.literal.is_none() || other.literal.is_none() || one.literal == other.literal
        });
        let mut best: Option<(usize, Sheet)> = None;
        for (index, other) in candidates {
            let pair = match direction {
                Direction::Request => (&one.fields, &other.fields),
                Direction::Answer => (&other.fields, &one.fields),
            };
            let mut trial = Sheet::default();
            types.fields(&mut trial, &place, (pair.0, pair.1), None, direction);
            let is_certain = match (one.literal, other.literal) {
                (None, None) => one.name == other.name,
                (one, other) => one == other,
            };
            if is_certain || trial.is_harmless() {
                let is_better = best
                    .as_ref()
                    .is_none_or(|(_, known)| trial.findings.len() < known.findings.len());
                if is_better {
                    best = Some((index, trial));
                }
            }
        }
        match best {
            Some((index, trial)) => {
                used[index] = true;
                sheet.extend(trial);
            }
            None => match direction {
                Direction::Request => {
                    let text = format!("{shown} is no longer accepted");
                    sheet.note(Breaking, "alternative-removed", text);
                }
                Direction::Answer => {
                    let text = format!("{shown} may be answered");
                    sheet.note(Unknown, "alternative-added", text);
                }
            },
        }
    }
    for (other, _) in read.iter().zip(&used).filter(|(_, used)| !**used) {
        let shown = other.literal.unwrap_or(&other.name);
        let (code, text) = match direction {
            Direction::Request => ("alternative-added", "may be sent"),
            Direction::Answer => ("alternative-removed", "is no longer answered"),
        };
        sheet.note(Compatible, code, format!("{name} as `{shown}` {text}"));
    }
}

/// What a model may be. An object counts as the alternative that its own tag names.
fn alternatives<'a>(api: &'a Api, model: &'a Model, tag: Option<&str>) -> Vec<Alternative<'a>> {
    match &model.shape {
        Shape::Union { variants, .. } => {
            let alternatives = variants.iter().map(|variant| Alternative {
                name: variant.name.as_str().to_owned(),
                literal: variant.literal.as_deref(),
                fields: variant.fields.iter().collect(),
            });
            alternatives.collect()
        }
        Shape::Struct { fields, .. } => {
            let is_tag = |field: &&Field| Some(field.name.wire()) == tag;
            let literal = fields
                .iter()
                .find(is_tag)
                .and_then(|field| match &field.ty {
                    Type::Model(id) => match &api.model(*id).shape {
                        Shape::Enum { values } if values.len() == 1 => Some(values[0].1.as_str()),
                        _ => None,
                    },
                    _ => None,
                });
            let fields = fields.iter();
            vec![Alternative {
                name: model.name.as_str().to_owned(),
                literal,
                fields: match literal {
                    Some(_) => fields.filter(|field| !is_tag(field)).collect(),
                    None => fields.collect(),
                },
            }]
        }
        Shape::Enum { .. } | Shape::Choice { .. } => Vec::new(),
    }
}
