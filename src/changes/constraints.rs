//! What requests must keep to beyond their types: what released clients may send that is refused now.

use std::collections::BTreeSet;

use super::Effect::{Breaking, Compatible};
use super::sheet::{Place, Sheet};
use super::types::Types;
use crate::ir::{Alternative, Api, Constraint, ConstraintsId, Field, Number, Shape, Type};

/// Compares the constraints of a body or a parameter.
pub(super) fn compare(
    types: Types<'_>,
    sheet: &mut Sheet,
    place: &Place,
    (old, new): (Option<ConstraintsId>, Option<ConstraintsId>),
    sent: &Type,
) {
    let mut walk = Walk {
        types,
        sheet,
        seen: BTreeSet::new(),
    };
    let of = |api: &Api, id: Option<ConstraintsId>| -> Vec<Constraint> {
        id.map(Constraint::Of)
            .into_iter()
            .flat_map(|it| own(api, &[it]))
            .collect()
    };
    let (old, new) = (of(types.old, old), of(types.new, new));
    walk.level(place, &old, &new, Some(sent));
}

/// Constraints with those that they name, once each.
fn own(api: &Api, constraints: &[Constraint]) -> Vec<Constraint> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    let mut waiting: Vec<&Constraint> = constraints.iter().rev().collect();
    while let Some(constraint) = waiting.pop() {
        match constraint {
            Constraint::Of(id) if seen.insert(*id) => {
                waiting.extend(api.constraints_of(*id).all.iter().rev());
            }
            Constraint::Of(_) => {}
            other => found.push(other.clone()),
        }
    }
    found
}

struct Walk<'a, 's> {
    types: Types<'a>,
    sheet: &'s mut Sheet,
    /// Schemas may hold themselves: each pair of constraints is compared once.
    seen: BTreeSet<String>,
}

impl Walk<'_, '_> {
    /// `sent`: the type of what released clients send here, as far as it is known.
    fn level(
        &mut self,
        place: &Place,
        old: &[Constraint],
        new: &[Constraint],
        sent: Option<&Type>,
    ) {
        if old == new || !self.seen.insert(format!("{old:?} {new:?}")) {
            return;
        }
        for constraint in new {
            match constraint {
                Constraint::Key(key, inner) => {
                    let Some(sent) = key_type(self.types.old, sent, key) else {
                        continue;
                    };
                    let was = inner_of(old, |it| match it {
                        Constraint::Key(known, inner) if known == key => Some(inner),
                        _ => None,
                    });
                    self.below(&place.key(key), &was, inner, sent);
                }
                Constraint::Items(inner) => {
                    let was = inner_of(old, |it| match it {
                        Constraint::Items(inner) => Some(inner),
                        _ => None,
                    });
                    self.below(&place.items(), &was, inner, item_type(sent));
                }
                Constraint::OtherKeys(_, inner) => {
                    let was = inner_of(old, |it| match it {
                        Constraint::OtherKeys(_, inner) => Some(inner),
                        _ => None,
                    });
                    self.below(&place.key("*"), &was, inner, item_type(sent));
                }
                Constraint::AnyOf(alternatives) => {
                    self.alternatives(place, old, alternatives, sent);
                }
                other => self.leaf(place, old, other),
            }
        }
        for gone in old {
            if new.iter().any(|other| is_same_kind(gone, other)) {
                continue;
            }
            match gone {
                Constraint::Key(key, inner) => self.below(&place.key(key), inner, &[], None),
                Constraint::Items(inner) => self.below(&place.items(), inner, &[], None),
                Constraint::OtherKeys(_, inner) => {
                    self.below(&place.key("*"), inner, &[], None);
                }
                other => {
                    if let Some(demand) = demand(other) {
                        let text = format!("a limit of {place} is removed: {demand}");
                        self.sheet.note(Compatible, "constraint-removed", text);
                    }
                }
            }
        }
    }

    fn below(
        &mut self,
        place: &Place,
        old: &[Constraint],
        new: &[Constraint],
        sent: Option<&Type>,
    ) {
        let old = own(self.types.old, old);
        let new = own(self.types.new, new);
        self.level(place, &old, &new, sent);
    }

    /// Alternatives are the same where the same kind, keys and literals decide.
    fn alternatives(
        &mut self,
        place: &Place,
        old: &[Constraint],
        new: &[Alternative],
        sent: Option<&Type>,
    ) {
        let known: Vec<Alternative> = old
            .iter()
            .filter_map(|constraint| match constraint {
                Constraint::AnyOf(alternatives) => Some(alternatives.clone()),
                _ => None,
            })
            .flatten()
            .collect();
        for one in new {
            let same = known.iter().find(|other| {
                (other.kind, &other.required, &other.literals)
                    == (one.kind, &one.required, &one.literals)
            });
            let was = same.map_or(&[][..], |other| &other.constraints);
            self.below(place, was, &one.constraints, sent);
        }
    }

    /// A constraint of the value itself.
    fn leaf(&mut self, place: &Place, old: &[Constraint], new: &Constraint) {
        let was = old.iter().find(|other| is_same_kind(other, new));
        let Some(demand) = demand(new).filter(|_| was != Some(new)) else {
            return;
        };
        let (effect, code) = match was {
            None => (Breaking, "constraint-added"),
            Some(was) if is_looser(was, new) => (Compatible, "constraint-loosened"),
            Some(_) => (Breaking, "constraint-tightened"),
        };
        self.sheet.note(effect, code, format!("{place} {demand}"));
    }
}

fn inner_of<'a>(
    old: &'a [Constraint],
    pick: impl Fn(&'a Constraint) -> Option<&'a Vec<Constraint>>,
) -> Vec<Constraint> {
    old.iter().filter_map(pick).flatten().cloned().collect()
}

/// The type of a key that released clients may send; `None` where they know no such key.
fn key_type<'a>(api: &'a Api, sent: Option<&'a Type>, key: &str) -> Option<Option<&'a Type>> {
    let Some(Type::Model(id)) = sent else {
        return Some(None);
    };
    let find = |fields: &'a [Field]| {
        let field = fields.iter().find(|field| field.name.wire() == key);
        field.map(|field| Some(&field.ty))
    };
    match &api.model(*id).shape {
        Shape::Struct { fields, rest } => find(fields).or(rest.as_ref().map(Some)),
        Shape::Union { variants, .. } => variants.iter().find_map(|one| find(&one.fields)),
        Shape::Enum { .. } => None,
        Shape::Choice { kinds } => {
            let mut objects = kinds.iter().filter(|(_, ty)| matches!(ty, Type::Model(_)));
            objects.find_map(|(_, ty)| key_type(api, Some(ty), key))
        }
    }
}

fn item_type(sent: Option<&Type>) -> Option<&Type> {
    match sent {
        Some(Type::List(item) | Type::Map(item)) => match &**item {
            Type::Nullable(inner) => Some(inner),
            item => Some(item),
        },
        _ => None,
    }
}

/// Whether two constraints are of the same keyword.
fn is_same_kind(one: &Constraint, other: &Constraint) -> bool {
    use Constraint as C;
    match (one, other) {
        (C::Number(one, _), C::Number(other, _)) | (C::Count(one, _), C::Count(other, _)) => {
            one == other
        }
        (C::Key(one, _), C::Key(other, _)) => one == other,
        (C::Of(one), C::Of(other)) => one == other,
        (one, other) => std::mem::discriminant(one) == std::mem::discriminant(other),
    }
}

/// Whether the new one lets everything through that the old one did.
fn is_looser(old: &Constraint, new: &Constraint) -> bool {
    use Constraint as C;
    let is_less = |name: &str, old: f64, new: f64| match name {
        "MultipleOf" => (old / new).fract() == 0.0,
        name if name.contains("Min") => new <= old,
        _ => new >= old,
    };
    match (old, new) {
        (C::Number(name, old), C::Number(_, new)) => is_less(name, float(*old), float(*new)),
        (C::Count(name, old), C::Count(_, new)) => match name.starts_with("Min") {
            true => new <= old,
            false => new >= old,
        },
        (C::Listed(old), C::Listed(new)) | (C::Closed(old), C::Closed(new)) => {
            old.iter().all(|known| new.contains(known))
        }
        _ => false,
    }
}

#[allow(
    clippy::cast_precision_loss,
    reason = "which of two limits is larger is for people"
)]
fn float(number: Number) -> f64 {
    match number {
        Number::Int(whole) => whole as f64,
        Number::Float(float) => float,
    }
}

/// What a constraint asks for, in words: `must have at most 80 characters`.
fn demand(constraint: &Constraint) -> Option<String> {
    let unit = |name: &str, count: u64| {
        let unit = match name {
            "MinLength" | "MaxLength" => "character",
            "MinItems" | "MaxItems" => "item",
            _ => "key",
        };
        let plural = if count == 1 { "" } else { "s" };
        format!("{count} {unit}{plural}")
    };
    Some(match constraint {
        Constraint::Number(name, number) => {
            let number = match number {
                Number::Int(whole) => whole.to_string(),
                Number::Float(float) => float.to_string(),
            };
            match *name {
                "Minimum" => format!("must be at least {number}"),
                "Maximum" => format!("must be at most {number}"),
                "ExclusiveMinimum" => format!("must be more than {number}"),
                "ExclusiveMaximum" => format!("must be less than {number}"),
                _ => format!("must be a multiple of {number}"),
            }
        }
        Constraint::Count(name, count) => {
            let bound = if name.starts_with("Min") {
                "least"
            } else {
                "most"
            };
            format!("must have at {bound} {}", unit(name, *count))
        }
        Constraint::Pattern(pattern) => format!("must match the pattern `{pattern}`"),
        Constraint::Format(format) => format!("must have the format `{format}`"),
        Constraint::UniqueItems => "must not have two equal items".to_owned(),
        Constraint::Listed(texts) => format!("must be one of {}", texts.join(", ")),
        Constraint::Closed(keys) => format!("must have no other keys than {}", keys.join(", ")),
        Constraint::Key(..)
        | Constraint::OtherKeys(..)
        | Constraint::Items(_)
        | Constraint::AnyOf(_)
        | Constraint::Of(_) => return None,
    })
}
